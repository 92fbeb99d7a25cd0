"""Both stores, and a few opening reviews."""

import tomllib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from marketplace.reviews.memory import MemoryReviews
from marketplace.reviews.opening import PHRASES, OpeningReviews, Subject
from marketplace.reviews.service import ReviewsService, ReviewStore
from marketplace.reviews.store import MIGRATIONS, DatabaseReviews
from plures.testing import open_database

NOON = datetime(2026, 7, 4, 12, 0, tzinfo=UTC)


@pytest.fixture(params=["memory", "database"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ReviewStore]:
    if request.param == "memory":
        yield MemoryReviews()
        return
    database = await open_database(tmp_path, "reviews", MIGRATIONS)
    yield DatabaseReviews(database)
    await database.close()


@pytest.fixture
def opening() -> OpeningReviews:
    subjects = {"tea": Subject("tea", "food", (1, 0, 0, 1, 2)), "cup": Subject("cup", "home", (0,) * 5)}
    return OpeningReviews(subjects, tomllib.loads(PHRASES.read_text(encoding="utf-8")))


@pytest.fixture
def reviews(store: ReviewStore, opening: OpeningReviews) -> ReviewsService:
    numbers = count(1)
    return ReviewsService(store, opening, now=lambda: NOON, new_id=lambda: f"review {next(numbers)}")
