"""The front page: all categories, and today's choice of products."""

import asyncio
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from marketplace.catalog.contract import Catalog
from marketplace.storefront.shop import Extras
from marketplace.storefront.web import Aisle, Aisles, Pages

from .cards import ProductCard, cards_of

_FEATURED: Final = 16
_IN_HERO: Final = 6


@dataclass(frozen=True)
class HomeView:
    """``hero`` are the products in the mosaic at the top, ``featured`` those on the shelf below it."""

    hero: tuple[ProductCard, ...]
    featured: tuple[ProductCard, ...]
    aisles: tuple[Aisle, ...]
    products: int


class HomePage:
    def __init__(self, extras: Extras, pages: Pages, aisles: Aisles) -> None:
        self._extras = extras
        self._pages = pages
        self._aisles = aisles

    def routes(self) -> list[Route]:
        return [Route("/", self._show)]

    async def _show(self, request: Request) -> Response:
        tree, cards = await asyncio.gather(self._aisles.tree(), self._featured())
        products = sum(aisle.products for aisle in tree.top)
        view = HomeView(cards[:_IN_HERO], cards[_IN_HERO:], tree.top, products)
        return await self._pages.show(request, "home.html", view)

    async def _featured(self) -> tuple[ProductCard, ...]:
        products = await self._extras.catalog.call_or((), Catalog.featured, _FEATURED)
        return await cards_of(self._extras, products)
