"""Messages in the capability's own database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from marketplace.notifications.contract import Notification
from plures import Connection, Database, Migration

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


@dataclass(frozen=True)
class DatabaseNotifications:
    database: Database

    async def keep(self, key: str, notification: Notification) -> Notification:
        async with self.database.write() as connection:
            kept = await _select(connection, "SELECT * FROM notifications WHERE key = :key", {"key": key})
            if kept:
                return kept[0]
            await connection.execute(
                """
                INSERT INTO notifications (key, id, customer_id, subject, text, sent_at)
                VALUES (:key, :id, :customer_id, :subject, :text, :sent_at)
                """,
                {
                    "key": key,
                    "id": notification.id,
                    "customer_id": notification.customer_id,
                    "subject": notification.subject,
                    "text": notification.text,
                    "sent_at": notification.sent_at.isoformat(),
                },
            )
            return notification

    async def list_for(self, customer_id: str, limit: int) -> tuple[Notification, ...]:
        async with self.database.read() as connection:
            return await _select(
                connection,
                "SELECT * FROM notifications WHERE customer_id = :customer_id ORDER BY number DESC LIMIT :limit",
                {"customer_id": customer_id, "limit": limit},
            )


async def _select(connection: Connection, query: str, values: Mapping[str, object]) -> tuple[Notification, ...]:
    return tuple(
        Notification(row.id, row.customer_id, row.subject, row.text, datetime.fromisoformat(row.sent_at))
        for row in await connection.execute(query, values)
    )
