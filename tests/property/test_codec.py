"""The fast way and the exact way of the codec give the same bytes and the same values; whatever is written can be read."""

import json
import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plures import Message, Meta
from plures.contract import MAX_DEPTH, Codec, Malformed, TooDeep
from plures.contract.reading import TypeReader
from plures.contract.scanning import check_depth


class Level(Enum):
    LOW = 0
    HIGH = 1


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


class Exact(Message):
    """Types that only the exact way writes right."""

    at: datetime
    took: timedelta
    level: Level
    shape: Line | Native


def codec(python: type, *, native: bool) -> Codec:
    reader = TypeReader()
    made = Codec(reader.message(python))
    assert reader.violations == []
    if not native:  # what the codec falls back to
        made._native = False
        import msgspec

        made._decoder = msgspec.json.Decoder()
    return made


FAST, SLOW, EXACT = codec(Native, native=True), codec(Native, native=False), codec(Exact, native=True)
INT64 = st.integers(-(2**63), 2**63 - 1)
TEXT = st.text(st.characters(codec="utf-8"))
LINES = st.builds(Line, TEXT, INT64, st.floats(allow_nan=False), st.none() | TEXT)
NATIVES = st.builds(
    Native, st.none() | TEXT, st.none() | INT64, TEXT, INT64, st.floats(allow_nan=False), st.booleans(), st.binary(), st.decimals(allow_nan=False, allow_infinity=False),
    st.uuids(), st.dates(), st.lists(LINES, max_size=4).map(tuple), st.none() | LINES,
)  # fmt: skip
MOMENTS = st.datetimes(timezones=st.just(UTC))
EXACTS = st.builds(Exact, MOMENTS, st.timedeltas(), st.sampled_from(Level), LINES | NATIVES)


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
    fast, slow = codec(Plain, native=True), codec(Plain, native=False)
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


@given(EXACTS)
def test_the_exact_way_returns_what_it_was_given(value: Exact) -> None:
    assert EXACT.decode(EXACT.encode(value)) == value


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


@given(st.binary())
def test_no_body_raises_anything_else(body: bytes) -> None:
    outcome(FAST, body)
    outcome(EXACT, body)


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
    for chosen in (codec(Bounded, native=True), codec(Bounded, native=False)):
        assert isinstance(outcome(chosen, body), Bounded) == is_fine
