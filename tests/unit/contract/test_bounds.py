"""Bounds on every type that can cross: they hold, the same both ways of the codec, or assembly refuses them by name."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Annotated, Any, Generic, NewType, Protocol, Self, TypeVar
from uuid import UUID

import pytest

from plures import Message, Meta, contract, query
from plures.contract import Codec, ContractDescription, Malformed, read_contract
from plures.contract.type_reader import TypeReader

T = TypeVar("T")


class Colour(Enum):
    RED = 0


class Ok(Message):
    x: int


class Other(Message):
    x: int


Count = NewType("Count", int)
Positive = NewType("Positive", Annotated[int, Meta(gt=0)])  # type: ignore[valid-newtype]


def read(annotation: Any) -> tuple[ContractDescription, list[Any]]:
    """A contract with one parameter of this type, and what is wrong with it."""

    class Subject(Protocol):
        async def ask(self, value): ...

    Subject.ask.__annotations__ = {"value": annotation, "return": annotation}
    return read_contract(contract("a.b.v1", owner="x")(query()(Subject.ask) and Subject))


def outcome(annotation: Any, body: str) -> object:
    """What the parameter becomes that a peer sends in this JSON, the same both ways; None where it is refused."""
    description, violations = read(annotation)
    assert violations == []
    fast = description.operations["ask"].request
    found = []
    for codec in (fast, Codec(fast.message, exact=True)):
        try:
            value = codec.decode(f'{{"value":{body}}}'.encode()).value
        except Malformed:
            value = None
        else:
            assert codec.decode(codec.encode(codec.message.python(value))).value == value
        found.append(value)
    assert found[0] == found[1]
    return found[0]


PRICE = Annotated[Decimal, Meta(ge=0, lt=100)]
CENTS = Annotated[Decimal, Meta(multiple_of=0.01)]


@pytest.mark.parametrize(
    ("annotation", "body", "value"),
    [
        (PRICE, '"0"', Decimal(0)),
        (PRICE, "99.99", Decimal("99.99")),
        (PRICE, '"-0.01"', None),
        (PRICE, "100", None),
        (PRICE, '"NaN"', None),
        (PRICE, '"Infinity"', None),
        (CENTS, '"19.90"', Decimal("19.90")),
        (CENTS, '"1e30"', Decimal("1e30")),
        (CENTS, '"19.905"', None),
        (CENTS, '"1e999999"', None),
        (tuple[PRICE, ...], '["-1"]', None),
        (PRICE | None, '"-1"', None),
        (Annotated[int | None, Meta(ge=1)], "1", 1),
        (Annotated[int | None, Meta(ge=1)], "0", None),
        (Annotated[str | None, Meta(max_length=2)], '"abc"', None),
        (Annotated[tuple[int, ...] | None, Meta(max_length=1)], "[1,2]", None),
        (Annotated[Decimal | None, Meta(gt=0)], '"0"', None),
        (Annotated[Annotated[int, Meta(ge=1)], Meta(le=3)], "4", None),
        (Annotated[Positive, Meta(le=3)], "0", None),
        (Annotated[Count, Meta(ge=1)], "0", None),
        (Annotated[float, Meta(multiple_of=0.5)], "1.5", 1.5),
        (Annotated[float, Meta(ge=0.5)], "0", None),
        (Annotated[bytes, Meta(max_length=2)], '"AAAA"', None),
        (Annotated[dt.datetime, Meta(tz=True)], '"2026-01-02T03:04:05Z"', dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)),
        (Annotated[dt.datetime, Meta(tz=True), Meta(tz=True)], '"2026-01-02T03:04:05"', None),
        (Annotated[dt.datetime | None, Meta(tz=True)], '"2026-01-02T03:04:05"', None),
    ],
)  # fmt: skip
def test_bounds_hold(annotation: Any, body: str, value: object) -> None:
    assert outcome(annotation, body) == value


@pytest.mark.parametrize(
    ("annotation", "says"),
    [
        (Annotated[str, Meta(ge=1)], "ge=1 cannot bound values of type str"),
        (Annotated[int, Meta(min_length=1)], "min_length=1 cannot bound values of type int"),
        (Annotated[bool, Meta(ge=1)], "type bool"),
        (Annotated[bytes, Meta(pattern="x")], "type bytes"),
        (Annotated[UUID, Meta(min_length=1)], "type UUID"),
        (Annotated[dt.date, Meta(tz=True)], "type date"),
        (Annotated[dt.datetime, Meta(ge=1)], "type datetime"),
        (Annotated[dt.timedelta, Meta(ge=1)], "type timedelta"),
        (Annotated[tuple[int, ...], Meta(ge=1)], "type tuple"),
        (Annotated[Colour, Meta(ge=1)], "type Colour"),
        (Annotated[Ok, Meta(ge=1)], "type Ok"),
        (Annotated[Ok | Other, Meta(max_length=1)], "type Union"),
        (Annotated[Count, Meta(pattern="x")], "type int"),
        (Annotated[str | None, Meta(le=1)], "type str"),
        (Annotated[dt.datetime, Meta(tz=False)], "tz=False"),
        (Annotated[int, Meta(ge=0.5)], "ge=0.5 cannot bound an int"),
        (Annotated[int, Meta(multiple_of=0.5)], "multiple_of=0.5 cannot bound an int"),
        (Annotated[int, Meta(le=2**63)], "cannot bound an int"),
        (Annotated[int, Meta(ge=1), Meta(ge=2)], "bounded twice by ge"),
        (Annotated[Decimal, Meta(gt=1), Meta(ge=2)], "bounded twice by gt and ge"),
        (Annotated[Positive, Meta(gt=1)], "bounded twice by gt"),
        (Annotated[str, Meta(pattern="x"), Meta(pattern="y")], "bounded twice by pattern"),
        (Annotated[tuple[int, ...], Meta(max_length=1), Meta(max_length=2)], "bounded twice by max_length"),
        (Annotated[int, Meta(ge=5, le=1)], "ge=5, le=1 leaves no value"),
        (Annotated[int, Meta(gt=1, lt=2)], "leaves no value"),
        (Annotated[float, Meta(gt=1, le=1)], "leaves no value"),
        (Annotated[str, Meta(min_length=2, max_length=1)], "leaves no value"),
    ],
)  # fmt: skip
def test_what_cannot_be_bounded_is_refused_by_name(annotation: Any, says: str) -> None:
    _, violations = read(annotation)
    assert [violation.code for violation in violations] == ["contract.bounds"] * 2  # as parameter and as answer
    assert says in violations[0].what
    assert [violation.where for violation in violations] == ["Subject.ask -> ", "Subject.ask(value)"]
    assert all(violation.fix for violation in violations)


TYPES = [
    str, bool, int, float, bytes, Decimal, UUID, dt.date, dt.datetime, dt.timedelta, Colour, Ok, Ok | Other, tuple[int, ...], tuple[Ok, ...],
    Count, Positive, int | None, Decimal | None, tuple[str, ...] | None, Ok | None, Ok | Other | None,
]  # fmt: skip
METAS = [
    Meta(ge=1), Meta(gt=1.5), Meta(le=2**70), Meta(lt=-1), Meta(multiple_of=2), Meta(multiple_of=0.1), Meta(pattern="^a"), Meta(min_length=1), Meta(max_length=0),
    Meta(tz=True), Meta(tz=False), Meta(title="t", description="d", examples=[1], extra={"a": 1}), Meta(extra_json_schema={"a": 1}),
]  # fmt: skip


class Held(Message, Generic[T]):
    value: T
    after: str | None = None


@dataclass(frozen=True)
class Kept(Generic[T]):
    value: T


@pytest.mark.parametrize("annotation", TYPES, ids=str)
def test_no_bound_on_any_type_ends_in_another_error(annotation: Any) -> None:
    places = [Annotated[annotation, first, second] for first in METAS for second in METAS]
    for bounded in [Annotated[annotation, meta] for meta in METAS]:
        places += [bounded, bounded | None, tuple[bounded, ...], Held[bounded], Kept[bounded]]
    for place in places:
        _, violations = read(place)
        assert all(violation.where and violation.fix for violation in violations)


class Broken(Message):
    name: Annotated[str, Meta(pattern="[")]


class Rivals(Message):
    size: Annotated[int, Meta(ge=1, gt=1)]


@pytest.mark.parametrize(
    ("python", "says"),
    [(Broken, f"{re.error.__name__}: unterminated character set"), (Rivals, "ValueError: Cannot specify both")],
)
def test_a_bound_that_cannot_be_written_is_refused_by_name(python: type, says: str) -> None:
    _, violations = read(python)
    assert violations[0].where == python.__name__
    assert says in violations[0].what
    assert "Import" not in violations[0].fix


class Weight(Enum):
    LIGHT = 1.0
    HEAVY = Decimal(2)
    ODD = {"a": 1}  # noqa: RUF012 - a value that cannot be hashed


class Ratio(float, Enum):
    HALF = 0.5


class Day(dt.date, Enum):
    FIRST = 2026, 1, 1


class Labelled(StrEnum):
    A = "a"

    def __new__(cls, text: str) -> Self:
        made = str.__new__(cls, text)
        made._value_ = text
        return made


@pytest.mark.parametrize("member", [*Weight, *Ratio, *Day, *Labelled])
def test_enums_of_any_values_cross_by_name(member: Enum) -> None:
    assert outcome(type(member), f'"{member.name}"') is member


@pytest.mark.parametrize("python", [Weight, Ratio, Labelled])
@pytest.mark.parametrize("sent", ['"NEW"', "7"])
def test_names_that_an_enum_does_not_declare_survive_whatever_its_values_are(python: type[Enum], sent: str) -> None:
    reader = TypeReader()
    codec = Codec(reader.message(Held[python]))
    assert codec.encode(codec.decode(f'{{"value":{sent}}}'.encode())) == f'{{"value":{sent}}}'.encode()


def test_a_name_of_which_no_member_can_be_made_is_refused() -> None:
    assert outcome(Day, '"SECOND"') is None


def test_an_enum_without_members_is_refused() -> None:
    assert [violation.what for violation in read(Enum("Nothing", []))[1]] == ["Nothing has no members"] * 2
