"""One product. Name, price and stock are required; reviews and recommendations may be missing."""

import asyncio
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from marketplace.catalog.contract import Product, ProductUnknown
from marketplace.pricing.contract import Price

from .aisles import Aisle, Aisles
from .cards import Card, cards_of, picture_url, product_url
from .cart_view import MOST_PIECES
from .opinions import Opinions, opinions_of
from .optional import PATIENCE_S, optional
from .rendering import Pages
from .shop import Shop
from .visitor import visitor

_REVIEWS: Final = 3
_BESIDE: Final = 6


@dataclass(frozen=True)
class ProductView:
    """``opinions`` and ``beside`` are None when they cannot be had: the page goes without them."""

    product: Product
    price: Price
    available: int
    crumbs: tuple[Aisle, ...]
    opinions: Opinions | None
    beside: tuple[Card, ...] | None

    @property
    def url(self) -> str:
        return product_url(self.product.id)

    @property
    def picture(self) -> str:
        return picture_url(self.product.id)

    @property
    def most(self) -> int:
        """The most pieces that can be put into the cart at once."""
        return min(self.available, MOST_PIECES)


class ProductPage:
    """Shows a product."""

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
            # Twice the patience: its cards go without their own missing parts before it goes missing itself.
            optional(self._beside(product_id), patience_s=2 * PATIENCE_S),
            self._aisles.tree(),
        )
        if not prices:
            raise ProductUnknown(product_id=product_id)
        available = stocks[0].available if stocks else 0
        crumbs = tree.path(product.category_id)
        view = ProductView(product, prices[0], available, crumbs, opinions, beside)
        return await self._pages.show(request, "product.html", view)

    async def _beside(self, product_id: str) -> tuple[Card, ...]:
        recommended = await self._shop.recommendations.for_product(product_id, _BESIDE)
        products = await self._shop.catalog.get_many(tuple(one.product_id for one in recommended))
        return await cards_of(self._shop, products)
