"""Models of pydantic, mutable dataclasses, lists, maps, fixed tuples, times and literals: the wire form of the equal message, both ways."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

import pydantic
import pytest
from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from plures import Message, Meta
from plures.contract import Codec, Malformed, copier_of
from plures.contract.type_reader import TypeReader

T = TypeVar("T")


class Level(Enum):
    LOW = 0
    HIGH = 1


class Line(BaseModel):
    product_id: str
    quantity: Annotated[int, Field(ge=1)] = 1


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    name: str


class Order(BaseModel):
    """About all that a model of an existing application has."""

    model_config = ConfigDict(frozen=False, use_enum_values=True)

    order_id: UUID = Field(alias="orderID")
    buyer: str = Field(validation_alias=AliasChoices("buyer", "customer"), min_length=1)
    lines: list[Line] = []
    notes: dict[str, str] = Field(default_factory=dict)
    pet: Cat | Dog = Field(discriminator="kind")
    level: Level = Level.LOW
    placed_at: datetime
    opens: time = time(8)
    place: tuple[float, float]
    price: Decimal = Decimal(0)
    took: timedelta | None = None
    key: str = Field(default_factory=lambda: "made")

    @pydantic.field_validator("buyer")
    @classmethod
    def _strip(cls, buyer: str) -> str:
        return buyer.strip()

    @pydantic.computed_field  # type: ignore[prop-decorator]
    @property
    def pieces(self) -> int:
        return sum(line.quantity for line in self.lines)


class LineMessage(Message):
    product_id: str
    quantity: int = 1


class CatMessage(Message):
    kind: str = "cat"
    lives: int = 9


class OrderMessage(Message):
    order_id: UUID
    buyer: str
    pet: "CatMessage | LineMessage"
    placed_at: datetime
    place: tuple[float, float]
    lines: tuple[LineMessage, ...] = ()
    notes: dict[str, str] = {}  # noqa: RUF012 - msgspec makes a new one each time
    level: Level = Level.LOW
    opens: time = time(8)
    price: Decimal = Decimal(0)
    took: timedelta | None = None
    key: str = ""


NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
GIVEN: dict[str, Any] = {
    "placed_at": NOON,
    "place": (1.5, 2.0),
    "notes": {"a_b": "1"},
    "took": timedelta(seconds=1.5),
    "level": Level.HIGH,
}


def order(**more: Any) -> Order:
    values = {"orderID": UUID(int=7), "buyer": " anna ", "lines": [Line(product_id="p")], "pet": Cat(), **GIVEN}
    return Order.model_validate(values | more)


def codec(python: Any, *, exact: bool = False) -> Codec:
    reader = TypeReader()
    made = Codec(reader.message(python), exact=exact)
    assert reader.violations == []
    return made


@pytest.mark.parametrize("exact", [True, False])
def test_a_model_has_the_wire_form_of_the_equal_message(exact: bool) -> None:
    message = OrderMessage(UUID(int=7), "anna", CatMessage(), lines=(LineMessage("p"),), key="made", **GIVEN)
    wanted = json.loads(codec(OrderMessage).encode(message))
    wanted["pet"] = {"cat": wanted["pet"]["catMessage"]}
    body = codec(Order, exact=exact).encode(order())
    assert json.loads(body) == wanted
    assert codec(Order, exact=exact).decode(body) == order()


@pytest.mark.parametrize("exact", [True, False])
def test_what_a_peer_leaves_out_is_filled_in_by_the_model(exact: bool) -> None:
    body = json.loads(codec(Order).encode(order()))
    less = {name: body[name] for name in ("orderId", "buyer", "pet", "placedAt", "place")}
    arrived = codec(Order, exact=exact).decode(json.dumps(less).encode())
    assert (arrived.lines, arrived.notes, arrived.level, arrived.key) == ([], {}, Level.LOW, "made")
    again = codec(Order, exact=exact).decode(json.dumps(less).encode())
    arrived.lines.append(Line(product_id="x"))
    assert again.lines == []


def test_a_model_is_validated_once_on_arrival_and_says_where_it_is_wrong() -> None:
    seen: list[int] = []

    class Counted(BaseModel):
        number: int

        @pydantic.field_validator("number")
        @classmethod
        def _count(cls, number: int) -> int:
            seen.append(number)
            return number

    class Holder(BaseModel):
        inner: list[Counted]

    made = codec(Holder)
    made.decode(b'{"inner":[{"number":1},{"number":2}]}')
    assert seen == [1, 2]
    with pytest.raises(Malformed, match=r"lines\[0\]\.quantity: Input should be greater than or equal to 1"):
        codec(Order).decode(
            b'{"orderId":"00000000-0000-0000-0000-000000000007","buyer":"a","lines":[{"productId":"p","quantity":0}],'
            b'"pet":{"cat":{}},"placedAt":"2026-01-02T12:00:00Z","place":[1,2]}'
        )


class Page(BaseModel, Generic[T]):
    items: list[T]


def test_generic_models_are_named_for_peers() -> None:
    made = codec(Page[Line])
    assert made.message.json_schema()["title"] == "PageOfLine"
    value = Page[Line](items=[Line(product_id="p")])
    assert made.decode(made.encode(value)) == value


class Node(BaseModel):
    at: date
    inner: list["Node"] = []


def test_models_that_nest_themselves() -> None:
    made, value = codec(Node), Node(at=date(2026, 1, 1), inner=[Node(at=date(2026, 1, 2))])
    assert made.decode(made.encode(value)) == value
    copy = copier_of(made.message)
    assert copy is not None
    copied = copy(value)
    assert copied == value
    assert copied.inner[0] is not value.inner[0]


def test_the_schema_shows_the_bounds_that_the_model_holds() -> None:
    properties: Any = codec(Order).message.json_schema()["properties"]
    assert properties["buyer"] == {"type": "string", "minLength": 1}
    assert properties["notes"] == {"type": "object", "additionalProperties": {"type": "string"}}
    assert codec(Order).message.json_schema()["required"] == ["orderId", "buyer", "pet", "placedAt", "place"]


@dataclasses.dataclass
class Changeable:
    long_name: int
    tags: list[str] = dataclasses.field(default_factory=list)


class Holding(Message):
    counts: dict[str, float]
    note: str | None = None
    many: list[Changeable] = []  # noqa: RUF012
    seen: Sequence[datetime] = ()
    by_name: Mapping[str, Changeable] = {}
    pair: tuple[int, str] = (0, "")
    order: Literal["asc", "desc"] = "asc"
    at: time = time(1, 2, 3)


VALUE = Holding(
    {"note": float("nan"), "b": 1.0}, None, [Changeable(1, ["t"])], (NOON,), {"x_y": Changeable(2)}, (3, "c"), "desc", time(4, 5)
)  # fmt: skip


def test_containers_and_times_both_ways() -> None:
    fast, exact = codec(Holding), codec(Holding, exact=True)
    body = fast.encode(VALUE)
    assert json.loads(body) == json.loads(exact.encode(VALUE))
    assert json.loads(body)["counts"] == {"note": "NaN", "b": 1.0}
    assert repr(fast.decode(body)) == repr(exact.decode(body)) == repr(fast.decode(exact.encode(VALUE))) == repr(VALUE)


def test_a_list_given_for_a_sequence_arrives_as_a_tuple() -> None:
    class Both(Message):
        names: Sequence[str]

    value: Any = Both(["a"])
    assert [codec(Both, exact=exact).decode(codec(Both, exact=exact).encode(value)) for exact in (True, False)] == [
        Both(("a",)), Both(("a",)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"counts": []}, "counts: expected an object, got a list"),
        ({"counts": {"a": "x"}}, "counts['a']: expected float, got text"),
        ({"pair": [1]}, "pair: expected a list of 2 items, got a list of 1"),
        ({"pair": [1, 2]}, "pair[1]: expected str, got a number"),
        ({"order": "up"}, "order: expected 'asc' or 'desc', got 'up'"),
        ({"at": "25:00"}, "at: Invalid"),
        ({"many": {}}, "many: expected a list, got an object"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(change: dict[str, object], problem: str) -> None:
    body = json.dumps({"counts": {}} | change).encode()
    for exact in (True, False):
        with pytest.raises(Malformed) as caught:
            codec(Holding, exact=exact).decode(body)
        assert str(caught.value).startswith(problem)


def test_a_copy_shares_nothing_that_can_be_changed() -> None:
    copy = copier_of(codec(Holding).message)
    assert copy is not None
    copied = copy(VALUE)
    assert repr(copied) == repr(VALUE)
    assert copied.counts is not VALUE.counts
    assert copied.many[0] is not VALUE.many[0]
    assert copied.many[0].tags is not VALUE.many[0].tags
    assert copied.by_name["x_y"] is not VALUE.by_name["x_y"]


class Plain(Message):
    names: tuple[str, ...]
    inner: "Plain | None" = None


def test_immutable_messages_have_no_copier() -> None:
    assert copier_of(codec(Plain).message) is None


@pytest.mark.parametrize(
    ("annotation", "problem"),
    [
        (dict[int, str], "dict[int, str] has keys of int, and the keys of a JSON object are text"),
        (list[str | None], "a list or map on the wire cannot hold null"),
        (dict[str, str | None], "a list or map on the wire cannot hold null"),
        (tuple[int, None], "None is not a type that can cross"),
        (Literal[1, 2], "Literal[1, 2] cannot cross"),
        (dict[str, Any], "Any cannot cross"),
        (Annotated[dict[str, int], Meta(min_length=1)], "min_length=1 cannot bound values of type dict[str, int]"),
    ],
)
def test_what_a_container_cannot_hold(annotation: Any, problem: str) -> None:
    reader = TypeReader()
    reader.read(annotation, "here")
    assert problem in [violation.what for violation in reader.violations]
