"""All stores, with some stock, and a clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.inventory.books import StockStore
from marketplace.inventory.memory import MemoryStock
from marketplace.inventory.service import InventoryService
from marketplace.inventory.store import MIGRATIONS, DatabaseStock
from tests.databases import Databases, repeating


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


@pytest.fixture
async def store(kept_in: Databases | None) -> StockStore:
    if kept_in is None:
        memory = MemoryStock()
        await memory.open_with({"tea": 5, "cup": 1, "sold-out": 0})
        return memory
    stored = DatabaseStock(await kept_in.open("inventory", MIGRATIONS))
    await stored.open_with({"tea": 5, "cup": 1, "sold-out": 0})
    return stored


@pytest.fixture
def inventory(store: StockStore, clock: Clock) -> InventoryService:
    return repeating(InventoryService(store, now=clock))
