"""The notifications capability."""

from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

from marketplace.notifications.contract import Notifications
from marketplace.notifications.service import NotificationsService
from marketplace.notifications.store import MIGRATIONS, DatabaseNotifications
from plures import Capability


def make(store: DatabaseNotifications) -> NotificationsService:
    return NotificationsService(store, now=partial(datetime.now, UTC), new_id=lambda: uuid4().hex)


notifications = Capability(Notifications, make, migrations=MIGRATIONS)
