"""Puts the notifications capability together."""

from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

from marketplace.notifications.service import NotificationsService
from marketplace.notifications.store import DatabaseNotifications
from plures import Database


def notifications(database: Database) -> NotificationsService:
    """Messages, kept in the capability's database."""
    return NotificationsService(
        DatabaseNotifications(database), now=partial(datetime.now, UTC), new_id=lambda: uuid4().hex
    )
