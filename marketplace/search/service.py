"""Search: finds products in its index, and adds their present prices, stock and ratings."""

import asyncio
from dataclasses import dataclass, replace
from typing import Final

from tantivy import Query

from marketplace.catalog.contract import Catalog
from marketplace.checkout.contract import OrderPlaced
from marketplace.inventory.contract import Inventory
from marketplace.pricing.contract import Pricing
from marketplace.reviews.contract import Reviews
from marketplace.search import facets
from marketplace.search.builder import Builder, Built
from marketplace.search.contract import Filters, Findings, Hit, IndexNotReady, Search, Sort, Suggestion
from marketplace.search.index import Match, Matches
from marketplace.search.popularity import Popularity
from plures import Optionally, subscribe

# We sort this many of the best matches again by what customers bought lately.
RERANKED: Final = 200


@dataclass(frozen=True)
class Wording:
    """A text to search for. ``corrected`` says that the caller typed another one."""

    text: str
    any_word: bool = False
    corrected: bool = False


class SearchService(Search):
    def __init__(
        self, catalog: Catalog, pricing: Pricing, inventory: Optionally[Inventory], reviews: Optionally[Reviews]
    ) -> None:
        self._catalog = catalog
        self._pricing = pricing
        self._inventory = inventory
        self._reviews = reviews
        self._popularity = Popularity()
        self._built: Built | None = None

    @property
    def is_built(self) -> bool:
        """Whether there is an index to search."""
        return self._built is not None

    async def build(self) -> None:
        """Build the index. Until then every operation raises `IndexNotReady`."""
        self._built = await Builder(self._catalog, self._pricing, self._reviews).build()

    async def find(
        self,
        text: str = "",
        filters: Filters | None = None,
        sort: Sort = Sort.RELEVANCE,
        offset: int = 0,
        limit: int = 24,
    ) -> Findings:
        built = self._ready()
        narrowed = filters or Filters()
        wording = Wording(text)
        query = built.index.query(text, narrowed)
        matches = self._search(built, query, sort, offset, limit)
        if not matches.total and (other := _wording(built, text)) != wording:
            wording = other
            query = built.index.query(wording.text, narrowed, any_word=wording.any_word)
            matches = self._search(built, query, sort, offset, limit)
        spread = built.index.spread(query, facets.PRICE_LIMITS)
        return Findings(
            total=matches.total,
            hits=await self._hits(matches.matches),
            categories=facets.categories(spread, built.categories, narrowed.category_id),
            price_bands=facets.price_bands(spread),
            ratings=facets.ratings(spread),
            corrected=wording.text if wording.corrected else None,
        )

    async def suggest(self, prefix: str, limit: int = 8) -> tuple[Suggestion, ...]:
        return self._ready().suggestions.beginning_with(prefix, limit)

    @subscribe()
    async def rank_higher(self, event: OrderPlaced) -> None:
        """Rank what sells a little higher."""
        self.record_popularity(event.order.id, event.product_ids)

    def record_popularity(self, order_id: str, product_ids: tuple[str, ...]) -> None:
        """Count purchases; the same order counts once."""
        self._popularity.record(order_id, product_ids)

    def _ready(self) -> Built:
        if self._built is None:
            raise IndexNotReady
        return self._built

    def _search(self, built: Built, query: Query, sort: Sort, offset: int, limit: int) -> Matches:
        if sort is not Sort.RELEVANCE or not self._popularity or offset >= RERANKED:
            return built.index.search(query, sort, offset, limit)
        matches = built.index.search(query, sort, 0, max(RERANKED, offset + limit))
        weighed = (
            replace(match, score=match.score * self._popularity.factor(match.product_id))
            for match in matches.matches[:RERANKED]
        )
        ranked = (*sorted(weighed, key=lambda match: -match.score), *matches.matches[RERANKED:])
        return replace(matches, matches=ranked[offset : offset + limit])

    async def _hits(self, matches: tuple[Match, ...]) -> tuple[Hit, ...]:
        if not matches:
            return ()
        ids = tuple(match.product_id for match in matches)
        products, prices, stock, ratings = await asyncio.gather(
            self._catalog.get_many(ids),
            self._pricing.quote_many(ids),
            self._inventory.call_or((), Inventory.availability, ids),
            self._reviews.call_or((), Reviews.summary, ids),
        )
        product_of = {product.id: product for product in products}
        price_of = {price.product_id: price for price in prices}
        available_of = {each.product_id: each.available for each in stock}
        rating_of = {rating.product_id: rating for rating in ratings}
        return tuple(
            Hit(
                product=product_of[match.product_id],
                score=match.score,
                price=price_of[match.product_id],
                available=available_of.get(match.product_id),
                rating=rating_of.get(match.product_id),
            )
            for match in matches
            # What is no longer sold may still be in the index.
            if match.product_id in product_of and match.product_id in price_of
        )


def _wording(built: Built, text: str) -> Wording:
    """The first of these that matches anything: the text as typed, the corrected text, any of its words; else as typed."""
    typed = Wording(text)
    if not text.strip():
        return typed
    words = built.index.words(text)
    mended = " ".join(word if built.index.knows(word) else built.spelling.nearest(word) or word for word in words)
    corrected = Wording(mended, corrected=True) if mended != " ".join(words) else typed
    for wording in (typed, corrected, replace(corrected, any_word=True)):
        query = built.index.query(wording.text, Filters(), any_word=wording.any_word)
        if built.index.count(query):
            return wording
    return typed
