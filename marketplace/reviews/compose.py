"""Puts the reviews capability together."""

from marketplace.reviews.opening import load
from marketplace.reviews.service import ReviewsService
from marketplace.reviews.store import DatabaseReviews
from plures import Database


def reviews(database: Database) -> ReviewsService:
    """The packaged reviews, and those of customers in the capability's database."""
    return ReviewsService(DatabaseReviews(database), load())
