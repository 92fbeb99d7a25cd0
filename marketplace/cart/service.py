"""Carts: what goes in and out of them. Knows nothing of prices or stock, which may change while something lies in a cart."""

from collections.abc import Callable
from typing import Final, Protocol

from marketplace.cart.contract import Basket, CartFull
from marketplace.catalog.contract import MOST_PIECES, Catalog, Item

# As many as pricing quotes and inventory reserves at once.
MOST_PRODUCTS: Final = 100

Items = tuple[Item, ...]
Edit = Callable[[Items], Items]


class CartStore(Protocol):
    """Where carts are kept."""

    async def get(self, customer_id: str) -> Items:
        """In the order the items were put in; empty for a customer never seen."""
        ...

    async def change(self, customer_id: str, edit: Edit) -> Items:
        """Replace the items by what ``edit`` makes of them, with nobody in between; unchanged when it raises."""
        ...

    async def clear(self, customer_id: str) -> None: ...


class CartService:
    """Implements `Cart`."""

    def __init__(self, catalog: Catalog, store: CartStore) -> None:
        self._catalog = catalog
        self._store = store

    async def get(self, customer_id: str) -> Basket:
        return Basket(customer_id, await self._store.get(customer_id))

    async def add(self, customer_id: str, product_id: str, quantity: int = 1) -> Basket:
        def edit(items: Items) -> Items:
            return _put(items, product_id, quantity + _quantity_of(product_id, items))

        return await self._put(customer_id, product_id, edit)

    async def set_quantity(self, customer_id: str, product_id: str, quantity: int) -> Basket:
        def edit(items: Items) -> Items:
            return _put(items, product_id, quantity)

        return await self._put(customer_id, product_id, edit)

    async def remove(self, customer_id: str, product_id: str) -> Basket:
        def edit(items: Items) -> Items:
            return tuple(item for item in items if item.product_id != product_id)

        return Basket(customer_id, await self._store.change(customer_id, edit))

    async def clear(self, customer_id: str) -> None:
        await self._store.clear(customer_id)

    async def _put(self, customer_id: str, product_id: str, edit: Edit) -> Basket:
        await self._catalog.get(product_id)  # only what is for sale gets into a cart
        return Basket(customer_id, await self._store.change(customer_id, edit))


def _quantity_of(product_id: str, items: Items) -> int:
    return next((item.quantity for item in items if item.product_id == product_id), 0)


def _put(items: Items, product_id: str, quantity: int) -> Items:
    """The items with so many pieces of one product, which keeps its place.

    Raises:
        CartFull: More than a cart can hold.
    """
    if quantity > MOST_PIECES:
        raise CartFull(product_id=product_id, most=MOST_PIECES)
    changed = Item(product_id, quantity)
    if any(item.product_id == product_id for item in items):
        return tuple(changed if item.product_id == product_id else item for item in items)
    if len(items) >= MOST_PRODUCTS:
        raise CartFull(product_id=product_id, most=MOST_PRODUCTS)
    return (*items, changed)
