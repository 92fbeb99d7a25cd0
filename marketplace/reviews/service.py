"""Reviews: those with which the shop opened, and those that customers wrote since."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from marketplace.catalog.contract import ProductUnknown
from marketplace.checkout.contract import OrderPlaced
from marketplace.reviews.contract import AlreadyReviewed, NewReview, NotABuyer, Rating, Review, ReviewPage, Reviews
from marketplace.reviews.opening import OpeningReviews
from plures import subscribe


@dataclass(frozen=True)
class Standing:
    """Whether a customer bought a product, and whether they reviewed it."""

    bought: bool
    reviewed: bool


class ReviewStore(Protocol):
    async def stars(self, product_ids: tuple[str, ...]) -> Mapping[str, tuple[int, ...]]:
        """How many reviews have 1, 2, 3, 4 and 5 stars, for each product that has any."""
        ...

    async def newest(self, product_id: str, offset: int, limit: int) -> tuple[Review, ...]: ...

    async def standing(self, customer_id: str, product_id: str) -> Standing: ...

    async def add(self, customer_id: str, review: Review) -> bool:
        """Keep a review. False, without keeping it, if this customer has already reviewed the product."""
        ...

    async def allow(self, customer_id: str, product_ids: tuple[str, ...]) -> None:
        """Remember that a customer bought products."""
        ...


class ReviewsService(Reviews):
    def __init__(
        self,
        store: ReviewStore,
        opening: OpeningReviews,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self._store = store
        self._opening = opening
        self._now = now
        self._new_id = new_id

    async def summary(self, product_ids: tuple[str, ...]) -> tuple[Rating, ...]:
        written = await self._store.stars(product_ids)
        return tuple(
            _rating(each, _added(self._opening.stars(each), written.get(each, ())))
            for each in product_ids
            if each in self._opening
        )

    async def list_for(self, product_id: str, offset: int = 0, limit: int = 10) -> ReviewPage:
        (rating,) = await self.summary((product_id,)) or (None,)
        if rating is None:
            raise ProductUnknown(product_id=product_id)
        written = rating.count - self._opening.count(product_id)
        newer = await self._store.newest(product_id, offset, limit) if offset < written else ()
        older = self._opening.newest(product_id, max(0, offset - written), limit - len(newer))
        return ReviewPage(total=rating.count, reviews=newer + older)

    async def may_review(self, customer_id: str, product_id: str) -> bool:
        standing = await self._store.standing(customer_id, product_id)
        return standing.bought and not standing.reviewed

    async def add(self, customer_id: str, product_id: str, review: NewReview) -> Review:
        if not (await self._store.standing(customer_id, product_id)).bought:
            raise NotABuyer(product_id=product_id)
        written = Review(
            id=self._new_id(),
            product_id=product_id,
            author=review.author,
            rating=review.rating,
            title=review.title,
            text=review.text,
            written_at=self._now(),
        )
        if not await self._store.add(customer_id, written):
            raise AlreadyReviewed(product_id=product_id)
        return written

    @subscribe()
    async def admit_buyer(self, event: OrderPlaced) -> None:
        """Let a customer review what they have bought."""
        await self.allow(event.customer_id, event.product_ids)

    async def allow(self, customer_id: str, product_ids: tuple[str, ...]) -> None:
        """Let a customer review products."""
        await self._store.allow(customer_id, product_ids)


def _added(some: tuple[int, ...], more: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(one + other for one, other in zip(some, more, strict=True)) if more else some


def _rating(product_id: str, stars: tuple[int, ...]) -> Rating:
    count = sum(stars)
    total = sum(rating * given for rating, given in enumerate(stars, 1))
    return Rating(product_id, average=round(total / count, 2) if count else 0.0, count=count, stars=stars)
