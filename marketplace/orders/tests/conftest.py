from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from marketplace.orders.memory import MemoryOrders
from marketplace.orders.service import OrderStore
from marketplace.orders.store import MIGRATIONS, DatabaseOrders
from plures.testing import open_database


@pytest.fixture(params=["memory", "database"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[OrderStore]:
    """Each test of a store runs with both, so the store in memory behaves like the database."""
    if request.param == "memory":
        yield MemoryOrders()
        return
    database = await open_database(tmp_path, "orders", MIGRATIONS)
    yield DatabaseOrders(database)
    await database.close()
