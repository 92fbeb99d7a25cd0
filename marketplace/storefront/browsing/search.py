"""The search page. When search is down it says so and offers the categories, which need only the catalogue."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from marketplace.pricing.contract import Pricing, in_words
from marketplace.search.contract import Findings, IndexNotReady, Search, Suggestion
from marketplace.storefront.shop import Shop
from marketplace.storefront.web import Aisle, Aisles, Pages, Tree, picture_url, product_url
from plures import CallError

from .cards import ProductCard, card_of
from .facets import SORTS, Choice, Facet, chosen, facets_of
from .pager import Pager, pager
from .search_query import LAST_PAGE, PER_PAGE, SearchQuery, read_query


@dataclass(frozen=True)
class SearchView:
    query: SearchQuery
    total: int
    corrected: str | None
    cards: tuple[ProductCard, ...]
    facets: tuple[Facet, ...]
    chosen: tuple[Choice, ...]
    sorts: tuple[tuple[str, str], ...]
    pager: Pager
    aisles: tuple[Aisle, ...]
    without_filters: str


@dataclass(frozen=True)
class SearchDownView:
    """What the page offers while search does not answer. With ``is_building`` search will be ready in a few seconds."""

    query: SearchQuery
    is_building: bool
    aisles: tuple[Aisle, ...]


class SearchPage:
    """Shows results, and suggests products while the visitor types."""

    def __init__(self, shop: Shop, pages: Pages, aisles: Aisles) -> None:
        self._shop = shop
        self._pages = pages
        self._aisles = aisles

    def routes(self) -> list[Route]:
        return [Route("/search", self._show), Route("/suggestions", self._suggest)]

    async def _show(self, request: Request) -> Response:
        query = read_query(request)
        tree = await self._aisles.tree()
        try:
            found = await self._shop.search.find(query.text, query.filters(), query.sort, query.offset, PER_PAGE)
        except (CallError, IndexNotReady) as failure:
            down = SearchDownView(query, isinstance(failure, IndexNotReady), tree.top)
            return await self._pages.show(request, "search_down.html", down, status=503)
        return await self._pages.show(request, "search.html", view_of(query, found, tree))

    async def _suggest(self, request: Request) -> Response:
        prefix = request.query_params.get("q", "").strip()[:100]
        found = await self._suggestions(prefix) if prefix else ()
        extras, ids = self._shop.extras, tuple(each.product_id for each in found)
        prices = await extras.pricing.call_or((), Pricing.quote_many, ids) if ids else ()
        price_of = {price.product_id: in_words(price.unit) for price in prices}
        return JSONResponse([_suggested(each, price_of.get(each.product_id)) for each in found])

    async def _suggestions(self, prefix: str) -> tuple[Suggestion, ...]:
        try:
            return await self._shop.extras.search.call_or((), Search.suggest, prefix)
        except IndexNotReady:
            return ()


def _suggested(suggestion: Suggestion, price: str | None) -> dict[str, str | None]:
    """What the script shows of a product; its price is None while pricing does not answer."""
    id_ = suggestion.product_id
    return {"name": suggestion.name, "url": product_url(id_), "picture": picture_url(id_), "price": price}


def view_of(query: SearchQuery, found: Findings, tree: Tree) -> SearchView:
    """The page of these findings."""
    facets = facets_of(query, found, tree)
    pages = min(-(-found.total // PER_PAGE), LAST_PAGE)
    return SearchView(
        query=query,
        total=found.total,
        corrected=found.corrected,
        cards=tuple(card_of(hit) for hit in found.hits),
        facets=facets,
        chosen=chosen(query, tree),
        sorts=tuple((sort.value, label) for sort, label in SORTS),
        pager=pager(query.page, pages, lambda page: query.url(page=page)),
        aisles=tree.top,
        without_filters=SearchQuery(query.text, sort=query.sort).url(),
    )
