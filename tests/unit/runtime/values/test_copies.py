"""Values that can be changed: caller and callee share none, whether the callee is in the same process or not."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import time
from typing import Any, Protocol, cast

import pytest
from pydantic import BaseModel, Field, field_validator

from plures import Application, Capability, command, contract, query
from plures.errors import Internal, InvalidRequest
from plures.testing import Running, Where, placements


class Line(BaseModel):
    name: str
    pieces: int = Field(1, ge=1)

    @field_validator("name")
    @classmethod
    def _mark(cls, name: str) -> str:
        # No validator should do so. One that does shows how often it runs.
        return name + "!"


class Basket(BaseModel):
    lines: list[Line] = []
    opens: time | None = None


@dataclass
class Tally:
    counts: dict[str, int] = field(default_factory=dict)


@contract("tests.copies.v1", owner="tests")
class Copies(Protocol):
    @command()
    async def keep(self, basket: Basket, tags: list[str], tally: Tally) -> Basket: ...
    @query()
    async def kept(self) -> Basket: ...
    @query()
    async def words(self, wrong: str = "") -> list[str]: ...
    @query()
    async def defaults(self, many: dict[str, list[int]] = {}) -> dict[str, list[int]]: ...  # noqa: B006 - that is the point
    @query()
    def stream(self) -> AsyncIterator[Basket]: ...


class CopiesService(Copies):
    def __init__(self) -> None:
        self.basket = Basket()
        self.tags: list[str] = []

    async def keep(self, basket: Basket, tags: list[str], tally: Tally) -> Basket:
        self.basket, self.tags = basket, tags
        basket.lines.append(Line(name="mine"))
        tags.append("mine")
        tally.counts["mine"] = 1
        return basket

    async def kept(self) -> Basket:
        return self.basket

    async def words(self, wrong: str = "") -> list[str]:
        if wrong:
            return cast("Any", {"tuple": ("a",), "items": [1]}[wrong])
        return self.tags

    async def defaults(self, many: dict[str, list[int]] = {}) -> dict[str, list[int]]:  # noqa: B006
        many["seen"] = [len(many)]
        return many

    async def stream(self) -> AsyncIterator[Basket]:
        for _ in range(2):
            yield self.basket


app = Application("copies", [Capability(Copies, CopiesService)])
running = placements(app, where=[Where.IN_PROCESS, Where.CHECKED, Where.OVER_THE_WIRE])


async def test_nothing_is_shared_and_all_arrives_alike(running: Running) -> None:
    copies = running.client(Copies)
    basket, tags, tally = Basket(lines=[Line(name="tea")], opens=time(8)), ["a"], Tally({"a": 1})
    answer = await copies.keep(basket, tags, tally)
    assert (basket.lines[1:], tags, tally) == ([], ["a"], Tally({"a": 1}))
    # Once on arrival of the request, once on arrival of the answer, and once where it was made.
    assert [line.name for line in answer.lines] == ["tea!!!", "mine!!"]
    answer.lines.clear()
    kept = await copies.kept()
    assert [line.name for line in kept.lines] == ["tea!!!", "mine!!"]
    words = await copies.words()
    words.append("theirs")
    assert await copies.words() == ["a", "mine"]
    async for item in copies.stream():
        item.lines.clear()
    assert len((await copies.kept()).lines) == 2


async def test_a_default_that_can_be_changed_is_new_for_each_call(running: Running) -> None:
    copies = running.client(Copies)
    assert [await copies.defaults(), await copies.defaults(), await copies.defaults({"a": []})] == [
        {"seen": [0]}, {"seen": [0]}, {"a": [], "seen": [1]},
    ]  # fmt: skip


async def test_what_breaks_the_contract_is_refused_alike(running: Running) -> None:
    copies = running.client(Copies)
    basket: Any = Basket()
    basket.lines.append("tea")
    with pytest.raises(InvalidRequest, match="basket"):
        await copies.keep(basket, [], Tally())
    unfit = Basket(lines=[Line.model_construct(name="tea", pieces=0)])
    with pytest.raises(InvalidRequest, match=r"basket\.lines\[0\]\.pieces: Input should be greater"):
        await copies.keep(unfit, [], Tally())
    wrong: Any = {1}
    with pytest.raises(InvalidRequest, match="tally: expected"):
        await copies.keep(Basket(), [], wrong)
    with pytest.raises(TypeError):
        await copies.keep(Basket(), [])  # type: ignore[call-arg]
    for answer in ("tuple", "items"):
        with pytest.raises(Internal):
            await copies.words(answer)
