"""Stock in the capability's own database."""

import json
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, column, delete, select, table, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace.catalog.contract import Item
from marketplace.inventory.books import Books, Entry, EntryState
from plures import Database, Migration

MIGRATIONS: Final = (
    Migration(
        1,
        "stock and reservations",
        (
            """
            CREATE TABLE stock (
                product_id TEXT PRIMARY KEY,
                available INTEGER NOT NULL CHECK (available >= 0)
            ) WITHOUT ROWID
            """,
            """
            CREATE TABLE reservations (
                key TEXT PRIMARY KEY,
                state TEXT NOT NULL CHECK (state IN ('held', 'sold', 'released', 'expired')),
                expires_at REAL NOT NULL,
                items TEXT NOT NULL
            ) WITHOUT ROWID
            """,
            "CREATE INDEX held_reservations ON reservations (expires_at) WHERE state = 'held'",
        ),
    ),
)

_stock: Final = table("stock", column("product_id"), column("available"))
_reservations: Final = table("reservations", column("key"), column("state"), column("expires_at"), column("items"))


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
            known = set((await connection.execute(select(_stock.c.product_id))).scalars())
            new = [
                {"product_id": product_id, "available": pieces}
                for product_id, pieces in stock.items()
                if product_id not in known
            ]
            if new:
                await connection.execute(insert(_stock), new)


class _DatabaseBooks:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def available(self, product_ids: tuple[str, ...]) -> Mapping[str, int]:
        rows = await self._connection.execute(
            select(_stock.c.product_id, _stock.c.available).where(_stock.c.product_id.in_(product_ids))
        )
        return {row.product_id: row.available for row in rows}

    async def move(self, changes: Mapping[str, int]) -> None:
        if not changes:
            return
        await self._connection.execute(
            update(_stock)
            .where(_stock.c.product_id == bindparam("moved"))
            .values(available=_stock.c.available + bindparam("pieces")),
            [{"moved": product_id, "pieces": pieces} for product_id, pieces in changes.items()],
        )

    async def find(self, key: str) -> Entry | None:
        row = (await self._connection.execute(select(_reservations).where(_reservations.c.key == key))).first()
        return None if row is None else _entry(row)

    async def keep(self, entry: Entry) -> None:
        row = {
            "state": entry.state.value,
            "expires_at": entry.expires_at.timestamp(),
            "items": json.dumps([(item.product_id, item.quantity) for item in entry.items]),
        }
        await self._connection.execute(
            insert(_reservations).values(key=entry.key, **row).on_conflict_do_update(index_elements=["key"], set_=row)
        )

    async def overdue(self, now: datetime) -> tuple[Entry, ...]:
        rows = await self._connection.execute(
            select(_reservations).where(
                _reservations.c.state == EntryState.HELD.value, _reservations.c.expires_at <= now.timestamp()
            )
        )
        return _entries(rows)

    async def forget(self, before: datetime) -> None:
        await self._connection.execute(
            delete(_reservations).where(
                _reservations.c.state != EntryState.HELD.value, _reservations.c.expires_at < before.timestamp()
            )
        )


def _entries(rows: Iterable[Row[Any]]) -> tuple[Entry, ...]:
    return tuple(_entry(row) for row in rows)


def _entry(row: Row[Any]) -> Entry:
    items = tuple(Item(product_id, quantity) for product_id, quantity in json.loads(row.items))
    return Entry(row.key, EntryState(row.state), datetime.fromtimestamp(row.expires_at, UTC), items)
