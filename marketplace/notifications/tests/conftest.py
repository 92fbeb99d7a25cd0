from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from marketplace.notifications.memory import MemoryNotifications
from marketplace.notifications.service import NotificationStore
from marketplace.notifications.store import MIGRATIONS, DatabaseNotifications
from plures.testing import open_database


@pytest.fixture(params=["memory", "database"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[NotificationStore]:
    """Each test of a store runs with both, so the store in memory behaves like the database."""
    if request.param == "memory":
        yield MemoryNotifications()
        return
    database = await open_database(tmp_path, "notifications", MIGRATIONS)
    yield DatabaseNotifications(database)
    await database.close()
