import pytest

from marketplace.orders.memory import MemoryOrders
from marketplace.orders.service import OrderStore
from marketplace.orders.store import MIGRATIONS, DatabaseOrders
from tests.databases import Databases, repeating


@pytest.fixture
async def store(kept_in: Databases | None) -> OrderStore:
    """Each test of a store runs with all of them, so they behave alike."""
    if kept_in is None:
        return MemoryOrders()
    return repeating(DatabaseOrders(await kept_in.open("orders", MIGRATIONS)))
