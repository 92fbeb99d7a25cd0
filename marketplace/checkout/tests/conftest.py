from collections.abc import AsyncGenerator

import pytest

from marketplace.checkout.attempt import AttemptStore
from marketplace.checkout.contract import Checkout
from marketplace.checkout.memory import MemoryAttempts
from marketplace.checkout.store import MIGRATIONS, DatabaseAttempts
from marketplace.checkout.tests.shop import Shop
from plures.testing import RecordedEvents
from tests.databases import Databases, repeating


@pytest.fixture
async def store(kept_in: Databases | None) -> AttemptStore:
    """Each test of a store runs with all of them, so they behave alike."""
    if kept_in is None:
        return MemoryAttempts()
    database = await kept_in.open("checkout", MIGRATIONS)
    return repeating(DatabaseAttempts(database, RecordedEvents(database, Checkout)))


@pytest.fixture
async def shop() -> AsyncGenerator[Shop]:
    """A shop in which anna is about to pay."""
    shop = Shop()
    await shop.fill()
    yield shop
    await shop.finish()
