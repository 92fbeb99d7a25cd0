import pytest

from marketplace.fraud.memory import MemoryPaymentAttempts
from marketplace.fraud.service import PaymentAttemptStore
from marketplace.fraud.store import MIGRATIONS, DatabasePaymentAttempts
from tests.databases import Databases, repeating


@pytest.fixture
async def store(kept_in: Databases | None) -> PaymentAttemptStore:
    """Each test of a store runs with all of them, so they behave alike."""
    if kept_in is None:
        return MemoryPaymentAttempts()
    return repeating(DatabasePaymentAttempts(await kept_in.open("fraud", MIGRATIONS)))
