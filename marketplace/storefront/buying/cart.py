"""The cart: customers look at it, put products in, change quantities, take products out."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from marketplace.cart.contract import Basket, CartFull
from marketplace.catalog.contract import MOST_PIECES, ProductUnknown
from marketplace.storefront.shop import Shop
from marketplace.storefront.web import Pages, Reader, Visitor, posted, visitor

from .cart_view import CartView, cart_view

_CART: Final = "/cart"


class CartPages:
    """Shows and changes the cart. Every change leads back to its page."""

    def __init__(self, shop: Shop, pages: Pages) -> None:
        self._shop = shop
        self._pages = pages

    def routes(self) -> list[Route]:
        return [
            Route(_CART, self._show, methods=["GET"]),
            Route(f"{_CART}/add", self._add, methods=["POST"]),
            Route(f"{_CART}/quantity", self._set_quantity, methods=["POST"]),
            Route(f"{_CART}/remove", self._remove, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        customer = visitor(request)
        if customer.customer_id is None:
            return await self._pages.show(request, "cart.html", CartView((), (), None))
        basket = await self._shop.cart.get(customer.customer_id)
        customer.saw(basket)
        return await self._pages.show(request, "cart.html", await cart_view(self._shop, basket))

    async def _add(self, request: Request) -> Response:
        read = Reader(await posted(request))
        product_id = read.text("product_id", "The product", most=100)
        quantity = read.whole("quantity", "The quantity", least=1, most=MOST_PIECES)
        customer = visitor(request)
        change = partial(self._shop.cart.add, customer.become_customer(), product_id, quantity)
        return await _changed(customer, read, change, "Added to your cart.")

    async def _set_quantity(self, request: Request) -> Response:
        read = Reader(await posted(request))
        product_id = read.text("product_id", "The product", most=100)
        quantity = read.whole("quantity", "The quantity", least=1, most=MOST_PIECES)
        customer = visitor(request)
        change = partial(self._shop.cart.set_quantity, customer.become_customer(), product_id, quantity)
        return await _changed(customer, read, change, "Quantity changed.")

    async def _remove(self, request: Request) -> Response:
        read = Reader(await posted(request))
        product_id = read.text("product_id", "The product", most=100)
        customer = visitor(request)
        change = partial(self._shop.cart.remove, customer.become_customer(), product_id)
        return await _changed(customer, read, change, "Removed from your cart.")


async def _changed(customer: Visitor, read: Reader, change: Callable[[], Awaitable[Basket]], done: str) -> Response:
    """Make the change unless the form is wrong, say how it went, and go to the cart."""
    for sentence in read.wrong.values():
        customer.tell(sentence, "bad")
    if not read.wrong:
        try:
            customer.saw(await change())
            customer.tell(done)
        except ProductUnknown:
            customer.tell("This product is no longer for sale.", "bad")
        except CartFull as full:
            customer.tell(f"The cart is full: it holds {full.most} at most.", "bad")
    return RedirectResponse(_CART, 303)
