"""Orders: what customers ordered, and how far it is."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Protocol

from marketplace.pricing.contract import Money
from marketplace.profile.contract import Address
from marketplace.shipping.contract import ShippingQuote
from plures import ContractError, Message, Meta, command, contract, query


class OrderState(Enum):
    """How far an order is. Failed, cancelled and delivered are final."""

    CREATED = "created"
    PAID = "paid"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


class OrderLine(Message):
    """Some pieces of one product, with the name and the price that it had when the customer ordered."""

    product_id: str
    name: str
    quantity: int
    unit: Money
    total: Money


class OrderDraft(Message):
    """All that we know about an order before it exists. ``payment_ending`` is the last four digits of the card."""

    customer_id: str
    lines: tuple[OrderLine, ...]
    subtotal: Money
    shipping: ShippingQuote
    total: Money
    address: Address
    payment_ending: str


class Change(Message):
    """One step in the life of an order."""

    state: OrderState
    at: datetime
    note: str = ""


class Order(Message):
    """One order; ``history`` begins with its creation and ends with its present state."""

    id: str
    draft: OrderDraft
    state: OrderState
    history: tuple[Change, ...]


class OrderUnknown(ContractError, status="not_found"):
    """This customer has no such order."""

    order_id: str


class OrdersPrivate(ContractError, status="permission_denied"):
    """These are the orders of another customer."""


class OrderDiffers(ContractError, status="already_exists"):
    """This key already stands for another order."""

    key: str


class OrderKeyClosed(ContractError, status="failed_precondition"):
    """The order under this key was given up before it was created."""

    key: str


class ShippingUnknown(ContractError, status="invalid_argument"):
    """There is no such way to send an order."""

    method: str


class OrderStateConflict(ContractError, status="failed_precondition"):
    """The order cannot go from its present state to the wanted one."""

    order_id: str
    state: OrderState
    wanted: OrderState


@contract("marketplace.orders.v1", owner="fulfilment")
class Orders(Protocol):
    """Remembers orders and their states."""

    @command(idempotent=True, deadline_s=1, errors=[OrderDiffers, OrderKeyClosed, ShippingUnknown])
    async def create(self, key: Annotated[str, Meta(min_length=1, max_length=100)], draft: OrderDraft) -> Order:
        """Create an order. The same key again answers with the same order."""
        ...

    @command(idempotent=True, deadline_s=1, errors=[OrderUnknown, OrderStateConflict])
    async def mark(self, order_id: str, state: OrderState, note: Annotated[str, Meta(max_length=500)] = "") -> Order:
        """Move an order on; if it is in that state already, nothing happens."""
        ...

    @command(idempotent=True, deadline_s=1, errors=[OrderStateConflict])
    async def fail(
        self,
        key: Annotated[str, Meta(min_length=1, max_length=100)],
        note: Annotated[str, Meta(max_length=500)] = "",
    ) -> None:
        """Give up the order under this key. It closes an unknown key, so that a late ``create`` cannot use it."""
        ...

    @query(deadline_s=0.5, errors=[OrderUnknown])
    async def get(self, customer_id: str, order_id: str) -> Order:
        """An order of this customer. To all but its customer and our staff it is unknown.

        On behalf of a shopper, they count, and not whom the request names.
        """
        ...

    @query(deadline_s=0.5, errors=[OrdersPrivate])
    async def list_for(
        self,
        customer_id: str,
        offset: Annotated[int, Meta(ge=0)] = 0,
        limit: Annotated[int, Meta(ge=1, le=100)] = 20,
    ) -> tuple[Order, ...]:
        """The newest first; for the customer and our staff."""
        ...
