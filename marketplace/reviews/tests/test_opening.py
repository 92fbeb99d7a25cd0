"""The opening reviews: always the same, varied, and consistent with their stars."""

from marketplace.reviews.make_opening import subject
from marketplace.reviews.opening import NEWEST, OpeningReviews, load


def test_reviews_have_the_ratings_that_the_stars_count(opening: OpeningReviews) -> None:
    ratings = [review.rating for review in opening.newest("tea", 0, 100)]
    assert sorted(ratings) == [1, 4, 5, 5]
    assert len(ratings) == opening.count("tea")


def test_a_page_is_a_part_of_the_whole(opening: OpeningReviews) -> None:
    assert opening.newest("tea", 1, 2) == opening.newest("tea", 0, 100)[1:3]
    assert opening.newest("tea", 4, 2) == ()
    assert opening.newest("tea", 2**63 - 1, 2) == ()


def test_the_packaged_ones() -> None:
    opening = load()
    product = max(("sofa", "teapot", "abacus", "hammer"), key=opening.count)
    reviews = opening.newest(product, 0, 100)
    assert tuple(reviews) == load().newest(product, 0, 100)
    assert len({review.text for review in reviews}) > len(reviews) / 2
    assert all(review.title and review.text and "{" not in review.text for review in reviews)
    times = [review.written_at for review in reviews]
    assert times == sorted(times, reverse=True)
    assert times[0] <= NEWEST


def test_subjects_follow_from_the_product_alone() -> None:
    assert subject("sofa", "furniture/seating") == subject("sofa", "furniture/seating")
    assert subject("apple-pie", "bakery/cakes").flavour == "food"
    assert subject("trench-coat", "fashion/coats").flavour == "wear"
    amounts = [subject(f"thing {number}", "home/rugs").reviews for number in range(300)]
    assert min(amounts) == 0
    assert max(amounts) > 20
