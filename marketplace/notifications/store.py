"""Messages in the capability's own database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, RowMapping, column, insert, select, table
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace.notifications.contract import Notification
from plures import Database, Migration

MIGRATIONS: Final = (
    Migration(
        1,
        "messages",
        (
            """
            CREATE TABLE notifications (
                number INTEGER PRIMARY KEY,
                key TEXT NOT NULL UNIQUE,
                id TEXT NOT NULL UNIQUE,
                customer_id TEXT NOT NULL,
                subject TEXT NOT NULL,
                text TEXT NOT NULL,
                sent_at TEXT NOT NULL
            )
            """,
            "CREATE INDEX notifications_of_customer ON notifications (customer_id, number)",
        ),
    ),
)

_notifications: Final = table(
    "notifications", *map(column, ("number", "key", "id", "customer_id", "subject", "text", "sent_at"))
)


@dataclass(frozen=True)
class DatabaseNotifications:
    database: Database

    async def keep(self, key: str, notification: Notification) -> Notification:
        async with self.database.write() as connection:
            kept = await _select(connection, _notifications.c.key == key, limit=1)
            if kept:
                return kept[0]
            await connection.execute(
                insert(_notifications).values(
                    key=key,
                    id=notification.id,
                    customer_id=notification.customer_id,
                    subject=notification.subject,
                    text=notification.text,
                    sent_at=notification.sent_at.isoformat(),
                )
            )
            return notification

    async def list_for(self, customer_id: str, limit: int) -> tuple[Notification, ...]:
        async with self.database.read() as connection:
            return await _select(connection, _notifications.c.customer_id == customer_id, limit=limit)


async def _select(connection: AsyncConnection, which: ColumnElement[bool], *, limit: int) -> tuple[Notification, ...]:
    query = select(_notifications).where(which).order_by(_notifications.c.number.desc()).limit(limit)
    found = await connection.execute(query)
    return tuple(map(_notification, found.mappings()))


def _notification(row: RowMapping) -> Notification:
    return Notification(
        row["id"], row["customer_id"], row["subject"], row["text"], datetime.fromisoformat(row["sent_at"])
    )
