from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from marketplace.fraud.memory import MemoryPaymentAttempts
from marketplace.fraud.service import PaymentAttemptStore
from marketplace.fraud.store import MIGRATIONS, DatabasePaymentAttempts
from plures.testing import open_database


@pytest.fixture(params=["memory", "database"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[PaymentAttemptStore]:
    """Each test of a store runs with both, so the store in memory behaves like the database."""
    if request.param == "memory":
        yield MemoryPaymentAttempts()
        return
    database = await open_database(tmp_path, "fraud", MIGRATIONS)
    yield DatabasePaymentAttempts(database)
    await database.close()
