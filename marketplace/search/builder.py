"""Builds the index from what other capabilities know."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from marketplace.catalog.contract import Catalog, Category, Product
from marketplace.pricing.contract import Pricing
from marketplace.reviews.contract import Reviews
from marketplace.search.index import ProductIndex
from marketplace.search.schema import IndexEntry, kind_of
from marketplace.search.spelling import Spelling
from marketplace.search.suggestions import Suggestions
from plures import CallError, Optionally

_LOG: Final = logging.getLogger(__name__)

BATCH: Final = 500
PAUSE_S: Final = 0.5


@dataclass(frozen=True)
class Built:
    """All that search needs to answer."""

    index: ProductIndex
    spelling: Spelling
    suggestions: Suggestions
    categories: dict[str, Category]


class Builder:
    """Builds the index from the catalog, the prices and, if it can get them, the ratings."""

    def __init__(self, catalog: Catalog, pricing: Pricing, reviews: Optionally[Reviews]) -> None:
        self._catalog = catalog
        self._pricing = pricing
        self._reviews = reviews

    async def build(self) -> Built:
        """Gather everything, then build in a thread, so that this replica goes on answering meanwhile.

        Raises:
            CallError: The catalog or the prices do not answer.
        """
        categories = {category.id: category for category in await self._catalog.categories()}
        entries: list[IndexEntry] = []
        async for batch in _batches(self._catalog.export()):
            entries += await self._entries(batch, categories)
        return await asyncio.to_thread(_build, entries, categories)

    async def _entries(self, products: Sequence[Product], categories: dict[str, Category]) -> list[IndexEntry]:
        ids = tuple(product.id for product in products)
        prices = {price.product_id: price.unit.amount for price in await self._pricing.quote_many(ids)}
        ratings = {rating.product_id: rating for rating in await self._reviews.call_or((), Reviews.summary, ids)}
        entries: list[IndexEntry] = []
        for product in products:
            if product.id in prices:
                rating = ratings.get(product.id)
                entries.append(
                    IndexEntry(
                        product=product,
                        category_names=_names(product, categories),
                        price=prices[product.id],
                        average=rating.average if rating else 0.0,
                        ratings=rating.count if rating else 0,
                    )
                )
        return entries


async def persistently(
    build: Callable[[], Awaitable[None]],
    *,
    attempts: int | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> bool:
    """Try again while other capabilities are still starting; False if they were not up after this many attempts."""
    made = 0
    while True:
        try:
            await build()
        except CallError as error:
            made += 1
            if made == attempts:
                _LOG.warning("the index is not built yet: %s", error)
                return False
            await sleep(PAUSE_S)
        else:
            return True


def _build(entries: Sequence[IndexEntry], categories: dict[str, Category]) -> Built:
    index = ProductIndex(entries)
    names = (" ".join((kind_of(entry.product), *entry.product.synonyms)) for entry in entries)
    # A house makes hundreds of things. Its name counts once, so that no rarer word is taken for a typing error of it.
    houses = {entry.product.brand for entry in entries}
    return Built(
        index=index,
        spelling=Spelling(word for name in (*names, *houses) for word in index.words(name)),
        suggestions=Suggestions((entry.product, entry.ratings) for entry in entries),
        categories=categories,
    )


def _names(product: Product, categories: dict[str, Category]) -> str:
    ids = (product.category_id.partition("/")[0], product.category_id)
    return " ".join(categories[id_].name for id_ in ids if id_ in categories)


async def _batches(products: AsyncIterator[Product]) -> AsyncIterator[list[Product]]:
    batch: list[Product] = []
    async for product in products:
        batch.append(product)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
