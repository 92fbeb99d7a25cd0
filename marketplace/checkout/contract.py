"""Turns a cart into an order. Only here stock, money and orders meet."""

from typing import Annotated, Final, Protocol

from marketplace.catalog.contract import Item, ProductUnknown
from marketplace.inventory.contract import OutOfStock
from marketplace.orders.contract import Order, OrderLine
from marketplace.payments.contract import Card, DeclineReason
from marketplace.pricing.contract import Money
from marketplace.profile.contract import Address, AddressUnknown
from marketplace.shipping.contract import CountryNotServed, ShippingMethod, ShippingQuote
from plures import ContractError, Event, Message, Meta, command, contract, query

INTERRUPTED: Final = "interrupted"
"""The step of a checkout that a restart interrupted before the bank was asked: no card is written down. It is taken back."""


class Agreement(Message):
    """What a customer agrees to with the order button: this cart, with these items, at this total."""

    cart_id: str
    items: tuple[Item, ...]
    total: Money


class Summary(Message):
    """The order that the customer would place now. ``options`` are the ways to send it, ``shipping`` is the chosen one.

    ``cart_id`` is the cart of which this is the content.
    """

    lines: tuple[OrderLine, ...]
    subtotal: Money
    shipping: ShippingQuote
    options: tuple[ShippingQuote, ...]
    total: Money
    address: Address
    cart_id: str = ""

    @property
    def agreement(self) -> Agreement:
        """What a customer agrees to who orders it."""
        items = tuple(Item(line.product_id, line.quantity) for line in self.lines)
        return Agreement(self.cart_id, items, self.total)


class Placed(Message):
    """The order exists and is paid. If ``ordered_before``, another key placed it: this cart had been ordered already."""

    order: Order
    ordered_before: bool = False


class OrderPlaced(Event, key="customer_id"):
    """A customer has placed an order, and paid for it."""

    customer_id: str
    order: Order

    @property
    def product_ids(self) -> tuple[str, ...]:
        """What they bought."""
        return tuple(line.product_id for line in self.order.draft.lines)


class Declined(Message):
    """There is no order and we took no money. The cart is as it was, so the customer can try another card with a new key."""

    reason: DeclineReason


class CartEmpty(ContractError, status="failed_precondition"):
    """The cart is empty, so there is nothing to order."""

    customer_id: str


class TotalChanged(ContractError, status="failed_precondition"):
    """The order now costs something else than the customer agreed to; nothing was ordered."""

    agreed: Money
    actual: Money


class CartChanged(ContractError, status="failed_precondition"):
    """The cart holds something else than what the customer agreed to order; nothing was ordered."""

    agreed: tuple[Item, ...]
    actual: tuple[Item, ...]


class OrderUnderWay(ContractError, status="unavailable"):
    """An order of this cart has begun and has not ended; nothing else was ordered.

    Another page is ordering the cart at this moment, or something interrupted an order and we must take it back first.
    Try again later with the same cart: there will be one order at most.
    """

    cart_id: str


class CheckoutIncomplete(ContractError, status="unavailable"):
    """A part of the shop failed; nothing was ordered, and stock and money that were set aside are given back or expire.

    Try again with a new key. ``step`` names the step at which it ended.
    """

    step: str


@contract("marketplace.checkout.v1", owner="checkout", events=[OrderPlaced])
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
            CartChanged,
            TotalChanged,
            OrderUnderWay,
            CheckoutIncomplete,
        ],
    )
    async def place(
        self,
        customer_id: str,
        key: Annotated[str, Meta(min_length=1, max_length=80)],
        card: Card,
        method: ShippingMethod = ShippingMethod.STANDARD,
        agreed: Agreement | None = None,
    ) -> Placed | Declined:
        """Order and pay for the whole cart. The same key again orders nothing twice and has the same outcome.

        One cart, one order: with whichever key, a cart that was ordered answers with its order. Once a call has touched
        stock or money, its key is used up; so each checkout page needs a new one.
        ``agreed`` is what the customer saw; if the shop would order something else, it orders nothing and says so.
        """
        ...
