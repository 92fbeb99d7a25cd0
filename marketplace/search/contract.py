"""Finding products by words, categories, prices and ratings."""

from enum import Enum
from typing import Annotated, Protocol

from marketplace.catalog.contract import Product, ProductIds
from marketplace.pricing.contract import Price
from marketplace.reviews.contract import Rating
from plures import ContractError, Message, Meta, command, contract, query


class Sort(Enum):
    """The order of hits; equal ones are ordered by relevance."""

    RELEVANCE = "relevance"
    PRICE_ASCENDING = "price_ascending"
    PRICE_DESCENDING = "price_descending"
    RATING = "rating"
    NAME = "name"


class Filters(Message):
    """What a hit must fulfil. Prices are minor units of EUR, both ends included."""

    category_id: str | None = None
    price_min: Annotated[int, Meta(ge=0)] | None = None
    price_max: Annotated[int, Meta(ge=0)] | None = None
    rating_min: Annotated[int, Meta(ge=1, le=5)] | None = None


class Hit(Message):
    """One product found. ``rating`` and ``available`` are missing while the capability that knows them is down."""

    product: Product
    score: float
    price: Price
    available: int | None = None
    rating: Rating | None = None


class CategoryCount(Message):
    """How many hits a category holds. Without a category filter the top ones are counted, with one those below it."""

    category_id: str
    name: str
    count: int


class PriceBand(Message):
    """How many hits cost from ``price_min`` to ``price_max`` (both included; no end when None), in minor units of EUR."""

    price_min: int
    price_max: int | None
    count: int


class RatingCount(Message):
    """How many hits are rated ``rating_min`` stars or better."""

    rating_min: int
    count: int


class Findings(Message):
    """Some hits out of ``total``, and how all of them spread over each facet.

    ``corrected`` is the text that was searched instead, when nothing matched the text as it was typed.
    """

    total: int
    hits: tuple[Hit, ...]
    categories: tuple[CategoryCount, ...] = ()
    price_bands: tuple[PriceBand, ...] = ()
    ratings: tuple[RatingCount, ...] = ()
    corrected: str | None = None


class IndexNotReady(ContractError, status="unavailable"):
    """The index is still being built; the answer would be incomplete."""


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
        """Empty text finds everything that passes the filters, the most popular first."""
        ...

    @query(deadline_s=0.3, errors=[IndexNotReady])
    async def suggest(
        self,
        prefix: Annotated[str, Meta(max_length=100)],
        limit: Annotated[int, Meta(ge=1, le=20)] = 8,
    ) -> tuple[str, ...]:
        """Product names that begin with what was typed so far."""
        ...

    @command(idempotent=True, deadline_s=0.5, errors=[IndexNotReady])
    async def record_popularity(self, order_id: str, product_ids: ProductIds) -> None:
        """Rank what was just bought a little higher; the same order counts once. A hint: it may be lost."""
        ...
