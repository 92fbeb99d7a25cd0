from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from marketplace.fraud.memory import MemoryAttempts
from marketplace.fraud.service import AttemptStore
from marketplace.fraud.store import MIGRATIONS, DatabaseAttempts
from plures.testing import open_database


@pytest.fixture(params=["memory", "database"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[AttemptStore]:
    """Every test of a store runs with each of them: what stands in for the database behaves like it."""
    if request.param == "memory":
        yield MemoryAttempts()
        return
    database = await open_database(tmp_path, "fraud", MIGRATIONS)
    yield DatabaseAttempts(database)
    await database.close()
