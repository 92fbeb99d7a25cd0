from collections.abc import AsyncGenerator

import pytest

from marketplace.checkout.claims import Claims
from marketplace.checkout.contract import Checkout
from marketplace.checkout.memory import MemoryClaims
from marketplace.checkout.store import MIGRATIONS, DatabaseClaims
from marketplace.checkout.tests.shop import Shop
from plures.testing import RecordedEvents
from tests.databases import Databases, repeating


@pytest.fixture
async def store(kept_in: Databases | None) -> Claims:
    """Each test of a store runs with all of them, so they behave alike."""
    if kept_in is None:
        return MemoryClaims()
    database = await kept_in.open("checkout", MIGRATIONS)
    return repeating(DatabaseClaims(database, RecordedEvents(database, Checkout)))


@pytest.fixture
async def shop() -> AsyncGenerator[Shop]:
    """A shop in which anna is about to pay."""
    shop = Shop()
    await shop.fill()
    yield shop
    await shop.stop()
