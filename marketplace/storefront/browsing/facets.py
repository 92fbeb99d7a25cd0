"""The filters beside search results. Each choice is a link that adds a filter, or takes it away again."""

from dataclasses import dataclass
from typing import Final

from marketplace.pricing.contract import Money, in_words
from marketplace.search.contract import Findings, PriceBand, Sort
from marketplace.storefront.web import Aisle, Tree

from .search_query import SearchQuery

SORTS: Final = (
    (Sort.RELEVANCE, "Best match"),
    (Sort.PRICE_ASCENDING, "Price: low to high"),
    (Sort.PRICE_DESCENDING, "Price: high to low"),
    (Sort.RATING, "Best rated"),
    (Sort.NAME, "Name"),
)

_MOST_STARS: Final = 5


@dataclass(frozen=True)
class Choice:
    """One filter. The link ``url`` turns it on, or off when it is ``chosen``."""

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


def chosen(query: SearchQuery, tree: Tree) -> tuple[Choice, ...]:
    """The filters in use, each with the link that takes it away, even those that no product passes."""
    choices = list(_category_path(query, tree))
    if query.price:
        label = band_name(query.price_min or 0, query.price_max)
        choices.append(Choice(label, query.url(price_min=None, price_max=None), None, chosen=True))
    if query.rating_min is not None:
        choices.append(Choice(_stars(query.rating_min), query.url(rating_min=None), None, chosen=True))
    return tuple(choices)


def _categories(query: SearchQuery, findings: Findings, tree: Tree) -> tuple[Choice, ...]:
    path = {aisle.id for aisle in _path(query, tree)}
    offered = [
        Choice(found.name, query.url(category_id=found.category_id), found.count)
        for found in findings.categories
        if found.count and found.category_id not in path
    ]
    return (*_category_path(query, tree), *offered)


def _category_path(query: SearchQuery, tree: Tree) -> tuple[Choice, ...]:
    """The chosen category and those above it. Taking chairs away leads to furniture."""
    path = _path(query, tree)
    above = (None, *(aisle.id for aisle in path))
    return tuple(
        Choice(aisle.name, query.url(category_id=parent), None, chosen=True)
        for aisle, parent in zip(path, above, strict=False)
    )


def _path(query: SearchQuery, tree: Tree) -> tuple[Aisle, ...]:
    if query.category_id is None:
        return ()
    return tree.path(query.category_id) or (Aisle(query.category_id, query.category_id, 0),)


def _price(query: SearchQuery, band: PriceBand) -> Choice:
    is_chosen = (query.price_min, query.price_max) == (band.price_min, band.price_max)
    low, high = (None, None) if is_chosen else (band.price_min, band.price_max)
    return Choice(
        band_name(band.price_min, band.price_max), query.url(price_min=low, price_max=high), band.count, is_chosen
    )


def band_name(price_min: int, price_max: int | None) -> str:
    """``under €10``, ``€10 to €25``, ``€100 and more``. Both ends belong to the band, in minor units of EUR."""
    if price_max is None:
        return f"{_round(price_min)} and more"
    # People say "under €10", not "to €9.99".
    if price_min == 0:
        return f"under {_round(price_max + 1)}"
    return f"{_round(price_min)} to {_round(price_max + 1)}"


def _round(amount: int) -> str:
    return in_words(Money(amount)).removesuffix(".00")


def _ratings(query: SearchQuery, findings: Findings) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            _stars(found.rating_min),
            query.url(rating_min=None if found.rating_min == query.rating_min else found.rating_min),
            found.count,
            found.rating_min == query.rating_min,
        )
        for found in sorted(findings.ratings, key=lambda found: -found.rating_min)
        if found.count
    )


def _stars(rating_min: int) -> str:
    return f"{rating_min} stars" if rating_min == _MOST_STARS else f"{rating_min} stars and more"
