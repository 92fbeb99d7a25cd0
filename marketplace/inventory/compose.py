"""Puts the inventory capability together."""

import asyncio
from typing import Final

from marketplace.inventory.books import StockStore
from marketplace.inventory.opening_stock import load
from marketplace.inventory.service import InventoryService
from marketplace.inventory.store import DatabaseStock
from plures import Database, Lifecycle

SWEEP_EVERY_S: Final = 5.0


def inventory(database: Database, lifecycle: Lifecycle) -> InventoryService:
    """Stock, kept in the capability's database."""
    return stock_keeper(DatabaseStock(database), lifecycle)


def stock_keeper(store: StockStore, lifecycle: Lifecycle) -> InventoryService:
    """A stock keeper over any store, which takes back what expired while the shop is open."""
    service = InventoryService(store)

    async def open_shop() -> None:
        await store.open_with(load())

    async def keep_sweeping() -> None:
        while True:
            await service.sweep()
            await asyncio.sleep(SWEEP_EVERY_S)

    lifecycle.on_start(open_shop)
    lifecycle.background(keep_sweeping)
    return service
