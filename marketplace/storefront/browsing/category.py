"""The page of one category. It reads the catalogue, so it works while search is down."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from marketplace.storefront.shop import Shop
from marketplace.storefront.web import Aisle, Aisles, Pages

from .cards import ProductCard, cards_of
from .pager import Pager, page_asked_for, pager
from .search_query import SearchQuery

_PER_PAGE: Final = 24


@dataclass(frozen=True)
class CategoryView:
    """``crumbs`` are the categories above this one, ``below`` those in it."""

    aisle: Aisle
    crumbs: tuple[Aisle, ...]
    below: tuple[Aisle, ...]
    total: int
    cards: tuple[ProductCard, ...]
    pager: Pager
    refine: str


class CategoryPage:
    """Shows the products of a category in the order of their names."""

    def __init__(self, shop: Shop, pages: Pages, aisles: Aisles) -> None:
        self._shop = shop
        self._pages = pages
        self._aisles = aisles

    def routes(self) -> list[Route]:
        return [Route("/categories/{category_id:path}", self._show)]

    async def _show(self, request: Request) -> Response:
        category_id = str(request.path_params["category_id"])
        page = page_asked_for(request)
        found = await self._shop.catalog.browse(category_id, (page - 1) * _PER_PAGE, _PER_PAGE)
        tree = await self._aisles.tree()
        path = tree.path(category_id) or (Aisle(category_id, category_id, found.total),)
        view = CategoryView(
            aisle=path[-1],
            crumbs=path[:-1],
            below=tree.below(category_id),
            total=found.total,
            cards=await cards_of(self._shop.extras, found.products),
            pager=pager(page, -(-found.total // _PER_PAGE), lambda number: f"{path[-1].url}?page={number}"),
            refine=SearchQuery(category_id=category_id).url(),
        )
        return await self._pages.show(request, "category.html", view)
