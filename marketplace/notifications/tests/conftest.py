import pytest

from marketplace.notifications.memory import MemoryNotifications
from marketplace.notifications.service import NotificationStore
from marketplace.notifications.store import MIGRATIONS, DatabaseNotifications
from tests.databases import Databases, repeating


@pytest.fixture
async def store(kept_in: Databases | None) -> NotificationStore:
    """Each test of a store runs with all of them, so they behave alike."""
    if kept_in is None:
        return MemoryNotifications()
    return repeating(DatabaseNotifications(await kept_in.open("notifications", MIGRATIONS)))
