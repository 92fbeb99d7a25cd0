"""What buyers say about a product: the summary of all ratings, and some reviews."""

import asyncio
from dataclasses import dataclass

from marketplace.catalog.contract import ProductUnknown
from marketplace.reviews.contract import Rating, ReviewPage, Reviews
from marketplace.storefront.shop import Shop
from plures import Optionally


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


async def opinions_if_any(
    reviews: Optionally[Reviews], product_id: str, customer_id: str | None, *, limit: int
) -> Opinions | None:
    """The newest reviews of a product, unless they cannot be had."""
    ratings, page, may_write = await asyncio.gather(
        reviews.call(Reviews.summary, (product_id,)),
        _page_if_any(reviews, product_id, limit),
        reviews.call_or(False, Reviews.may_review, customer_id, product_id) if customer_id else _no(),
    )
    return None if page is None else Opinions(ratings[0] if ratings else None, page, may_write)


async def _page_if_any(reviews: Optionally[Reviews], product_id: str, limit: int) -> ReviewPage | None:
    try:
        return await reviews.call(Reviews.list_for, product_id, 0, limit)
    except ProductUnknown:
        # The page says so itself.
        return None


async def _no() -> bool:
    return False


async def _may_review(shop: Shop, product_id: str, customer_id: str | None) -> bool:
    return customer_id is not None and await shop.reviews.may_review(customer_id, product_id)
