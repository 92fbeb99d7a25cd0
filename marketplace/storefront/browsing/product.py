"""The page of one product. It needs name, price and stock; it goes without reviews and recommendations."""

import asyncio
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from marketplace.catalog.contract import MOST_PIECES, Catalog, Item, Product, ProductUnknown
from marketplace.pricing.contract import Money, Price
from marketplace.profile.contract import Profile
from marketplace.recommendations.contract import Recommendations
from marketplace.shipping.contract import CountryNotServed, Shipping, ShippingQuote
from marketplace.storefront.shop import Shop
from marketplace.storefront.web import Aisle, Aisles, Pages, picture_url, product_url, visitor

from .cards import ProductCard, cards_of
from .opinions import Opinions, opinions_if_any

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
            opinions_if_any(self._shop.extras.reviews, product_id, visitor(request).customer_id, limit=_REVIEWS),
            self._beside(product_id),
            self._aisles.tree(),
        )
        if not prices:
            raise ProductUnknown(product_id=product_id)
        available = stocks[0].available if stocks else 0
        crumbs = tree.path(product.category_id)
        delivery = await self._delivery(product_id, prices[0].unit, visitor(request).customer_id)
        view = ProductView(product, prices[0], available, crumbs, opinions, beside, delivery)
        return await self._pages.show(request, "product.html", view)

    async def _delivery(self, product_id: str, price: Money, customer_id: str | None) -> Delivery | None:
        extras = self._shop.extras
        customer = await extras.profile.call(Profile.get, customer_id) if customer_id else None
        if customer_id and customer is None:
            return None
        country = customer.address.country if customer and customer.address else _HOME
        try:
            quote = await extras.shipping.call(Shipping.quote, country, (Item(product_id, 1),), price)
        except CountryNotServed:
            return None
        return Delivery(country, quote) if quote else None

    async def _beside(self, product_id: str) -> tuple[ProductCard, ...] | None:
        extras = self._shop.extras
        try:
            recommended = await extras.recommendations.call(Recommendations.for_product, product_id, _BESIDE)
        except ProductUnknown:
            # The page says so itself.
            return None
        if recommended is None:
            return None
        products = await extras.catalog.call(Catalog.get_many, tuple(one.product_id for one in recommended))
        return None if products is None else await cards_of(extras, products)
