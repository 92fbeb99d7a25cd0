"""Both stores, with some stock, and a clock that stands still until a test moves it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from marketplace.inventory.books import StockStore
from marketplace.inventory.memory import MemoryStock
from marketplace.inventory.service import InventoryService
from marketplace.inventory.store import MIGRATIONS, DatabaseStock
from plures.testing import open_database


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def move(self, **by: float) -> None:
        self.time += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "database"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[StockStore]:
    if request.param == "memory":
        memory = MemoryStock()
        await memory.open_with({"tea": 5, "cup": 1, "sold-out": 0})
        yield memory
        return
    database = await open_database(tmp_path, "inventory", MIGRATIONS)
    stored = DatabaseStock(database)
    await stored.open_with({"tea": 5, "cup": 1, "sold-out": 0})
    yield stored
    await database.close()


@pytest.fixture
def inventory(store: StockStore, clock: Clock) -> InventoryService:
    return InventoryService(store, now=clock)
