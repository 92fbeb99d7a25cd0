"""The filters beside search results: each choice is a link that adds it, or takes it away again."""

from dataclasses import dataclass
from typing import Final

from marketplace.pricing.contract import Money
from marketplace.search.contract import Findings, PriceBand, Sort

from .aisles import Aisle, Tree
from .money import in_words
from .search_query import SearchQuery

SORTS: Final = (
    (Sort.RELEVANCE, "Best match"),
    (Sort.PRICE_ASCENDING, "Price: low to high"),
    (Sort.PRICE_DESCENDING, "Price: high to low"),
    (Sort.RATING, "Best rated"),
    (Sort.NAME, "Name"),
)


@dataclass(frozen=True)
class Choice:
    """One filter; following ``url`` turns it on, or off when it is ``chosen``."""

    label: str
    url: str
    count: int | None
    chosen: bool = False


@dataclass(frozen=True)
class Facet:
    """Choices that exclude each other."""

    title: str
    choices: tuple[Choice, ...]


def facets_of(query: SearchQuery, findings: Findings, tree: Tree) -> tuple[Facet, ...]:
    """All facets that have something to choose from."""
    facets = (
        Facet("Category", _categories(query, findings, tree)),
        Facet("Price", tuple(_price(query, band) for band in findings.price_bands if band.count)),
        Facet("Rating", _ratings(query, findings)),
    )
    return tuple(facet for facet in facets if facet.choices)


def chosen(facets: tuple[Facet, ...]) -> tuple[Choice, ...]:
    """What is chosen now, to be taken away above the results."""
    return tuple(choice for facet in facets for choice in facet.choices if choice.chosen)


def _categories(query: SearchQuery, findings: Findings, tree: Tree) -> tuple[Choice, ...]:
    path = _path(query, tree)
    # Taking a category away leads to the one above it: from chairs to furniture, not out of the house.
    above = [None, *(aisle.id for aisle in path)]
    taken = [
        Choice(aisle.name, query.url(category_id=parent), None, chosen=True)
        for aisle, parent in zip(path, above, strict=False)
    ]
    offered = [
        Choice(found.name, query.url(category_id=found.category_id), found.count)
        for found in findings.categories
        if found.count and found.category_id not in above
    ]
    return (*taken, *offered)


def _path(query: SearchQuery, tree: Tree) -> tuple[Aisle, ...]:
    if query.category_id is None:
        return ()
    return tree.path(query.category_id) or (Aisle(query.category_id, query.category_id, 0),)


def _price(query: SearchQuery, band: PriceBand) -> Choice:
    is_chosen = (query.price_min, query.price_max) == (band.price_min, band.price_max)
    low, high = (None, None) if is_chosen else (band.price_min, band.price_max)
    return Choice(band_name(band), query.url(price_min=low, price_max=high), band.count, is_chosen)


def band_name(band: PriceBand) -> str:
    """``under €10``, ``€10 to €25``, ``€100 and more``."""
    if band.price_max is None:
        return f"{_round(band.price_min)} and more"
    # Both ends belong to the band; people say "under €10", not "to €9.99".
    if band.price_min == 0:
        return f"under {_round(band.price_max + 1)}"
    return f"{_round(band.price_min)} to {_round(band.price_max + 1)}"


def _round(amount: int) -> str:
    return in_words(Money(amount)).removesuffix(".00")


def _ratings(query: SearchQuery, findings: Findings) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            f"{found.rating_min} stars" if found.rating_min == _MOST_STARS else f"{found.rating_min} stars and more",
            query.url(rating_min=None if found.rating_min == query.rating_min else found.rating_min),
            found.count,
            found.rating_min == query.rating_min,
        )
        for found in sorted(findings.ratings, key=lambda found: -found.rating_min)
        if found.count
    )


_MOST_STARS: Final = 5
