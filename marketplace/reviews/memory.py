"""Reviews in memory: for tests, and to measure everything but storage."""

from collections import defaultdict
from collections.abc import Mapping

from marketplace.reviews.contract import Review
from marketplace.reviews.service import Standing


class MemoryReviews:
    def __init__(self) -> None:
        self._bought: set[tuple[str, str]] = set()
        self._reviewed: set[tuple[str, str]] = set()
        self._reviews: dict[str, list[Review]] = defaultdict(list)

    async def stars(self, product_ids: tuple[str, ...]) -> Mapping[str, tuple[int, ...]]:
        found = {
            each: [review.rating for review in self._reviews[each]] for each in product_ids if each in self._reviews
        }
        return {each: tuple(given.count(rating) for rating in range(1, 6)) for each, given in found.items()}

    async def newest(self, product_id: str, offset: int, limit: int) -> tuple[Review, ...]:
        return tuple(self._reviews.get(product_id, ()))[::-1][offset : offset + limit]

    async def standing(self, customer_id: str, product_id: str) -> Standing:
        pair = (customer_id, product_id)
        return Standing(bought=pair in self._bought, reviewed=pair in self._reviewed)

    async def add(self, customer_id: str, review: Review) -> bool:
        pair = (customer_id, review.product_id)
        if pair in self._reviewed:
            return False
        self._reviewed.add(pair)
        self._reviews[review.product_id].append(review)
        return True

    async def allow(self, customer_id: str, product_ids: tuple[str, ...]) -> None:
        self._bought.update((customer_id, product_id) for product_id in product_ids)
