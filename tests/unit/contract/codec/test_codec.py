"""Values that a type checker lets through, and what the codec makes of them: the exact way, which no other test takes on purpose."""

from dataclasses import InitVar, dataclass
from dataclasses import field as dataclass_field
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum, IntEnum

import pytest
from msgspec import field

from plures import Message
from plures.contract import Codec, Malformed
from plures.contract.type_reader import TypeReader


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
    task = Task(Priority.HIGH, datetime(2030, 1, 1, tzinfo=UTC))
    assert codec(Task).encode(task) == codec(Task).encode_checked(task)
    assert codec(Task).encode(task) == b'{"number":3,"at":"2030-01-01T00:00:00Z"}'


class Colour(Enum):
    RED = "red"


class Car(Message):
    colour: Colour


class Bike(Message):
    colour: Colour


def test_members_that_only_peers_have_are_the_same_in_all_contracts() -> None:
    car, bike = (codec(python).decode(b'{"colour":"MAUVE"}') for python in (Car, Bike))
    assert car.colour == bike.colour
    assert car.colour != Colour.RED


class Ratio(Message):
    value: float
    at: datetime


def test_an_integer_that_no_float_can_hold_is_a_problem() -> None:
    with pytest.raises(Malformed, match="value: "):
        codec(Ratio).encode_checked(Ratio(10**400, datetime(2030, 1, 1, tzinfo=UTC)))


class Colour(Enum):
    RED = 0


class Paint(Message):
    colour: Colour


@pytest.mark.parametrize("sent", [b'{"colour":7}', b'{"colour":"GREEN"}', b'{"colour":"RED"}'])
def test_what_an_enum_does_not_declare_goes_back_as_it_came(sent: bytes) -> None:
    made = codec(Paint)
    assert made.encode(made.decode(sent)) == sent


class Price(Message):
    amount: Decimal
    ratio: float = 0.0
    at: datetime | None = None


class NativePrice(Message):
    amount: Decimal
    ratio: float = 0.0


@pytest.mark.parametrize("kind", [Price, NativePrice])
@pytest.mark.parametrize("number", ["12345678901234567.89", "1.10", "-0.0", "1e5", "7"])
def test_a_decimal_that_comes_as_a_number_is_not_rounded(kind: type[Price], number: str) -> None:
    value = codec(kind).decode(f'{{"amount":{number},"ratio":1.5}}'.encode())
    assert str(value.amount) == str(Decimal(number))
    assert (type(value.ratio), value.ratio) == (float, 1.5)


@pytest.mark.parametrize("kind", [Price, NativePrice])
def test_a_number_that_no_float_can_hold_is_refused_beside_decimals_too(kind: type[Price]) -> None:
    with pytest.raises(Malformed, match="out of range"):
        codec(kind).decode(b'{"amount":"1","ratio":1e400}')


class Checked(Message):
    size: int

    def __post_init__(self) -> None:
        assert self.size > 0, "there is no such size"


@dataclass(frozen=True)
class CheckedPoint:
    x: int

    def __post_init__(self) -> None:
        if self.x == 0:
            raise LookupError


@pytest.mark.parametrize(
    ("kind", "body", "says"),
    [(Checked, b'{"size":0}', "there is no such size"), (CheckedPoint, b'{"x":0}', "LookupError")],
)
def test_what_a_check_of_the_message_raises_is_a_problem_of_the_body(kind: type, body: bytes, says: str) -> None:
    with pytest.raises(Malformed, match=says):
        codec(kind).decode(body)


class Renamed(Message):
    product_id: str = field(name="prodId")


class Listed(Message, array_like=True):
    size: int


class Tagged(Message, tag=True):
    size: int


class Shortened(Message, omit_defaults=True):
    size: int = 20


@dataclass(frozen=True)
class Computed:
    size: int
    double: int = dataclass_field(init=False, default=0)


@dataclass(frozen=True)
class Seeded:
    size: int
    seed: InitVar[int] = 0


@pytest.mark.parametrize("kind", [Renamed, Listed, Tagged, Shortened, Computed, Seeded])
def test_messages_that_would_be_written_in_two_ways_are_refused(kind: type) -> None:
    reader = TypeReader()
    reader.message(kind)
    assert [violation.code for violation in reader.violations] == ["contract.message_options"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    size: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived(Base):
    name: str


def test_dataclasses_with_slots_and_bases_are_messages() -> None:
    made = codec(Derived)
    assert made.decode(made.encode(Derived(name="n"))) == Derived(size=1, name="n")


class Named(Message):
    name: str
    weight: float = 0.0


@pytest.mark.parametrize(
    ("value", "says"), [(Named(b"raw"), "name: expected str, got bytes"), (Named("x", "1"), "weight: expected float")]
)
def test_what_json_has_another_word_for_is_found_when_it_is_checked(value: Named, says: str) -> None:
    with pytest.raises(Malformed, match=says):
        codec(Named).encode_checked(value)


class Batch(Message):
    tasks: tuple[Task, ...]
    groups: tuple[tuple[Task, ...], ...] = ()


def test_a_body_full_of_mistakes_is_not_read_to_its_end() -> None:
    for body in (b'{"tasks":[%b]}', b'{"tasks":[],"groups":[[%b],[%b],[%b]]}'):
        wrong = b",".join([b"{}"] * 50_000)
        with pytest.raises(Malformed) as caught:
            codec(Batch).decode(body.replace(b"%b", wrong))
        problems = caught.value.problems
        assert 20 <= len(problems) <= 25
        assert len(str(caught.value)) < 2000
        assert [problem for problem in problems if "no further items" in problem] == problems[-1:]
    with pytest.raises(Malformed) as caught:
        codec(Batch).encode_checked(Batch((1,) * 50_000))  # type: ignore[arg-type]
    assert len(caught.value.problems) <= 25


def test_nanoseconds_of_peers_are_rounded_to_microseconds() -> None:
    def read(at: str) -> datetime:
        task: Task = codec(Task).decode(b'{"number":1,"at":"%b"}' % at.encode())
        return task.at

    assert read("2030-01-01T00:00:00.123456789Z") == datetime(2030, 1, 1, 0, 0, 0, 123457, UTC)
    assert read("9999-12-31T23:59:59.999999Z").microsecond == 999_999
    with pytest.raises(Malformed, match="at: "):
        read("9999-12-31T23:59:59.999999999Z")
