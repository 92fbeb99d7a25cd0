"""Notifications beside a stand-in for checkout, which tells of orders without taking any."""

from datetime import UTC, datetime
from typing import NoReturn

from marketplace.checkout.contract import Agreement, Checkout, OrderPlaced, Placed, Summary
from marketplace.notifications.capability import notifications
from marketplace.orders.contract import Change, Order, OrderDraft, OrderLine, OrderState
from marketplace.payments.contract import Card
from marketplace.pricing.contract import Money
from marketplace.profile.contract import Address
from marketplace.shipping.contract import ShippingMethod, ShippingQuote
from plures import Application, Capability, Database, Events, Migration

NOON = datetime(2026, 11, 22, 12, 0, 0, 250_000, UTC)
CARD = Card("4242424242424242", 12, 2030, "123", "Anna Ahlgren")
TABLE = Migration(1, "orders", ("CREATE TABLE orders (id TEXT PRIMARY KEY)",))


def order(number: str, customer: str, method: ShippingMethod = ShippingMethod.STANDARD) -> Order:
    """An order with all that a confirmation tells; an express one takes one day and goes to a country without a name."""
    is_express = method is ShippingMethod.EXPRESS
    shipping = ShippingQuote(method, Money(99_005, "CHF") if is_express else Money(0), 1, 1 if is_express else 3)
    address = Address("Anna Åhlgren", "Storgatan 1 ☕", "111 22", "Göteborg", "QZ" if is_express else "TT")
    lines = (
        OrderLine("p1", "Brass “lens”", 2, Money(590), Money(1180)),
        OrderLine("p2", "Harp", 1, Money(123_456_789), Money(123_456_789)),
    )
    total = Money(123_457_969)
    draft = OrderDraft(customer, lines, total, shipping, total, address, "4242")
    return Order(
        number, draft, OrderState.PAID, (Change(OrderState.CREATED, NOON), Change(OrderState.PAID, NOON, "card"))
    )


class Announcing(Checkout):
    """Publishes an order under the key that it is given."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    async def preview(self, customer_id: str, method: ShippingMethod = ShippingMethod.STANDARD) -> Summary:
        return _not_here(customer_id, method)

    async def place(
        self,
        customer_id: str,
        key: str,
        card: Card,
        method: ShippingMethod = ShippingMethod.STANDARD,
        agreed: Agreement | None = None,
    ) -> Placed:
        placed = order(key, customer_id, method)
        async with self._database.write():
            await self._events.publish(OrderPlaced(customer_id, placed))
        return Placed(placed)


def _not_here(*_: object) -> NoReturn:
    raise NotImplementedError


app = Application("marketplace", [Capability(Checkout, Announcing, migrations=[TABLE]), notifications])
