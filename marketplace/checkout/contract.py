"""Turns a cart into an order. Only here stock, money and orders meet."""

from datetime import datetime
from typing import Annotated, Protocol

from marketplace.catalog.contract import ProductUnknown
from marketplace.inventory.contract import OutOfStock
from marketplace.orders.contract import Order, OrderLine
from marketplace.payments.contract import Card, DeclineReason
from marketplace.pricing.contract import Money
from marketplace.profile.contract import Address, AddressUnknown
from marketplace.shipping.contract import CountryNotServed, ShippingMethod, ShippingQuote
from plures import ContractError, Message, Meta, command, contract, query


class Summary(Message):
    """The order that the customer would place now. ``options`` are the ways to send it, ``shipping`` is the chosen one."""

    lines: tuple[OrderLine, ...]
    subtotal: Money
    shipping: ShippingQuote
    options: tuple[ShippingQuote, ...]
    total: Money
    address: Address


class Placed(Message):
    """The order exists and is paid."""

    order: Order


class Declined(Message):
    """There is no order and we took no money. The cart is as it was, so the customer can try another card with a new key."""

    reason: DeclineReason


class Unsettled(Message):
    """A checkout that did not end in an order, and that we could not take back yet; we go on trying.

    ``problem`` says what we could not take back and why. ``reference`` is the key of the checkout in inventory, payments
    and orders.
    """

    customer_id: str
    key: str
    reference: str
    total: Money
    started_at: datetime
    problem: str


class CartEmpty(ContractError, status="failed_precondition"):
    """The cart is empty, so there is nothing to order."""

    customer_id: str


class TotalChanged(ContractError, status="failed_precondition"):
    """The order now costs something else than the customer agreed to; nothing was ordered."""

    agreed: Money
    actual: Money


class CheckoutIncomplete(ContractError, status="unavailable"):
    """A part of the shop failed; nothing was ordered, and stock and money that were set aside are given back or expire.

    Try again with a new key. ``step`` names the step at which it ended.
    """

    step: str


@contract("marketplace.checkout.v1", owner="checkout")
class Checkout(Protocol):
    """Places orders."""

    @query(deadline_s=2, errors=[CartEmpty, AddressUnknown, ProductUnknown, CountryNotServed, CheckoutIncomplete])
    async def preview(self, customer_id: str, method: ShippingMethod = ShippingMethod.STANDARD) -> Summary:
        """What an order of the whole cart would cost; nothing is reserved."""
        ...

    @command(
        idempotent=True,
        deadline_s=4.5,
        errors=[
            CartEmpty,
            AddressUnknown,
            ProductUnknown,
            CountryNotServed,
            OutOfStock,
            TotalChanged,
            CheckoutIncomplete,
        ],
    )
    async def place(
        self,
        customer_id: str,
        key: Annotated[str, Meta(min_length=1, max_length=80)],
        card: Card,
        method: ShippingMethod = ShippingMethod.STANDARD,
        agreed_total: Money | None = None,
    ) -> Placed | Declined:
        """Order and pay for the whole cart. The same key again orders nothing twice and has the same outcome.

        Once a call has touched stock or money, its key is used up; so each checkout page needs a new one.
        ``agreed_total`` is the total that the customer saw.
        """
        ...

    @query(deadline_s=0.5)
    async def unsettled(self, limit: Annotated[int, Meta(ge=1, le=1000)] = 100) -> tuple[Unsettled, ...]:
        """The checkouts that wait for a person, or for another part of the shop to come back; the oldest first."""
        ...
