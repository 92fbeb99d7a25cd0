"""What buyers say about a product: the summary of all ratings, and some reviews."""

import asyncio
from dataclasses import dataclass

from marketplace.reviews.contract import Rating, ReviewPage
from marketplace.storefront.shop import Shop


@dataclass(frozen=True)
class Opinions:
    """``may_write`` is whether this visitor can review the product."""

    rating: Rating | None
    page: ReviewPage
    may_write: bool


async def opinions_of(shop: Shop, product_id: str, customer_id: str | None, *, offset: int, limit: int) -> Opinions:
    """Some reviews of a product, the newest first."""
    ratings, page, may_write = await asyncio.gather(
        shop.reviews.summary((product_id,)),
        shop.reviews.list_for(product_id, offset, limit),
        _may_review(shop, product_id, customer_id),
    )
    return Opinions(ratings[0] if ratings else None, page, may_write)


async def _may_review(shop: Shop, product_id: str, customer_id: str | None) -> bool:
    return customer_id is not None and await shop.reviews.may_review(customer_id, product_id)
