"""The page of one order."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from marketplace.orders.contract import OrderUnknown
from marketplace.storefront.shop import Shop
from marketplace.storefront.web import Pages, visitor

from .order_view import OrderView


class OrderPages:
    """Shows an order only to the customer who placed it."""

    def __init__(self, shop: Shop, pages: Pages) -> None:
        self._shop = shop
        self._pages = pages

    def routes(self) -> list[Route]:
        return [Route("/orders/{order_id}", self._show)]

    async def _show(self, request: Request) -> Response:
        order_id = str(request.path_params["order_id"])
        customer_id = visitor(request).customer_id
        if customer_id is None:
            raise OrderUnknown(order_id=order_id)
        order = await self._shop.orders.get(customer_id, order_id)
        view = OrderView(order, is_new="placed" in request.query_params)
        return await self._pages.show(request, "order.html", view)
