"""All stores, and a few opening reviews."""

import tomllib
from datetime import UTC, datetime
from itertools import count

import pytest

from marketplace.reviews.memory import MemoryReviews
from marketplace.reviews.opening import PHRASES, OpeningReviews, Subject
from marketplace.reviews.service import ReviewsService, ReviewStore
from marketplace.reviews.store import MIGRATIONS, DatabaseReviews
from tests.databases import Databases, repeating

NOON = datetime(2026, 7, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
async def store(kept_in: Databases | None) -> ReviewStore:
    if kept_in is None:
        return MemoryReviews()
    return repeating(DatabaseReviews(await kept_in.open("reviews", MIGRATIONS)))


@pytest.fixture
def opening() -> OpeningReviews:
    subjects = {"tea": Subject("tea", "food", (1, 0, 0, 1, 2)), "cup": Subject("cup", "home", (0,) * 5)}
    return OpeningReviews(subjects, tomllib.loads(PHRASES.read_text(encoding="utf-8")))


@pytest.fixture
def reviews(store: ReviewStore, opening: OpeningReviews) -> ReviewsService:
    numbers = count(1)
    return ReviewsService(store, opening, now=lambda: NOON, new_id=lambda: f"review {next(numbers)}")
