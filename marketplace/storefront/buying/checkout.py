"""The second step of the checkout: how to send, how to pay, and the order itself."""

import secrets

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from marketplace.catalog.contract import ProductUnknown
from marketplace.checkout.contract import CartEmpty
from marketplace.payments.contract import Card
from marketplace.pricing.contract import Money
from marketplace.profile.contract import AddressUnknown
from marketplace.shipping.contract import CountryNotServed, ShippingMethod
from marketplace.storefront.shop import Shop
from marketplace.storefront.web import Filled, Pages, Reader, Visitor, posted, visitor

from .card_form import read_card
from .checkout_view import CheckoutView, read_method
from .ordering import OrderRequest, place, record_popularity
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
        agreed = Money(read.whole("agreed", "The total", least=0, most=999_999_999), entered.get("currency", "EUR"))
        if form.value is None or read.wrong:
            return await self._show(request, method, form, status=422)
        placed = await place(self._shop, visitor(request), OrderRequest(key, method, agreed, form.value))
        if isinstance(placed, Problem):
            return await self._show(request, method, form, problem=placed, status=409)
        visitor(request).emptied_cart()
        afterwards = BackgroundTask(record_popularity, self._shop, placed)
        return RedirectResponse(f"/orders/{placed.id}?placed=1", 303, background=afterwards)

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
            return _nothing_to_order(customer)
        except ProductUnknown:
            customer.tell("A product in your cart is no longer for sale.", "warn")
            return RedirectResponse("/cart", 303)
        except AddressUnknown:
            return RedirectResponse("/checkout/address", 303)
        except CountryNotServed:
            customer.tell("We do not send to this country that way yet.", "warn")
            return RedirectResponse("/checkout/address", 303)
        key = customer.unsettled_key or secrets.token_urlsafe(18)
        return await self._pages.show(
            request, "checkout.html", CheckoutView(summary, key, form, problem), status=status
        )


def _nothing_to_order(customer: Visitor) -> Response:
    if customer.unsettled_key is None:
        return RedirectResponse("/cart", 303)
    customer.forget_unsettled()
    customer.emptied_cart()
    customer.tell("Your cart is empty, so your last order went through. You find it among your orders.")
    return RedirectResponse("/account", 303)
