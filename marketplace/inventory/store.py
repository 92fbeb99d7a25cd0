"""Stock in the capability's own database."""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from marketplace.catalog.contract import Item
from marketplace.inventory.books import Books, Entry, EntryState
from plures import Connection, Database, Migration, Statement

MIGRATIONS: Final = (
    Migration(
        1,
        "stock and reservations",
        (
            Statement(
                sqlite="""
            CREATE TABLE stock (
                product_id TEXT PRIMARY KEY,
                available INTEGER NOT NULL CHECK (available >= 0)
            ) WITHOUT ROWID
            """,
                postgresql="""
            CREATE TABLE stock (
                product_id TEXT PRIMARY KEY,
                available BIGINT NOT NULL CHECK (available >= 0)
            )
            """,
            ),
            Statement(
                sqlite="""
            CREATE TABLE reservations (
                key TEXT PRIMARY KEY,
                state TEXT NOT NULL CHECK (state IN ('held', 'sold', 'released', 'expired')),
                expires_at REAL NOT NULL,
                items TEXT NOT NULL
            ) WITHOUT ROWID
            """,
                postgresql="""
            CREATE TABLE reservations (
                key TEXT PRIMARY KEY,
                state TEXT NOT NULL CHECK (state IN ('held', 'sold', 'released', 'expired')),
                expires_at DOUBLE PRECISION NOT NULL,
                items TEXT NOT NULL
            )
            """,
            ),
            "CREATE INDEX held_reservations ON reservations (expires_at) WHERE state = 'held'",
        ),
    ),
)

_SELECT: Final = "SELECT key, state, expires_at, items FROM reservations"


@dataclass(frozen=True)
class DatabaseStock:
    database: Database

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[Books]:
        async with self.database.read() as connection:
            yield _DatabaseBooks(connection)

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[Books]:
        async with self.database.write() as connection:
            yield _DatabaseBooks(connection)

    async def open_with(self, stock: Mapping[str, int]) -> None:
        async with self.database.write() as connection:
            await connection.execute(
                "INSERT INTO stock (product_id, available) VALUES (:product_id, :available) ON CONFLICT DO NOTHING",
                [{"product_id": product_id, "available": pieces} for product_id, pieces in stock.items()],
            )


class _DatabaseBooks:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def available(self, product_ids: tuple[str, ...]) -> Mapping[str, int]:
        rows = await self._connection.execute(
            "SELECT product_id, available FROM stock WHERE product_id IN :product_ids", {"product_ids": product_ids}
        )
        return {row.product_id: row.available for row in rows}

    async def move(self, changes: Mapping[str, int]) -> None:
        await self._connection.execute(
            "UPDATE stock SET available = available + :pieces WHERE product_id = :product_id",
            [{"product_id": product_id, "pieces": pieces} for product_id, pieces in changes.items()],
        )

    async def find(self, key: str) -> Entry | None:
        rows = await self._connection.execute(f"{_SELECT} WHERE key = :key", {"key": key})
        return _entry(*row) if (row := rows.first()) else None

    async def keep(self, entry: Entry) -> None:
        await self._connection.execute(
            """
            INSERT INTO reservations (key, state, expires_at, items) VALUES (:key, :state, :expires_at, :items)
            ON CONFLICT (key) DO UPDATE SET state = :state, expires_at = :expires_at, items = :items
            """,
            {
                "key": entry.key,
                "state": entry.state.value,
                "expires_at": entry.expires_at.timestamp(),
                "items": json.dumps([(item.product_id, item.quantity) for item in entry.items]),
            },
        )

    async def overdue(self, now: datetime) -> tuple[Entry, ...]:
        rows = await self._connection.execute(
            f"{_SELECT} WHERE state = 'held' AND expires_at <= :now", {"now": now.timestamp()}
        )
        return tuple(_entry(*row) for row in rows)

    async def forget(self, before: datetime) -> None:
        await self._connection.execute(
            "DELETE FROM reservations WHERE state <> 'held' AND expires_at < :before", {"before": before.timestamp()}
        )


def _entry(key: str, state: str, expires_at: float, items: str) -> Entry:
    stocked = tuple(Item(product_id, quantity) for product_id, quantity in json.loads(items))
    return Entry(key, EntryState(state), datetime.fromtimestamp(expires_at, UTC), stocked)
