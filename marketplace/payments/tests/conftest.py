from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from marketplace.payments.entry import PaymentStore
from marketplace.payments.memory import MemoryPayments
from marketplace.payments.store import MIGRATIONS, DatabasePayments
from plures.testing import open_database


@pytest.fixture(params=["memory", "database"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[PaymentStore]:
    """Each test of a store runs with both, so the store in memory behaves like the database."""
    if request.param == "memory":
        yield MemoryPayments()
        return
    database = await open_database(tmp_path, "payments", MIGRATIONS)
    yield DatabasePayments(database)
    await database.close()
