"""The cart: what a customer means to buy."""

from typing import Protocol

from marketplace.catalog.contract import Item, Pieces, ProductUnknown
from plures import ContractError, Message, command, contract, query


class Basket(Message):
    """What is in a customer's cart, in the order in which they put it there.

    ``cart_id`` names this cart until it is ordered or cleared; what comes after it is another cart. A cart that holds
    nothing yet has none.
    """

    customer_id: str
    items: tuple[Item, ...] = ()
    cart_id: str = ""


class CartFull(ContractError, status="failed_precondition"):
    """The cart cannot hold more products, or more pieces of one product."""

    product_id: str
    most: int


@contract("marketplace.cart.v1", owner="checkout")
class Cart(Protocol):
    """Keeps a cart for each customer; a new customer has an empty one."""

    @query(deadline_s=0.5)
    async def get(self, customer_id: str) -> Basket: ...

    @command(deadline_s=1, errors=[ProductUnknown, CartFull])
    async def add(self, customer_id: str, product_id: str, quantity: Pieces = 1) -> Basket:
        """Add pieces to those already there. It is not idempotent, because some customers mean to add twice."""
        ...

    @command(idempotent=True, deadline_s=1, errors=[ProductUnknown, CartFull])
    async def set_quantity(self, customer_id: str, product_id: str, quantity: Pieces) -> Basket: ...

    @command(idempotent=True, deadline_s=1)
    async def remove(self, customer_id: str, product_id: str) -> Basket:
        """Take out all pieces of a product; without any, nothing happens."""
        ...

    @command(idempotent=True, deadline_s=1)
    async def close(self, customer_id: str, cart_id: str, ordered: tuple[Item, ...]) -> Basket:
        """End a cart that was ordered: take out the ordered pieces. What else is in it begins a new cart.

        If the customer has another cart by now, nothing happens.
        """
        ...

    @command(idempotent=True, deadline_s=1)
    async def clear(self, customer_id: str) -> None: ...
