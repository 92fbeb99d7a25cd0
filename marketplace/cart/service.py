"""Carts: what goes in and out of them. They know no prices and no stock, which may change while a product is in a cart."""

from collections.abc import Callable
from typing import Final, Protocol

from marketplace.cart.contract import Basket, Cart, CartFull
from marketplace.catalog.contract import MOST_PIECES, Catalog, Item

# As many as pricing quotes and inventory reserves at once.
MOST_PRODUCTS: Final = 100

Items = tuple[Item, ...]
Edit = Callable[[Basket], Basket]


class CartStore(Protocol):
    async def get(self, customer_id: str) -> Basket:
        """The cart, with its items in the order in which they went in; an empty one for a new customer."""
        ...

    async def change(self, customer_id: str, edit: Edit) -> Basket:
        """Replace the cart by what ``edit`` makes of it, as one step; if it raises, the cart stays as it was."""
        ...

    async def clear(self, customer_id: str) -> None: ...


class CartService(Cart):
    def __init__(self, catalog: Catalog, store: CartStore, *, new_id: Callable[[], str]) -> None:
        self._catalog = catalog
        self._store = store
        self._new_id = new_id

    async def get(self, customer_id: str) -> Basket:
        return await self._store.get(customer_id)

    async def add(self, customer_id: str, product_id: str, quantity: int = 1) -> Basket:
        def edit(items: Items) -> Items:
            return _put(items, product_id, quantity + _quantity_of(product_id, items))

        return await self._put(customer_id, product_id, edit)

    async def set_quantity(self, customer_id: str, product_id: str, quantity: int) -> Basket:
        def edit(items: Items) -> Items:
            return _put(items, product_id, quantity)

        return await self._put(customer_id, product_id, edit)

    async def remove(self, customer_id: str, product_id: str) -> Basket:
        def edit(basket: Basket) -> Basket:
            left = tuple(item for item in basket.items if item.product_id != product_id)
            return Basket(customer_id, left, basket.cart_id)

        return await self._store.change(customer_id, edit)

    async def close(self, customer_id: str, cart_id: str, ordered: Items) -> Basket:
        def edit(basket: Basket) -> Basket:
            if not cart_id or basket.cart_id != cart_id:
                return basket
            left = _without(ordered, basket.items)
            return Basket(customer_id, left, self._new_id() if left else "")

        return await self._store.change(customer_id, edit)

    async def clear(self, customer_id: str) -> None:
        await self._store.clear(customer_id)

    async def _put(self, customer_id: str, product_id: str, edit: Callable[[Items], Items]) -> Basket:
        # It raises ProductUnknown for what is not for sale.
        await self._catalog.get(product_id)

        def edit_basket(basket: Basket) -> Basket:
            return Basket(customer_id, edit(basket.items), basket.cart_id or self._new_id())

        return await self._store.change(customer_id, edit_basket)


def _quantity_of(product_id: str, items: Items) -> int:
    return next((item.quantity for item in items if item.product_id == product_id), 0)


def _without(taken: Items, items: Items) -> Items:
    left = ((item.product_id, item.quantity - _quantity_of(item.product_id, taken)) for item in items)
    return tuple(Item(product_id, quantity) for product_id, quantity in left if quantity > 0)


def _put(items: Items, product_id: str, quantity: int) -> Items:
    """The items with this many pieces of one product, which keeps its place.

    Raises:
        CartFull: The cart cannot hold that much.
    """
    if quantity > MOST_PIECES:
        raise CartFull(product_id=product_id, most=MOST_PIECES)
    changed = Item(product_id, quantity)
    if any(item.product_id == product_id for item in items):
        return tuple(changed if item.product_id == product_id else item for item in items)
    if len(items) >= MOST_PRODUCTS:
        raise CartFull(product_id=product_id, most=MOST_PRODUCTS)
    return (*items, changed)
