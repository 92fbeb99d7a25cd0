from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from marketplace.cart.memory import MemoryCarts
from marketplace.cart.service import CartStore
from marketplace.cart.store import MIGRATIONS, DatabaseCarts
from plures.testing import open_database


@pytest.fixture(params=["memory", "database"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[CartStore]:
    """Each test of a store runs with both, so the store in memory behaves like the database."""
    if request.param == "memory":
        yield MemoryCarts()
        return
    database = await open_database(tmp_path, "cart", MIGRATIONS)
    yield DatabaseCarts(database)
    await database.close()
