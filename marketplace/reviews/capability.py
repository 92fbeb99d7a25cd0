"""The reviews capability."""

from marketplace.reviews.contract import Reviews
from marketplace.reviews.opening import load
from marketplace.reviews.service import ReviewsService
from marketplace.reviews.store import MIGRATIONS, DatabaseReviews
from plures import Capability


def make(store: DatabaseReviews) -> ReviewsService:
    return ReviewsService(store, load())


reviews = Capability(Reviews, make, migrations=MIGRATIONS)
