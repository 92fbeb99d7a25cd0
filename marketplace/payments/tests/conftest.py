import pytest

from marketplace.payments.entry import PaymentStore
from marketplace.payments.memory import MemoryPayments
from marketplace.payments.store import MIGRATIONS, DatabasePayments
from tests.databases import Databases, repeating


@pytest.fixture
async def store(kept_in: Databases | None) -> PaymentStore:
    """Each test of a store runs with all of them, so they behave alike."""
    if kept_in is None:
        return MemoryPayments()
    return repeating(DatabasePayments(await kept_in.open("payments", MIGRATIONS)))
