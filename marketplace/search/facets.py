"""Facets: how all matches spread over categories, prices and ratings."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from marketplace.catalog.contract import Category
from marketplace.search.contract import CategoryCount, PriceBand, RatingCount
from marketplace.search.index import Spread

PRICE_LIMITS: Final = (500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000)
RATINGS: Final = (4, 3, 2)


def categories(spread: Spread, known: Mapping[str, Category], chosen: str | None) -> tuple[CategoryCount, ...]:
    """The departments, or the shelves of the chosen one, the fullest first. A shelf has nothing below it."""
    below = (
        CategoryCount(id_, known[id_].name, count)
        for id_, count in spread.categories.items()
        if id_ in known and known[id_].parent_id == chosen
    )
    return tuple(sorted(below, key=lambda each: (-each.count, each.name)))


def price_bands(spread: Spread) -> tuple[PriceBand, ...]:
    """All bands, even the empty ones."""
    bounds = (0, *PRICE_LIMITS)
    ends = [*(high - 1 for _, high in pairwise(bounds)), None]
    return tuple(PriceBand(low, high, count) for low, high, count in zip(bounds, ends, spread.prices, strict=True))


def ratings(spread: Spread) -> tuple[RatingCount, ...]:
    """How many matches have each rating or a better one."""
    return tuple(RatingCount(least, sum(spread.ratings[least:])) for least in RATINGS)
