"""The fast way and the exact way of the codec give the same bytes and the same values, and read all that they write."""

import json
import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plures import Message, Meta
from plures.contract import MAX_DEPTH, Codec, Malformed, TooDeep
from plures.contract.codec.fast_way import form_of
from plures.contract.codec.json_bytes import check_depth
from plures.contract.type_reader import TypeReader


class Level(Enum):
    LOW = 0
    HIGH = 1
    TOP = HIGH  # another word for HIGH, which is read and never written


class Line(Message):
    product_id: str
    quantity: int
    weight: float = 0.0
    note: str | None = None


class Native(Message):
    """Every type that msgspec alone may write."""

    note: str | None  # also the name of a field with a default
    alone: int | None
    text: str
    number: int
    ratio: float
    flag: bool
    raw: bytes
    price: Decimal
    key: UUID
    day: date
    lines: tuple[Line, ...] = ()
    best_line: Line | None = None


class Colour(StrEnum):
    RED = "red"
    SHOCKING_PINK = "RED"  # one member's name is another one's value


@dataclass(frozen=True)
class Spelled:
    """A dataclass whose names msgspec would not rename."""

    long_name: int
    and_more: str = "more"


class Other(Message):
    """Types that msgspec alone would write in another way, in all the places where a type can stand."""

    at: datetime
    took: timedelta
    level: Level
    shape: Line | Native | Spelled
    spelled: Spelled
    said: Level | None
    times: tuple[datetime, ...] = ()
    shapes: tuple[Line | Spelled, ...] = ()
    best_colour: Colour = Colour.RED
    seen_at: datetime | None = None
    most: Annotated[tuple[timedelta, ...], Meta(max_length=3)] = ()
    line: Line | None = None
    count: Annotated[int, Meta(ge=0)] = 7


class Nesting(Message):
    """Has no form: it nests itself and is not written as it is."""

    at: datetime
    inner: tuple["Nesting", ...] = ()


def codec(python: type, *, exact: bool = False) -> Codec:
    reader = TypeReader()
    made = Codec(reader.message(python), exact=exact)
    assert reader.violations == []
    return made


FAST, SLOW = codec(Native), codec(Native, exact=True)
OTHER, SLOW_OTHER = codec(Other), codec(Other, exact=True)
INT64 = st.integers(-(2**63), 2**63 - 1)
TEXT = st.text(st.characters(codec="utf-8"))
LINES = st.builds(Line, TEXT, INT64, st.floats(allow_nan=False), st.none() | TEXT)
NATIVES = st.builds(
    Native, st.none() | TEXT, st.none() | INT64, TEXT, INT64, st.floats(allow_nan=False), st.booleans(), st.binary(), st.decimals(allow_nan=False, allow_infinity=False),
    st.uuids(), st.dates(), st.lists(LINES, max_size=4).map(tuple), st.none() | LINES,
)  # fmt: skip
ZONES = st.just(UTC) | st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(timezone)
MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=ZONES)  # noqa: DTZ001 - the bounds must be naive
SPELLED = st.builds(Spelled, st.integers(-9, 9) | INT64, TEXT)
OTHERS = st.builds(
    Other, MOMENTS, st.timedeltas(), st.sampled_from(Level), LINES | NATIVES | SPELLED, SPELLED, st.none() | st.sampled_from(Level),
    st.lists(MOMENTS, max_size=3).map(tuple), st.lists(LINES | SPELLED, max_size=3).map(tuple), st.sampled_from(Colour), st.none() | MOMENTS,
    st.lists(st.timedeltas(), max_size=3).map(tuple), st.none() | LINES, st.integers(0, 99) | st.integers(0, 2**63 - 1),
)  # fmt: skip


@given(NATIVES)
def test_both_ways_write_the_same(value: Native) -> None:
    assert json.loads(FAST.encode(value)) == json.loads(SLOW.encode(value))


@given(NATIVES)
def test_both_ways_read_the_same(value: Native) -> None:
    body = SLOW.encode(value)
    assert FAST.decode(body) == SLOW.decode(body) == value


class Plain(Message):
    """Without floats, whose null is NaN: nulls are left out of the bytes."""

    first: str | None = None
    second_one: str | None = None
    third: int = 0
    fourth: "Plain | None" = None


PLAINS = st.recursive(
    st.builds(
        Plain, st.none() | TEXT, st.none() | TEXT | st.sampled_from(['","first":null', '{"first":null', "null"]), INT64
    ),
    lambda inner: st.builds(Plain, st.none() | TEXT, st.none() | TEXT, INT64, st.none() | inner),
    max_leaves=4,
)


@given(PLAINS)
def test_both_ways_leave_out_the_same(value: Plain) -> None:
    fast, slow = codec(Plain), codec(Plain, exact=True)
    assert json.loads(fast.encode(value)) == json.loads(slow.encode(value))
    assert b'":null' not in slow.encode(value).replace(b'\\"', b"")
    assert fast.decode(fast.encode(value)) == value


DEEP = st.recursive(
    st.just("x[{") | st.just('\\"[[') | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=60,
)


def depth(data: object) -> int:
    if isinstance(data, dict):
        return 1 + max(map(depth, data.values()), default=0)
    return 1 + max(map(depth, data), default=0) if isinstance(data, list) else 0


@given(DEEP, st.integers(0, 70))
def test_depth_is_counted_exactly(data: object, more: int) -> None:
    for n in range(more):
        data = [data, "[" * 70] if n % 2 else {"a]": data, "b": [[]] * 40}
    try:
        check_depth(json.dumps(data).encode())
    except TooDeep:
        assert depth(data) > MAX_DEPTH
    else:
        assert depth(data) <= MAX_DEPTH


@given(OTHERS)
def test_both_ways_write_and_read_the_same_of_other_types(value: Other) -> None:
    body = OTHER.encode(value)
    assert json.loads(body) == json.loads(SLOW_OTHER.encode(value))
    assert OTHER.decode(body) == SLOW_OTHER.decode(body) == value


@given(
    OTHERS,
    st.dictionaries(
        st.sampled_from(["at", "took", "level", "shape", "spelled", "said", "times", "shapes", "bestColour", "best_colour", "seenAt", "most", "line", "count"]),
        st.deferred(lambda: JSON | ODD),
    ),
    st.sets(st.sampled_from(["at", "level", "shape", "spelled", "said", "times", "bestColour", "count"])),
)  # fmt: skip
def test_both_ways_accept_and_refuse_the_same_of_other_types(
    value: Other, changes: dict[str, Any], left_out: set[str]
) -> None:
    data = json.loads(SLOW_OTHER.encode(value)) | changes
    body = json.dumps({name: part for name, part in data.items() if name not in left_out}).encode()
    assert outcome(OTHER, body) == outcome(SLOW_OTHER, body)


ODD = st.sampled_from([
    "2026-01-02T03:04:05", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05+01:00", "2026-01-02 03:04:05Z", "HIGH", "low", "1.5s", "-0.0000001s", "1s ",
    "RED", "red", "SHOCKING_PINK", "BLUE", 0, 1, 1.0, True, [], {}, {"line": {"productId": "p", "quantity": 1}}, {"line": None}, [{"spelled": {"longName": 1}}],
    {"line": {"productId": "p", "quantity": 1}, "spelled": {"longName": 1}}, {"long_name": 2}, ["1s", "2s", "3s", "4s"], [None], 2**53, str(2**53), -1,
])  # fmt: skip


def test_what_nests_itself_goes_the_exact_way() -> None:
    chosen = codec(Nesting)
    value = Nesting(datetime(2026, 1, 2, tzinfo=UTC), (Nesting(datetime(2026, 1, 3, tzinfo=UTC)),))
    assert form_of(chosen.message) is None
    assert chosen.decode(chosen.encode(value)) == value


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("at", datetime(2026, 1, 2), "naive datetime"),  # noqa: DTZ001 - that is the point
        ("level", Colour.RED, "expected Level, got Colour"),
        ("level", "LOW", "expected Level, got str"),
        ("took", 5, "expected timedelta, got int"),
        ("times", ("now",), "expected datetime, got str"),
        ("spelled", Line("p", 1), "expected Spelled, got Line"),
        ("shape", None, "expected one of"),
    ],
)
def test_values_of_other_types_are_refused_by_name(field: str, value: object, problem: str) -> None:
    fine = Other(
        datetime(2026, 1, 2, tzinfo=UTC), timedelta(1), Level.LOW, Line("p", 1), Spelled(1), None
    )  # fmt: skip
    assert OTHER.decode(OTHER.encode(fine)) == fine
    with pytest.raises(Malformed, match=problem):
        OTHER.encode(msgspec.structs.replace(fine, **{field: value}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "number", "lines", "raw", "x"]), inner)
    ),
    max_leaves=8,
)


@given(
    NATIVES,
    st.dictionaries(st.sampled_from(["text", "number", "ratio", "raw", "lines", "best_line", "key", "other"]), JSON),
)
def test_both_ways_accept_and_refuse_the_same(value: Native, changes: dict[str, Any]) -> None:
    body = json.dumps(json.loads(SLOW.encode(value)) | changes).encode()
    assert outcome(FAST, body) == outcome(SLOW, body)


IMPLICIT = {"text", "number", "ratio", "flag", "raw", "lines", "weight", "productId", "quantity", "level"}


def without_zeros(data: Any) -> Any:
    """The JSON as a proto3 peer writes it: fields without presence are left out where they are zero."""
    if isinstance(data, list):
        return [without_zeros(item) for item in data]
    if not isinstance(data, dict):
        return data
    kept = {name: part for name, part in data.items() if name not in IMPLICIT or part not in (0, "", False, [], "LOW")}
    return {name: without_zeros(part) for name, part in kept.items()}


@given(NATIVES | st.just(Native(None, None, "", 0, 0.0, False, b"", Decimal(0), UUID(int=0), date.min, (Line("", 0),))))
def test_zeros_that_a_peer_leaves_out_are_read_both_ways(value: Native) -> None:
    body = json.dumps(without_zeros(json.loads(SLOW.encode(value)))).encode()
    assert FAST.decode(body) == SLOW.decode(body) == value


@given(OTHERS)
def test_zeros_of_other_types_are_read_both_ways(value: Other) -> None:
    body = json.dumps(without_zeros(json.loads(SLOW_OTHER.encode(value)))).encode()
    assert OTHER.decode(body) == SLOW_OTHER.decode(body) == value


@given(NATIVES, st.sets(st.sampled_from(["text", "number", "ratio", "raw", "flag", "price", "key", "day", "lines"])))
def test_both_ways_find_the_same_missing(value: Native, left_out: set[str]) -> None:
    data = json.loads(SLOW.encode(value))
    body = json.dumps({name: part for name, part in data.items() if name not in left_out}).encode()
    assert outcome(FAST, body) == outcome(SLOW, body)
    assert isinstance(outcome(FAST, body), Native) == left_out.isdisjoint({"price", "key", "day"})


@given(st.binary())
def test_no_body_raises_anything_else(body: bytes) -> None:
    outcome(FAST, body)
    outcome(OTHER, body)


def outcome(chosen: Codec, body: bytes) -> object:
    try:
        return chosen.decode(body)
    except (Malformed, TooDeep) as error:
        return type(error), str(error)


def test_not_a_number_takes_the_exact_way() -> None:
    assert (
        json.loads(FAST.encode(Native(None, None, "", 0, math.nan, True, b"", Decimal(0), UUID(int=0), date.min)))[
            "ratio"
        ]
        == "NaN"
    )


@pytest.mark.parametrize("number", [2**53, -(2**53), 2**63 - 1, 10**15, 10**16])
def test_integers_that_javascript_rounds_travel_as_text(number: int) -> None:
    sent = json.loads(FAST.encode(Native(None, None, "", number, 0.0, True, b"", Decimal(0), UUID(int=0), date.min)))[
        "number"
    ]
    assert sent == (number if abs(number) < 2**53 else str(number))


class Bounded(Message):
    size: Annotated[int, Meta(ge=1, le=3)]
    name: Annotated[str, Meta(pattern="^[a-z]+$", max_length=3)] = "a"
    tags: Annotated[tuple[str, ...], Meta(max_length=2)] = ()


@given(st.integers(-5, 5), st.text("abC", max_size=5), st.lists(st.just("t"), max_size=4))
def test_bounds_hold_both_ways(size: int, name: str, tags: list[str]) -> None:
    body = json.dumps({"size": size, "name": name, "tags": tags}).encode()
    is_fine = 1 <= size <= 3 and len(name) <= 3 and name.islower() and name.isascii() and len(tags) <= 2
    for chosen in (codec(Bounded), codec(Bounded, exact=True)):
        assert isinstance(outcome(chosen, body), Bounded) == is_fine
