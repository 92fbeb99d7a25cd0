"""Orders in the capability's own database.

What the customer ordered never changes, and no query looks into it, so it is one JSON document. The state changes, so it
has a row for each step.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from marketplace.orders.contract import Change, Order, OrderDraft, OrderState
from plures import Connection, Database, Migration

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

_BY_KEY: Final = "SELECT id, state, draft FROM orders WHERE key = :key"
_BY_ID: Final = "SELECT id, state, draft FROM orders WHERE id = :id"
_OF_CUSTOMER: Final = """
    SELECT id, state, draft FROM orders WHERE customer_id = :customer_id
    ORDER BY number DESC LIMIT :limit OFFSET :offset
"""
_draft_json: Final = msgspec.json.Decoder(OrderDraft)


@dataclass(frozen=True)
class DatabaseOrders:
    database: Database

    async def create(self, key: str, order: Order) -> Order | None:
        async with self.database.write() as connection:
            if await _is_closed(connection, key):
                return None
            known = await _select(connection, _BY_KEY, {"key": key})
            if known:
                return known[0]
            await connection.execute(
                """
                INSERT INTO orders (id, key, customer_id, state, draft)
                VALUES (:id, :key, :customer_id, :state, :draft)
                """,
                {
                    "id": order.id,
                    "key": key,
                    "customer_id": order.draft.customer_id,
                    "state": order.state.value,
                    "draft": msgspec.json.encode(order.draft).decode(),
                },
            )
            await _add(connection, order.id, *order.history)
            return order

    async def close(self, key: str, at: datetime) -> Order | None:
        async with self.database.write() as connection:
            known = await _select(connection, _BY_KEY, {"key": key})
            if known:
                return known[0]
            await connection.execute(
                "INSERT INTO closed_keys (key, closed_at) VALUES (:key, :at) ON CONFLICT DO NOTHING",
                {"key": key, "at": at.isoformat()},
            )
            return None

    async def append(self, order_id: str, expected: OrderState, change: Change) -> Order | None:
        async with self.database.write() as connection:
            moved = await connection.execute(
                "UPDATE orders SET state = :state WHERE id = :id AND state = :expected",
                {"id": order_id, "state": change.state.value, "expected": expected.value},
            )
            if not moved.rowcount:
                return None
            await _add(connection, order_id, change)
            return (await _select(connection, _BY_ID, {"id": order_id}))[0]

    async def get(self, order_id: str) -> Order | None:
        async with self.database.read() as connection:
            found = await _select(connection, _BY_ID, {"id": order_id})
            return found[0] if found else None

    async def list_for(self, customer_id: str, offset: int, limit: int) -> tuple[Order, ...]:
        async with self.database.read() as connection:
            return await _select(
                connection, _OF_CUSTOMER, {"customer_id": customer_id, "offset": offset, "limit": limit}
            )


async def _is_closed(connection: Connection, key: str) -> bool:
    return await connection.scalar("SELECT 1 FROM closed_keys WHERE key = :key", {"key": key}) is not None


async def _add(connection: Connection, order_id: str, *changes: Change) -> None:
    await connection.execute(
        "INSERT INTO order_changes (order_id, state, at, note) VALUES (:order_id, :state, :at, :note)",
        [
            {"order_id": order_id, "state": change.state.value, "at": change.at.isoformat(), "note": change.note}
            for change in changes
        ],
    )


async def _select(connection: Connection, query: str, values: Mapping[str, object]) -> tuple[Order, ...]:
    rows = await connection.execute(query, values)
    histories = await _histories(connection, [row.id for row in rows])
    return tuple(
        Order(id_, _draft_json.decode(draft), OrderState(state), tuple(histories[id_])) for id_, state, draft in rows
    )


async def _histories(connection: Connection, order_ids: list[str]) -> dict[str, list[Change]]:
    histories: dict[str, list[Change]] = {id_: [] for id_ in order_ids}
    if order_ids:
        found = await connection.execute(
            "SELECT order_id, state, at, note FROM order_changes WHERE order_id IN :order_ids ORDER BY number",
            {"order_ids": order_ids},
        )
        for order_id, state, at, note in found:
            histories[order_id].append(Change(OrderState(state), datetime.fromisoformat(at), note))
    return histories
