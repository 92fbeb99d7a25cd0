"""Orders in the capability's own database.

What the customer ordered never changes, and no query looks into it, so it is one JSON document. The state changes, so it
has a row for each step.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, column, insert, select, table, update
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace.orders.contract import Change, Order, OrderDraft, OrderState
from plures import Database, Migration

MIGRATIONS: Final = (
    Migration(
        1,
        "orders and their changes",
        (
            """
            CREATE TABLE orders (
                number INTEGER PRIMARY KEY,
                id TEXT NOT NULL UNIQUE,
                key TEXT NOT NULL UNIQUE,
                customer_id TEXT NOT NULL,
                state TEXT NOT NULL,
                draft TEXT NOT NULL
            )
            """,
            "CREATE INDEX orders_of_customer ON orders (customer_id, number)",
            """
            CREATE TABLE order_changes (
                number INTEGER PRIMARY KEY,
                order_id TEXT NOT NULL REFERENCES orders (id),
                state TEXT NOT NULL,
                at TEXT NOT NULL,
                note TEXT NOT NULL
            )
            """,
            "CREATE INDEX changes_of_order ON order_changes (order_id, number)",
            "CREATE TABLE closed_keys (key TEXT PRIMARY KEY, closed_at TEXT NOT NULL)",
        ),
    ),
)

_orders: Final = table("orders", *map(column, ("number", "id", "key", "customer_id", "state", "draft")))
_changes: Final = table("order_changes", *map(column, ("number", "order_id", "state", "at", "note")))
_closed: Final = table("closed_keys", column("key"), column("closed_at"))
_draft_json: Final = msgspec.json.Decoder(OrderDraft)


@dataclass(frozen=True)
class DatabaseOrders:
    database: Database

    async def create(self, key: str, order: Order) -> Order | None:
        async with self.database.write() as connection:
            if (await connection.execute(select(_closed).where(_closed.c.key == key))).first() is not None:
                return None
            known = await _read(connection, _orders.c.key == key)
            if known:
                return known[0]
            await connection.execute(
                insert(_orders).values(
                    id=order.id,
                    key=key,
                    customer_id=order.draft.customer_id,
                    state=order.state.value,
                    draft=msgspec.json.encode(order.draft).decode(),
                )
            )
            for change in order.history:
                await _add(connection, order.id, change)
            return order

    async def close(self, key: str, at: datetime) -> Order | None:
        async with self.database.write() as connection:
            known = await _read(connection, _orders.c.key == key)
            if known:
                return known[0]
            if (await connection.execute(select(_closed).where(_closed.c.key == key))).first() is None:
                await connection.execute(insert(_closed).values(key=key, closed_at=at.isoformat()))
            return None

    async def append(self, order_id: str, expected: OrderState, change: Change) -> Order | None:
        async with self.database.write() as connection:
            moved = await connection.execute(
                update(_orders)
                .where(_orders.c.id == order_id, _orders.c.state == expected.value)
                .values(state=change.state.value)
            )
            if not moved.rowcount:
                return None
            await _add(connection, order_id, change)
            return (await _read(connection, _orders.c.id == order_id))[0]

    async def get(self, order_id: str) -> Order | None:
        async with self.database.read() as connection:
            found = await _read(connection, _orders.c.id == order_id)
            return found[0] if found else None

    async def list_for(self, customer_id: str, offset: int, limit: int) -> tuple[Order, ...]:
        async with self.database.read() as connection:
            return await _read(connection, _orders.c.customer_id == customer_id, offset=offset, limit=limit)


async def _add(connection: AsyncConnection, order_id: str, change: Change) -> None:
    await connection.execute(
        insert(_changes).values(order_id=order_id, state=change.state.value, at=change.at.isoformat(), note=change.note)
    )


async def _read(
    connection: AsyncConnection, which: ColumnElement[bool], *, offset: int = 0, limit: int = 1
) -> tuple[Order, ...]:
    """The matching orders, the newest first."""
    query = (
        select(_orders.c.id, _orders.c.state, _orders.c.draft)
        .where(which)
        .order_by(_orders.c.number.desc())
        .offset(offset)
        .limit(limit)
    )
    rows = [(id_, state, draft) for id_, state, draft in await connection.execute(query)]
    histories = await _histories(connection, [id_ for id_, _, _ in rows])
    return tuple(
        Order(id_, _draft_json.decode(draft), OrderState(state), tuple(histories[id_])) for id_, state, draft in rows
    )


async def _histories(connection: AsyncConnection, order_ids: list[str]) -> dict[str, list[Change]]:
    histories: dict[str, list[Change]] = {id_: [] for id_ in order_ids}
    query = select(_changes.c.order_id, _changes.c.state, _changes.c.at, _changes.c.note)
    found = await connection.execute(query.where(_changes.c.order_id.in_(order_ids)).order_by(_changes.c.number))
    for order_id, state, at, note in found:
        histories[order_id].append(Change(OrderState(state), datetime.fromisoformat(at), note))
    return histories
