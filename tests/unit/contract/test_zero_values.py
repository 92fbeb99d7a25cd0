"""What a peer leaves out: it is the zero of the type, its default, or missing (docs/adr/0015-zero-values.md)."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Annotated, Any, Generic, NewType, TypeVar
from uuid import UUID

import msgspec
import pytest

from plures import Message, Meta
from plures.contract import Codec, Malformed
from plures.contract.type_reader import TypeReader

T = TypeVar("T")


class Numbered(IntEnum):
    SECOND = 1
    FIRST = 0


class Unnumbered(StrEnum):
    FIRST = "b"
    SECOND = "a"


class WithoutZero(Enum):
    RED = 1


class Inner(Message):
    size: int
    name: str = "named"


class Asked(Message, Generic[T]):
    value: T


Count = NewType("Count", int)


def both(python: Any, body: bytes) -> Any:
    reader = TypeReader()
    message = reader.message(Asked[python])
    found = []
    for codec in (Codec(message), Codec(message, exact=True)):
        try:
            found.append(codec.decode(body).value)
        except Malformed as error:
            found.append(str(error))
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize("body", [b"{}", b'{"value":null}'])
@pytest.mark.parametrize(
    ("python", "zero"),
    [
        (int, 0), (Count, 0), (float, 0.0), (str, ""), (bool, False), (bytes, b""), (Numbered, Numbered.FIRST), (Unnumbered, Unnumbered.FIRST),
        (tuple[Inner, ...], ()), (int | None, None), (Annotated[int, Meta(ge=0)], 0),
    ],
)  # fmt: skip
def test_what_is_left_out_is_zero(python: Any, zero: object, body: bytes) -> None:
    read = both(python, body)
    assert (read, type(read)) == (zero, type(zero))


@pytest.mark.parametrize(
    "python",
    [
        Decimal, UUID, date, datetime, timedelta, Inner, WithoutZero,
        Annotated[int, Meta(ge=1)], Annotated[str, Meta(min_length=1)], Annotated[str, Meta(pattern="^a")], Annotated[bytes, Meta(min_length=1)],
    ],
)  # fmt: skip
def test_what_has_no_zero_or_may_not_be_zero_is_missing(python: Any) -> None:
    assert both(python, b"{}") == "value: is missing"


def test_an_empty_message_is_one_of_zeros_and_defaults() -> None:
    assert both(Inner, b'{"value":{}}') == Inner(0)
    assert both(tuple[Inner, ...], b'{"value":[{},{"size":1}]}') == (Inner(0), Inner(1))


def test_a_zero_that_was_sent_is_not_the_default() -> None:
    assert both(Inner, b'{"value":{"size":0,"name":""}}') == Inner(0, "")


@pytest.mark.parametrize("value", [Inner(0, ""), Inner(0), Inner(1, "named")])
def test_all_fields_are_written_whatever_their_value(value: Inner) -> None:
    reader = TypeReader()
    message = reader.message(Inner)
    for codec in (Codec(message), Codec(message, exact=True)):
        assert set(msgspec.json.decode(codec.encode(value))) == {"size", "name"}


def test_the_listing_says_which_fields_need_presence() -> None:
    schema = TypeReader().message(Inner).json_schema()
    assert (schema["required"], schema["properties"]) == (
        ["size"],
        {"size": {"type": ["integer", "string"], "format": "int64"}, "name": {"type": "string", "default": "named"}},
    )
