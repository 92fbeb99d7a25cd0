"""What reviews promise, over both stores."""

import asyncio

import pytest

from marketplace.catalog.contract import ProductUnknown
from marketplace.reviews.contract import AlreadyReviewed, NewReview, NotABuyer, Rating, Review
from marketplace.reviews.service import ReviewsService

from .conftest import NOON

LOVELY = NewReview(author="anna", rating=5, title="Lovely", text="Warms the soul.")


async def test_summary_keeps_the_order_and_leaves_unknown_ones_out(reviews: ReviewsService) -> None:
    assert await reviews.summary(("cup", "unobtainium", "tea")) == (
        Rating("cup", average=0.0, count=0, stars=(0, 0, 0, 0, 0)),
        Rating("tea", average=3.75, count=4, stars=(1, 0, 0, 1, 2)),
    )


async def test_a_buyer_may_review_once(reviews: ReviewsService) -> None:
    assert not await reviews.may_review("anna", "tea")
    await reviews.allow("anna", ("tea", "cup"))
    assert await reviews.may_review("anna", "tea")
    written = await reviews.add("anna", "tea", LOVELY)
    assert written == Review("review 1", "tea", "anna", 5, "Lovely", "Warms the soul.", NOON)
    assert not await reviews.may_review("anna", "tea")
    assert await reviews.may_review("anna", "cup")
    with pytest.raises(AlreadyReviewed):
        await reviews.add("anna", "tea", LOVELY)


async def test_only_buyers_may_review(reviews: ReviewsService) -> None:
    await reviews.allow("anna", ("cup",))
    with pytest.raises(NotABuyer):
        await reviews.add("anna", "tea", LOVELY)


async def test_allowing_again_changes_nothing(reviews: ReviewsService) -> None:
    await reviews.allow("anna", ("tea",))
    await reviews.add("anna", "tea", LOVELY)
    await reviews.allow("anna", ("tea",))
    await reviews.allow("anna", ())
    assert not await reviews.may_review("anna", "tea")


async def test_a_new_review_counts(reviews: ReviewsService) -> None:
    await reviews.allow("anna", ("tea",))
    await reviews.add("anna", "tea", LOVELY)
    assert await reviews.summary(("tea",)) == (Rating("tea", average=4.0, count=5, stars=(1, 0, 0, 1, 3)),)


async def test_pages_begin_with_the_newest_and_cover_everything_once(reviews: ReviewsService) -> None:
    for customer in ("anna", "bert"):
        await reviews.allow(customer, ("tea",))
        await reviews.add(customer, "tea", NewReview(customer, 4, "Good"))
    pages = [await reviews.list_for("tea", offset=offset, limit=2) for offset in (0, 2, 4, 6)]
    shown = [review for page in pages for review in page.reviews]
    assert {page.total for page in pages} == {6}
    assert [review.author for review in shown[:2]] == ["bert", "anna"]
    assert len({review.id for review in shown}) == len(shown) == 6
    assert [review.written_at for review in shown] == sorted((review.written_at for review in shown), reverse=True)


async def test_a_page_across_new_and_opening_reviews(reviews: ReviewsService) -> None:
    await reviews.allow("anna", ("tea",))
    await reviews.add("anna", "tea", LOVELY)
    page = await reviews.list_for("tea", offset=0, limit=3)
    everything = await reviews.list_for("tea", limit=100)
    assert page.reviews == everything.reviews[:3]


async def test_reviews_of_an_unknown_product(reviews: ReviewsService) -> None:
    with pytest.raises(ProductUnknown):
        await reviews.list_for("unobtainium")


async def test_one_customer_in_two_windows_reviews_once(reviews: ReviewsService) -> None:
    await reviews.allow("anna", ("tea",))
    outcomes = await asyncio.gather(*(reviews.add("anna", "tea", LOVELY) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(outcome, Review) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, AlreadyReviewed) for outcome in outcomes) == 4
