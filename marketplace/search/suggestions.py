"""Suggests products while the visitor types."""

from bisect import bisect_left
from collections.abc import Iterable
from heapq import nsmallest

from marketplace.catalog.contract import Product
from marketplace.search.contract import Suggestion
from marketplace.search.schema import kind_of


class Suggestions:
    """Knows the names and kinds of all products, and how popular each of them is."""

    def __init__(self, products: Iterable[tuple[Product, int]]) -> None:
        ranked = sorted(products, key=lambda each: (-each[1], each[0].name))
        self._products = [Suggestion(product.id, product.name) for product, _ in ranked]
        # How what is typed for a product may begin, and the product's rank.
        self._places = sorted(
            (beginning, rank)
            for rank, (product, _) in enumerate(ranked)
            for beginning in {kind_of(product).lower(), product.name.lower()}
        )

    def beginning_with(self, prefix: str, limit: int) -> tuple[Suggestion, ...]:
        """The products whose kind or whole name begins with ``prefix``, the most popular first."""
        wanted = prefix.strip().lower()
        if not wanted:
            return ()
        first = bisect_left(self._places, (wanted,))
        # No character sorts after U+10FFFF, so this is the end of the places that begin with the prefix.
        last = bisect_left(self._places, (wanted + "\U0010ffff",))
        # A product may begin so in its kind and in its name.
        ranks = {rank for _, rank in self._places[first:last]}
        return tuple(self._products[rank] for rank in nsmallest(limit, ranks))
