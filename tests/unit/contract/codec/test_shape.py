"""The shape of a value: what is seen at a glance, and what is left to the exact way of the codec."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum, StrEnum
from typing import Any, Protocol

import pytest

from plures import Message, contract, query
from plures.contract import read_contract, shape_of


class Colour(Enum):
    RED = 1


class Word(StrEnum):
    HELLO = "hello"


class Pair(Message):
    text: str
    ratio: float = 0.0
    maybe: int | None = None
    many: tuple[int, ...] = ()


@dataclass(frozen=True)
class One:
    text: str


@dataclass(frozen=True)
class Two:
    day: date
    colour: Colour


class Empty(Message):
    pass


class Tree(Message):
    name: str
    below: "tuple[Tree, ...]" = ()


@contract("shapes.v1", owner="tests")
class Shapes(Protocol):
    @query()
    async def text(self) -> str: ...
    @query()
    async def number(self) -> int: ...
    @query()
    async def ratio(self) -> float: ...
    @query()
    async def day(self) -> date: ...
    @query()
    async def colour(self) -> Colour: ...
    @query()
    async def maybe(self) -> Pair | None: ...
    @query()
    async def either(self) -> Pair | One: ...
    @query()
    async def texts(self) -> tuple[str, ...]: ...
    @query()
    async def maybes(self) -> tuple[int | None, ...]: ...
    @query()
    async def pair(self) -> Pair: ...
    @query()
    async def two(self) -> Two: ...
    @query()
    async def empty(self) -> Empty: ...
    @query()
    async def tree(self) -> Tree: ...
    @query()
    def pairs(self) -> AsyncIterator[Pair]: ...


def fits(name: str, value: Any) -> bool:
    operation = read_contract(Shapes)[0].operations[name]
    message = operation.answer.message
    fits = shape_of(message.fields[0].type if operation.wraps_answer else message)
    # What was learned from the first look does not change the second.
    assert fits(value) is fits(value)
    return fits(value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", ""), ("number", 0), ("ratio", 0.5), ("ratio", 5), ("day", date.min), ("colour", Colour.RED),
        ("maybe", None), ("maybe", Pair("a")), ("either", Pair("a")), ("either", One("a")),
        ("texts", ()), ("texts", ("a", "b")), ("maybes", (1, None)), ("pair", Pair("a", 1, 5, (1,))), ("two", Two(date.min, Colour.RED)),
        ("empty", Empty()), ("tree", Tree("a", (Tree("b"),))), ("pairs", Pair("a")),
    ],
)  # fmt: skip
def test_what_fits(name: str, value: object) -> None:
    assert fits(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", 5), ("text", None), ("text", b""), ("number", True), ("number", 1.0), ("ratio", True), ("day", datetime.min.replace(tzinfo=UTC)),
        ("colour", 1), ("colour", "RED"), ("maybe", One("a")), ("either", None), ("either", Two(date.min, Colour.RED)),
        ("texts", ["a"]), ("texts", "a"), ("texts", ("a", 5)), ("maybes", (1, "a")), ("pair", None), ("pair", {"text": "a"}),
        ("pair", Pair(5)), ("pair", Pair("a", "b")), ("pair", Pair("a", 1.0, "b")), ("pair", Pair("a", 1.0, 5, [1])),
        ("two", Two("today", Colour.RED)), ("two", Two(date.min, 1)), ("either", One(5)), ("empty", None),
        ("pairs", One("a")),
    ],
)  # fmt: skip
def test_what_does_not_fit(name: str, value: object) -> None:
    assert not fits(name, value)


def test_parts_of_parts_are_not_looked_at() -> None:
    assert fits("tree", Tree("a", (5,)))  # type: ignore[arg-type]


def test_what_the_exact_way_decides() -> None:
    # A subclass of `str` is a text; only that cannot be seen at a glance.
    assert not fits("text", Word.HELLO)


def test_only_so_many_combinations_are_remembered() -> None:
    class Wide(Message):
        a: int | None = None
        b: int | None = None
        c: int | None = None
        d: int | None = None
        e: int | None = None

    @contract("wide.v1", owner="tests")
    class Wides(Protocol):
        @query()
        async def wide(self) -> Wide: ...

    shape = shape_of(read_contract(Wides)[0].operations["wide"].answer.message)
    for n in range(64):
        assert shape(Wide(*(n >> bit & 1 or None for bit in range(5))))
    assert not shape(Wide(a="x"))  # type: ignore[arg-type]
