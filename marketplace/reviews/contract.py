"""What buyers say about products. Only customers who bought a product may review it."""

from datetime import datetime
from typing import Annotated, Protocol

from marketplace.catalog.contract import ProductIds, ProductUnknown
from plures import ContractError, Message, Meta, command, contract, query


class Rating(Message):
    """All ratings of one product. ``stars`` counts those with 1, 2, 3, 4 and 5 stars; without any, ``average`` is 0."""

    product_id: str
    average: float
    count: int
    stars: tuple[int, ...]


class Review(Message):
    """One buyer's opinion; ``rating`` is 1 to 5 stars."""

    id: str
    product_id: str
    author: str
    rating: int
    title: str
    text: str
    written_at: datetime


class ReviewPage(Message):
    """Some reviews out of ``total``."""

    total: int
    reviews: tuple[Review, ...]


class NewReview(Message):
    """What a customer writes about a product."""

    author: Annotated[str, Meta(min_length=1, max_length=60)]
    rating: Annotated[int, Meta(ge=1, le=5)]
    title: Annotated[str, Meta(min_length=1, max_length=100)]
    text: Annotated[str, Meta(max_length=4000)] = ""


class NotABuyer(ContractError, status="permission_denied"):
    """Only customers who bought the product can review it."""

    product_id: str


class AlreadyReviewed(ContractError, status="already_exists"):
    """This customer has already reviewed the product."""

    product_id: str


@contract("marketplace.reviews.v1", owner="community")
class Reviews(Protocol):
    """Collects ratings and reviews."""

    @query(deadline_s=0.5)
    async def summary(self, product_ids: ProductIds) -> tuple[Rating, ...]:
        """The ratings in the order of the ids, without unknown products."""
        ...

    @query(deadline_s=0.5, errors=[ProductUnknown])
    async def list_for(
        self,
        product_id: str,
        offset: Annotated[int, Meta(ge=0)] = 0,
        limit: Annotated[int, Meta(ge=1, le=100)] = 10,
    ) -> ReviewPage:
        """The newest first."""
        ...

    @query(deadline_s=0.5)
    async def may_review(self, customer_id: str, product_id: str) -> bool:
        """Whether the customer bought the product and has not reviewed it yet."""
        ...

    @command(deadline_s=1, errors=[NotABuyer, AlreadyReviewed])
    async def add(self, customer_id: str, product_id: str, review: NewReview) -> Review: ...
