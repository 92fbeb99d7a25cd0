import pytest

from marketplace.cart.memory import MemoryCarts
from marketplace.cart.service import CartStore
from marketplace.cart.store import MIGRATIONS, DatabaseCarts
from tests.databases import Databases, repeating


@pytest.fixture
async def store(kept_in: Databases | None) -> CartStore:
    """Each test of a store runs with all of them, so they behave alike."""
    if kept_in is None:
        return MemoryCarts()
    return repeating(DatabaseCarts(await kept_in.open("cart", MIGRATIONS)))
