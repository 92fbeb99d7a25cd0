"""Turning a cart into an order: the one place where stock, money and orders meet."""

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
    """What would be ordered if the customer agreed now. ``options`` are the ways to send it, ``shipping`` the chosen one."""

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
    """No order exists and no money was taken; the cart is as it was, so another card can be tried with a new key."""

    reason: DeclineReason


class Unsettled(Message):
    """A checkout that neither ended in an order nor is taken back yet; it is tried again until it is.

    ``problem`` says what could not be taken back and why. ``reference`` is the key that inventory, payments and orders
    know the checkout by.
    """

    customer_id: str
    key: str
    reference: str
    total: Money
    started_at: datetime
    problem: str


class CartEmpty(ContractError, status="failed_precondition"):
    """There is nothing in the cart to order."""

    customer_id: str


class TotalChanged(ContractError, status="failed_precondition"):
    """The order now costs something else than the customer agreed to; nothing was ordered."""

    agreed: Money
    actual: Money


class CheckoutIncomplete(ContractError, status="unavailable"):
    """A part of the shop failed, nothing was ordered, and what had been set aside was given back or will expire.

    Try again with a new key; ``step`` names where it ended.
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

        A key is used up once stock or money was touched; whoever shows the checkout page makes a new one for each page.
        ``agreed_total`` is what the customer saw.
        """
        ...

    @query(deadline_s=0.5)
    async def unsettled(self, limit: Annotated[int, Meta(ge=1, le=1000)] = 100) -> tuple[Unsettled, ...]:
        """What waits for a person or for another part of the shop to come back, the oldest first."""
        ...
