"""Values that a type checker lets through, and what the codec makes of them: the exact way, which no other test takes on purpose."""

from datetime import UTC, datetime
from enum import Enum, IntEnum

import pytest

from plures import Message
from plures.contract import Codec, Malformed
from plures.contract.reading import TypeReader


class Priority(IntEnum):
    HIGH = 3


class Task(Message):
    number: int
    at: datetime


def codec(python: type) -> Codec:
    reader = TypeReader()
    made = Codec(reader.message(python))
    assert reader.violations == []
    return made


def test_an_integer_of_a_subclass_is_written_as_its_number() -> None:
    body = codec(Task).encode(Task(Priority.HIGH, datetime(2030, 1, 1, tzinfo=UTC)))
    assert body == b'{"number":3,"at":"2030-01-01T00:00:00Z"}'


class Ratio(Message):
    value: float
    at: datetime


def test_an_integer_that_no_float_can_hold_is_a_problem() -> None:
    with pytest.raises(Malformed, match="value: "):
        codec(Ratio).encode(Ratio(10**400, datetime(2030, 1, 1, tzinfo=UTC)))


class Colour(Enum):
    RED = 0


class Paint(Message):
    colour: Colour


@pytest.mark.parametrize("sent", [b'{"colour":7}', b'{"colour":"GREEN"}', b'{"colour":"RED"}'])
def test_what_an_enum_does_not_declare_goes_back_as_it_came(sent: bytes) -> None:
    made = codec(Paint)
    assert made.encode(made.decode(sent)) == sent
