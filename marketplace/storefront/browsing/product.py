"""The page of one product. It needs name, price and stock; it goes without reviews and recommendations."""

import asyncio
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from marketplace.catalog.contract import MOST_PIECES, Item, Product, ProductUnknown
from marketplace.pricing.contract import Money, Price
from marketplace.shipping.contract import ShippingQuote
from marketplace.storefront.shop import Shop
from marketplace.storefront.web import PATIENCE_S, Aisle, Aisles, Pages, optional, picture_url, product_url, visitor

from .cards import ProductCard, cards_of
from .opinions import Opinions, opinions_of

_REVIEWS: Final = 3
_BESIDE: Final = 6
# Where most customers live: for those whose address we do not know.
_HOME: Final = "DE"


@dataclass(frozen=True)
class Delivery:
    """How long one piece takes to a country, and what sending it costs."""

    country: str
    shipping: ShippingQuote


@dataclass(frozen=True)
class ProductView:
    """``opinions``, ``beside`` and ``delivery`` are None when their capability did not answer in time."""

    product: Product
    price: Price
    available: int
    crumbs: tuple[Aisle, ...]
    opinions: Opinions | None
    beside: tuple[ProductCard, ...] | None
    delivery: Delivery | None = None

    @property
    def url(self) -> str:
        return product_url(self.product.id)

    @property
    def picture(self) -> str:
        return picture_url(self.product.id)

    @property
    def most(self) -> int:
        """The most pieces that a customer can put into the cart at once."""
        return min(self.available, MOST_PIECES)


class ProductPage:
    def __init__(self, shop: Shop, pages: Pages, aisles: Aisles) -> None:
        self._shop = shop
        self._pages = pages
        self._aisles = aisles

    def routes(self) -> list[Route]:
        return [Route("/products/{product_id}", self._show)]

    async def _show(self, request: Request) -> Response:
        product_id = str(request.path_params["product_id"])
        product, prices, stocks, opinions, beside, tree = await asyncio.gather(
            self._shop.catalog.get(product_id),
            self._shop.pricing.quote_many((product_id,)),
            self._shop.inventory.availability((product_id,)),
            optional(opinions_of(self._shop, product_id, visitor(request).customer_id, offset=0, limit=_REVIEWS)),
            # The cards wait for parts of their own, so the page waits for them twice as long.
            optional(self._beside(product_id), patience_s=2 * PATIENCE_S),
            self._aisles.tree(),
        )
        if not prices:
            raise ProductUnknown(product_id=product_id)
        available = stocks[0].available if stocks else 0
        crumbs = tree.path(product.category_id)
        delivery = await optional(self._delivery(product_id, prices[0].unit, visitor(request).customer_id))
        view = ProductView(product, prices[0], available, crumbs, opinions, beside, delivery)
        return await self._pages.show(request, "product.html", view)

    async def _delivery(self, product_id: str, price: Money, customer_id: str | None) -> Delivery:
        address = (await self._shop.profile.get(customer_id)).address if customer_id else None
        country = address.country if address else _HOME
        return Delivery(country, await self._shop.shipping.quote(country, (Item(product_id, 1),), price))

    async def _beside(self, product_id: str) -> tuple[ProductCard, ...]:
        recommended = await self._shop.recommendations.for_product(product_id, _BESIDE)
        products = await self._shop.catalog.get_many(tuple(one.product_id for one in recommended))
        return await cards_of(self._shop, products)
