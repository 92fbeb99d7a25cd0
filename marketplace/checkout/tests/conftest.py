from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from marketplace.checkout.attempt import AttemptStore
from marketplace.checkout.memory import MemoryAttempts
from marketplace.checkout.store import MIGRATIONS, DatabaseAttempts
from marketplace.checkout.tests.shop import Shop
from plures.testing import open_database


@pytest.fixture(params=["memory", "database"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[AttemptStore]:
    """Each test of a store runs with both, so the store in memory behaves like the database."""
    if request.param == "memory":
        yield MemoryAttempts()
        return
    database = await open_database(tmp_path, "checkout", MIGRATIONS)
    yield DatabaseAttempts(database)
    await database.close()


@pytest.fixture
async def shop() -> AsyncGenerator[Shop]:
    """A shop in which anna is about to pay."""
    shop = Shop()
    await shop.fill()
    yield shop
    await shop.finish()
