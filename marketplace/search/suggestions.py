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
        self._places = sorted(
            (beginning, -popularity, product.name, product.id)
            for product, popularity in products
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
        # A product may be found by its kind and by its name.
        best = nsmallest(2 * limit, self._places[first:last], key=lambda each: each[1:])
        return tuple(Suggestion(id_, name) for name, id_ in dict.fromkeys((name, id_) for _, _, name, id_ in best))[
            :limit
        ]
