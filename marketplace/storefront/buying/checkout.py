"""The second step of the checkout: how to send, how to pay, and the order itself."""

import secrets

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from marketplace.cart.contract import Cart
from marketplace.catalog.contract import ProductUnknown
from marketplace.checkout.contract import CartEmpty
from marketplace.payments.contract import Card
from marketplace.profile.contract import AddressUnknown
from marketplace.shipping.contract import CountryNotServed, ShippingMethod
from marketplace.storefront.shop import Shop
from marketplace.storefront.web import Filled, Pages, Reader, Visitor, posted, visitor

from .card_form import read_card
from .checkout_view import CheckoutView, read_agreement, read_method
from .ordering import OrderRequest, place
from .problems import Problem


class CheckoutPages:
    """Shows what the customer is about to order, and orders it."""

    def __init__(self, shop: Shop, pages: Pages) -> None:
        self._shop = shop
        self._pages = pages

    def routes(self) -> list[Route]:
        return [Route("/checkout", self._ask, methods=["GET"]), Route("/checkout", self._order, methods=["POST"])]

    async def _ask(self, request: Request) -> Response:
        return await self._show(request, read_method(request.query_params.get("method", "")), Filled())

    async def _order(self, request: Request) -> Response:
        entered = await posted(request)
        method = read_method(entered.get("method", ""))
        form = read_card(entered)
        read = Reader(entered)
        key = read.text("key", "The key", most=80)
        agreed = read_agreement(entered.get("agreed", ""))
        if form.value is None or agreed is None or read.wrong:
            return await self._show(request, method, form, status=422)
        customer = visitor(request)
        placed = await place(self._shop, customer, OrderRequest(key, method, agreed, form.value))
        if isinstance(placed, Problem):
            return await self._show(request, method, form, problem=placed, status=409)
        await _look_into_cart(self._shop, customer)
        if placed.ordered_before:
            customer.tell("You had ordered this cart already. This is that order: nothing was ordered or paid twice.")
            return RedirectResponse(f"/orders/{placed.order.id}", 303)
        return RedirectResponse(f"/orders/{placed.order.id}?placed=1", 303)

    async def _show(
        self,
        request: Request,
        method: ShippingMethod,
        form: Filled[Card],
        *,
        problem: Problem | None = None,
        status: int = 200,
    ) -> Response:
        customer = visitor(request)
        if customer.customer_id is None:
            return RedirectResponse("/cart", 303)
        try:
            summary = await self._shop.checkout.preview(customer.customer_id, method)
        except CartEmpty:
            return _nothing_to_order(customer, problem)
        except ProductUnknown:
            customer.tell("A product in your cart is no longer for sale.", "warn")
            return RedirectResponse("/cart", 303)
        except AddressUnknown:
            return RedirectResponse("/checkout/address", 303)
        except CountryNotServed:
            customer.tell("We do not send to this country that way yet.", "warn")
            return RedirectResponse("/checkout/address", 303)
        key = _key_for(customer, summary.cart_id)
        return await self._pages.show(
            request, "checkout.html", CheckoutView(summary, key, form, problem), status=status
        )


def _key_for(customer: Visitor, cart_id: str) -> str:
    """A new key, unless an order of this cart is in doubt."""
    if (key := customer.unsettled_key(cart_id)) is not None:
        return key
    if customer.is_unsettled:
        customer.forget_unsettled()
        customer.tell("Your last order went through; you find it among your orders. Here is what you put in since.")
    return secrets.token_urlsafe(18)


async def _look_into_cart(shop: Shop, customer: Visitor) -> None:
    """Remember how full the cart is after an order: something may have come in meanwhile."""
    basket = await shop.extras.cart.call(Cart.get, customer.become_customer())
    if basket is None:
        customer.emptied_cart()
    else:
        customer.saw(basket)


def _nothing_to_order(customer: Visitor, problem: Problem | None) -> Response:
    if customer.is_unsettled:
        customer.forget_unsettled()
        customer.tell("Your cart is empty, so your last order went through. You find it among your orders.")
    elif customer.pieces:
        customer.tell(
            "What was in your cart has been ordered already, or was taken out. These are your orders.", "warn"
        )
    else:
        if problem is not None:
            customer.tell(f"{problem.title}. {problem.text}", "warn")
        return RedirectResponse("/cart", 303)
    customer.emptied_cart()
    return RedirectResponse("/account", 303)
