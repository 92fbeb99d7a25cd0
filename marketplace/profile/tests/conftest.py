from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from marketplace.profile.memory import MemoryProfiles
from marketplace.profile.service import ProfileStore
from marketplace.profile.store import MIGRATIONS, DatabaseProfiles
from plures.testing import open_database


@pytest.fixture(params=["memory", "database"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[ProfileStore]:
    """Each test of a store runs with both, so the store in memory behaves like the database."""
    if request.param == "memory":
        yield MemoryProfiles()
        return
    database = await open_database(tmp_path, "profile", MIGRATIONS)
    yield DatabaseProfiles(database)
    await database.close()
