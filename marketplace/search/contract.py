"""Finds products by words, categories, prices and ratings."""

from enum import Enum
from typing import Annotated, Protocol

from marketplace.catalog.contract import Product
from marketplace.pricing.contract import Price
from marketplace.reviews.contract import Rating
from plures import ContractError, Message, Meta, contract, query


class Sort(Enum):
    """The order of hits; equal ones stand in the order of their relevance."""

    RELEVANCE = "relevance"
    PRICE_ASCENDING = "price_ascending"
    PRICE_DESCENDING = "price_descending"
    RATING = "rating"
    NAME = "name"


class Filters(Message):
    """The conditions for a hit. Prices are minor units of EUR, both ends included."""

    category_id: str | None = None
    price_min: Annotated[int, Meta(ge=0)] | None = None
    price_max: Annotated[int, Meta(ge=0)] | None = None
    rating_min: Annotated[int, Meta(ge=1, le=5)] | None = None


class Hit(Message):
    """One product found. ``rating`` and ``available`` are None while reviews or inventory do not answer."""

    product: Product
    score: float
    price: Price
    available: int | None = None
    rating: Rating | None = None


class CategoryCount(Message):
    """How many hits a category has. Without a filter they are the top categories, with one those below the chosen one."""

    category_id: str
    name: str
    count: int


class PriceBand(Message):
    """How many hits cost from ``price_min`` to ``price_max`` (both included; None: no end), in minor units of EUR."""

    price_min: int
    price_max: int | None
    count: int


class RatingCount(Message):
    """How many hits have ``rating_min`` stars or more."""

    rating_min: int
    count: int


class Findings(Message):
    """Some hits out of ``total``, and how all of them spread over each facet.

    If nothing matches the text of the caller, ``corrected`` is the text that search used instead.
    """

    total: int
    hits: tuple[Hit, ...]
    categories: tuple[CategoryCount, ...] = ()
    price_bands: tuple[PriceBand, ...] = ()
    ratings: tuple[RatingCount, ...] = ()
    corrected: str | None = None


class Suggestion(Message):
    """A product whose name, or whose kind of thing, begins with what a visitor typed."""

    product_id: str
    name: str


class IndexNotReady(ContractError, status="unavailable"):
    """Search is still building its index; the answer would be incomplete."""


@contract("marketplace.search.v1", owner="discovery")
class Search(Protocol):
    """Finds products, best match first."""

    @query(deadline_s=1, errors=[IndexNotReady])
    async def find(
        self,
        text: Annotated[str, Meta(max_length=200)] = "",
        filters: Filters | None = None,
        sort: Sort = Sort.RELEVANCE,
        offset: Annotated[int, Meta(ge=0, le=10_000)] = 0,
        limit: Annotated[int, Meta(ge=1, le=100)] = 24,
    ) -> Findings:
        """An empty text finds all products that pass the filters, the most popular first."""
        ...

    @query(deadline_s=0.3, errors=[IndexNotReady])
    async def suggest(
        self,
        prefix: Annotated[str, Meta(max_length=100)],
        limit: Annotated[int, Meta(ge=1, le=20)] = 8,
    ) -> tuple[Suggestion, ...]:
        """Products that begin with ``prefix``, the most popular first."""
        ...
