"""What a contract says of events, and the form in which one is delivered."""

from datetime import UTC, datetime
from typing import Any, NewType, Protocol

import pytest

from plures.contract import Event, SubscriptionDeclaration, contract, query, read_contract, read_delivery

CustomerId = NewType("CustomerId", str)


class OrderPlaced(Event, key="customer_id"):
    """An order was placed."""

    order_id: str
    customer_id: CustomerId | None = None


class OrderShipped(Event):
    """An order was sent."""

    order_id: str


class Loud(Event, key="volume"):
    volume: int = 0


class Lost(Event, key="nowhere"):
    text: str


def contract_with(*events: Any) -> type:
    @contract("shop.orders.v1", owner="sales", events=events)
    class Orders(Protocol):
        @query()
        async def count(self) -> int: ...

    return Orders


def codes(*events: Any) -> list[str]:
    return [violation.code for violation in read_contract(contract_with(*events))[1]]


def test_events_are_described() -> None:
    description, violations = read_contract(contract_with(OrderPlaced, OrderShipped))
    assert violations == []
    placed, shipped = description.events
    assert (placed.name, placed.key) == ("shop.orders.v1.OrderPlaced", "customer_id")
    assert (shipped.name, shipped.key) == ("shop.orders.v1.OrderShipped", "")
    assert placed.codec.decode(placed.codec.encode(OrderPlaced("o1", CustomerId("anna")))) == OrderPlaced(
        "o1", CustomerId("anna")
    )


def test_the_key_of_an_event_is_the_value_of_its_field_or_nothing() -> None:
    placed, shipped = read_contract(contract_with(OrderPlaced, OrderShipped))[0].events
    assert placed.key_of(OrderPlaced("o1", CustomerId("anna"))) == "anna"
    assert placed.key_of(OrderPlaced("o1")) == ""
    assert shipped.key_of(OrderShipped("o1")) == ""


def test_an_event_inherits_its_key() -> None:
    class GiftPlaced(OrderPlaced):
        wrapping: str = "paper"

    (gift,) = read_contract(contract_with(GiftPlaced))[0].events
    assert gift.key == "customer_id"


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (str, "contract.event_class"),
        (Event, "contract.event_class"),
        ("OrderPlaced", "contract.event_class"),
        (Loud, "contract.event_key"),
        (Lost, "contract.event_key"),
    ],
)
def test_what_is_no_event_is_refused(event: Any, code: str) -> None:
    assert codes(event) == [code]


def test_two_events_of_one_name_are_refused() -> None:
    other = type("OrderPlaced", (Event,), {"__annotations__": {"text": str}})
    assert codes(OrderPlaced, other) == ["contract.event_name"]


def test_an_event_that_could_not_cross_is_refused() -> None:
    broken = type("Broken", (Event,), {"__annotations__": {"things": dict}})
    assert codes(broken) == ["contract.mutable_type"]


def test_a_delivery_is_a_command_with_the_events_id_as_its_key_in_an_envelope_of_cloudevents() -> None:
    (placed,) = read_contract(contract_with(OrderPlaced))[0].events
    delivery = read_delivery("shop.mail.v1.Mail", "confirm", placed, SubscriptionDeclaration(10))
    assert delivery.path == "/shop.mail.v1.Mail/Confirm"
    assert delivery.declaration.key == "id"
    assert delivery.declaration.idempotent
    request = delivery.request_of(
        id="1", source="/shop/orders", type=placed.name, time=datetime(2026, 11, 27, tzinfo=UTC), data=OrderPlaced("o1")
    )
    body = delivery.request.encode(request)
    assert delivery.request.decode(body) == request
    assert b'"specversion":"1.0"' in body
    assert b'"type":"shop.orders.v1.OrderPlaced"' in body
    assert b'"time":"2026-11-27T00:00:00Z"' in body
