"""Reading a contract: everything that could not cross is found, all at once, with what to write instead."""

from __future__ import annotations

import datetime as dt
import typing
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, Protocol, TypeVar

import pytest

from plures import ContractError, Message, Meta, command, contract, query
from plures.contract import is_contract, read_contract

T = TypeVar("T")


class Colour(Enum):
    RED = 1


@dataclass
class Changeable:
    x: int


@dataclass(frozen=True)
class Fixed:
    x: int


class Ok(Message):
    x: int


class Holder(Message):
    items: set[int]
    also_1: str
    inner: Changeable


class NaiveDefault(Message):
    at: dt.datetime = dt.datetime(2020, 1, 1)  # noqa: DTZ001 - what is looked for


def rules(annotation: Any, default: Any = ...) -> list[str]:
    """The rules that a parameter of this type breaks."""

    class Subject(Protocol):
        async def ask(self, value): ...

    ask = Subject.ask
    ask.__annotations__ = {"value": annotation, "return": None}
    if default is not ...:
        ask.__defaults__ = (default,)
    query()(ask)
    return [
        violation.code.removeprefix("contract.")
        for violation in read_contract(contract("a.b.v1", owner="x")(Subject))[1]
    ]


@pytest.mark.parametrize(
    "annotation",
    [
        str, bool, int, float, bytes, Decimal, dt.datetime, dt.timedelta, dt.date, Colour, Ok, Fixed,
        str | None, Ok | Fixed, Ok | Fixed | None, tuple[int, ...], tuple[Ok | Fixed, ...],
        Annotated[int, Meta(ge=1)], Annotated[tuple[str, ...], Meta(max_length=3)], Annotated[str, Meta(pattern="x")] | None,
        list[int], dict[str, int], Mapping[str, int], Sequence[str], tuple[int, str], dict[str, list[Changeable]], Changeable, dt.time, Literal["a", "b"],
        Annotated[list[str], Meta(max_length=3)], typing.List[int], typing.Dict[str, Ok], typing.Optional[typing.List[str]],  # noqa: UP006, UP045
    ],
)  # fmt: skip
def test_what_can_cross(annotation: Any) -> None:
    assert rules(annotation) == []


@pytest.mark.parametrize(
    ("annotation", "broken"),
    [
        (set[str], ["mutable_type"]),
        (dict[int, str], ["map_key"]),
        (list[int | None], ["none_in_tuple"]),
        (bytearray, ["mutable_type"]),
        (Any, ["undeclared_type"]),
        (object, ["undeclared_type"]),
        (T, ["undeclared_type"]),
        ([int], ["undeclared_type"]),
        (Literal[1], ["undeclared_type"]),
        (tuple[int | None, ...], ["none_in_tuple"]),
        (int | str, ["union"]),
        (Ok | str, ["union"]),
        (Holder, ["mutable_type", "field_name"]),
        (NaiveDefault, ["default"]),
    ],
)
def test_what_cannot_cross(annotation: Any, broken: list[str]) -> None:
    assert rules(annotation) == broken


@pytest.mark.parametrize(
    ("annotation", "default", "broken"),
    [
        (int, 5, []),
        (int, "5", ["default"]),
        (int, None, ["default"]),
        (Annotated[int, Meta(ge=1)], 0, ["default"]),
        (str | None, None, []),
        (str | None, "x", ["default"]),
        (tuple[int, ...], (), []),
        (tuple[int, ...], (1,), ["default"]),
        (dt.datetime, dt.datetime(2020, 1, 1), ["default"]),  # noqa: DTZ001 - what is looked for
        (Ok, Ok(1), []),
    ],
)
def test_defaults_must_cross_too(annotation: Any, default: Any, broken: list[str]) -> None:
    assert rules(annotation, default) == broken


class Bad(ContractError):
    """It has bad fields."""

    code_1: int
    what: str


@contract("Wrong Name", owner=" ")
class Wrong(Protocol):
    @query(deadline_s=0)
    async def first(self, untyped, *many: int) -> int: ...

    @command(errors=[Bad])
    def second(self) -> Awaitable[int]: ...

    @query()
    def seventh(self) -> Iterator[int]: ...

    @query()
    async def third(self) -> AsyncIterator[int]: ...

    async def fourth(self) -> None: ...

    @query()
    async def fifth(self, x: NotImported) -> None: ...  # noqa: F821 - what is looked for

    @query()
    async def sixth(self): ...


def test_all_violations_are_reported_at_once() -> None:
    _, violations = read_contract(Wrong)
    assert {violation.code.removeprefix("contract.") for violation in violations} == {
        "name", "owner", "deadline", "undeclared_type", "parameter", "not_async", "stream", "blocking_stream", "undeclared_operation", "field_name",
    }  # fmt: skip
    assert all(violation.fix and violation.where for violation in violations)
    text = "\n".join(map(str, violations))
    for place in (
        "Wrong.first(untyped)",
        "Wrong.second -> ",
        "Wrong.third -> ",
        "Wrong.fourth",
        "Wrong.fifth",
        "Wrong.seventh -> ",
        "error Bad.code_1",
    ):
        assert place in text


class NotFound(ContractError, status="not_found"):
    """There is no such thing.

    More about it.
    """

    key: str
    tries: int = 1


@contract("shop.goods.v2", owner="team")
class Goods(Protocol):
    """Keeps goods."""

    @query(deadline_s=0.3, errors=[NotFound])
    async def get_many(self, keys: tuple[str, ...], *, limit: int = 20) -> tuple[Ok, ...]: ...

    @command(idempotent=True)
    async def put(self, good: Ok) -> None: ...

    @query()
    def export(self) -> AsyncIterator[Ok]: ...


def test_what_a_description_says() -> None:
    description, violations = read_contract(Goods)
    assert violations == []
    assert (description.capability, description.service, description.owner) == ("goods", "shop.goods.v2.Goods", "team")
    get, put, export = description.operations.values()
    assert (get.path, get.declaration.is_query, get.declaration.deadline_s) == (
        "/shop.goods.v2.Goods/GetMany",
        True,
        0.3,
    )
    assert (put.declaration.is_query, put.declaration.idempotent, put.declaration.deadline_s) == (False, True, 1.0)
    assert (get.streams, export.streams, get.wraps_answer, export.wraps_answer) == (False, True, True, False)
    assert [(error.name, error.python) for error in get.errors] == [("shop.goods.v2.NotFound", NotFound)]
    assert get.request.message.json_schema()["required"] == []
    assert list(get.request.message.json_schema()["properties"]) == ["keys", "limit"]


def test_decorators_only_attach() -> None:
    class Inherits(Goods, Protocol): ...

    assert is_contract(Goods)
    assert not is_contract(Inherits)
    assert not is_contract(Ok)


def test_declared_errors_are_values() -> None:
    error = NotFound(key="a")
    assert (error.key, error.tries, error.what, error.status, error.code) == (
        "a", 1, "There is no such thing.", "not_found", "contract.NotFound",
    )  # fmt: skip
    assert str(error) == "There is no such thing. (key='a', tries=1)"
    assert error == NotFound(key="a", tries=1) != NotFound(key="b")
    with pytest.raises(TypeError, match="missing 'key', unexpected 'ky'"):
        NotFound(ky="a")
