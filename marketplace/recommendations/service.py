"""Recommendations: what customers bought together, after that what goes with it, and after that what is alike."""

import re
from functools import lru_cache
from itertools import permutations
from typing import Final, Protocol
from zlib import crc32

from marketplace.catalog.contract import Catalog, Product
from marketplace.checkout.contract import OrderPlaced
from marketplace.recommendations.complements import complements_of
from marketplace.recommendations.contract import Recommendation, Recommendations
from plures import subscribe

# The number of pairs grows with the square of the products in an order, and the 21st product teaches little.
MOST_LEARNT_FROM: Final = 20
NEIGHBOURS: Final = 100
_MOST_REMEMBERED: Final = 20_000
_SAYS_NOTHING: Final = frozenset(
    [
        "a",
        "an",
        "and",
        "any",
        "as",
        "by",
        "for",
        "from",
        "in",
        "is",
        "of",
        "on",
        "or",
        "that",
        "the",
        "to",
        "used",
        "with",
    ]
)


class PairStore(Protocol):
    """Keeps how often customers bought products together."""

    async def together(self, product_id: str, limit: int) -> tuple[tuple[str, int], ...]:
        """The products that customers most often bought with this one, and how often."""
        ...

    async def record(self, pairs: tuple[tuple[str, str], ...]) -> None:
        """Count each pair once more."""
        ...


class RecommendationsService(Recommendations):
    def __init__(self, catalog: Catalog, store: PairStore) -> None:
        self._catalog = catalog
        self._store = store

    async def for_product(self, product_id: str, limit: int = 6) -> tuple[Recommendation, ...]:
        product = await self._catalog.get(product_id)
        bought = await self._store.together(product_id, limit)
        found = {other: Recommendation(other, bought_together=times) for other, times in bought}
        for other in await self._complements(product, limit - len(found)):
            found.setdefault(other.id, Recommendation(other.id))
        if len(found) < limit:
            shelf = await self._catalog.browse(product.category_id, limit=NEIGHBOURS)
            for other in _most_alike(product, shelf.products):
                found.setdefault(other.id, Recommendation(other.id))
        return tuple(found.values())[:limit]

    async def _complements(self, product: Product, limit: int) -> tuple[Product, ...]:
        if limit <= 0:
            return ()
        return (await self._catalog.get_many(complements_of(product.id, product.category_id)))[:limit]

    @subscribe()
    async def learn(self, event: OrderPlaced) -> None:
        """Learn from an order. It counts once, since an event takes effect once."""
        await self.record_order(event.product_ids)

    async def record_order(self, product_ids: tuple[str, ...]) -> None:
        """Count what was bought together."""
        distinct = tuple(dict.fromkeys(product_ids))[:MOST_LEARNT_FROM]
        await self._store.record(tuple(permutations(distinct, 2)))


def _most_alike(product: Product, others: tuple[Product, ...]) -> list[Product]:
    words = _words(product.name, product.description)
    apart = [other for other in others if other.id != product.id]
    return sorted(apart, key=lambda other: _order(product, other, words))


def _order(product: Product, other: Product, words: frozenset[str]) -> tuple[int, int, str]:
    """The more words they share the earlier; among strangers, each product has another order."""
    shared = len(words & _words(other.name, other.description))
    is_neighbour = product.category_id == other.category_id
    return -shared, 0 if is_neighbour else crc32(f"{product.id} {other.id}".encode()), other.id


# We compare a product with all its neighbours, and again for each of them.
@lru_cache(_MOST_REMEMBERED)
def _words(name: str, description: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]+", f"{name} {description}".lower())) - _SAYS_NOTHING
