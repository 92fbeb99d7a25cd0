"""The inventory capability."""

from typing import Final

from marketplace.inventory.contract import Inventory
from marketplace.inventory.opening_stock import load
from marketplace.inventory.service import InventoryService
from marketplace.inventory.store import MIGRATIONS, DatabaseStock
from plures import Capability, Lifecycle

SWEEP_EVERY_S: Final = 5.0


def make(store: DatabaseStock, lifecycle: Lifecycle) -> InventoryService:
    """A stock keeper who takes back what expired while the shop is open."""
    service = InventoryService(store)

    async def open_shop() -> None:
        await store.open_with(load())

    lifecycle.on_start(open_shop)
    lifecycle.every(SWEEP_EVERY_S, service.sweep)
    return service


inventory = Capability(Inventory, make, migrations=MIGRATIONS)
