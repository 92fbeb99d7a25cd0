"""Attempts in the capability's own database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from marketplace.checkout.attempt import Attempt, Result
from marketplace.checkout.contract import OrderPlaced
from marketplace.orders.contract import Order
from marketplace.pricing.contract import Money
from plures import Connection, Database, Events, Migration, Statement

MIGRATIONS: Final = (
    Migration(
        1,
        "attempts to place an order",
        (
            Statement(
                sqlite="""
            CREATE TABLE attempts (
                reference TEXT PRIMARY KEY,
                customer_id TEXT NOT NULL,
                key TEXT NOT NULL,
                amount INTEGER NOT NULL,
                currency TEXT NOT NULL,
                started_at REAL NOT NULL,
                result TEXT NOT NULL,
                placed_order TEXT,
                detail TEXT NOT NULL,
                problem TEXT NOT NULL
            )
            """,
                postgresql="""
            CREATE TABLE attempts (
                reference TEXT PRIMARY KEY,
                customer_id TEXT NOT NULL,
                key TEXT NOT NULL,
                amount BIGINT NOT NULL,
                currency TEXT NOT NULL,
                started_at DOUBLE PRECISION NOT NULL,
                result TEXT NOT NULL,
                placed_order TEXT,
                detail TEXT NOT NULL,
                problem TEXT NOT NULL
            )
            """,
            ),
            "CREATE INDEX unsettled ON attempts (started_at) WHERE result = 'running' OR problem != ''",
        ),
    ),
    Migration(
        2,
        "one order of a cart",
        (
            "ALTER TABLE attempts ADD COLUMN cart_id TEXT NOT NULL DEFAULT ''",
            Statement(
                sqlite="ALTER TABLE attempts ADD COLUMN followed_up INTEGER NOT NULL DEFAULT 1",
                postgresql="ALTER TABLE attempts ADD COLUMN followed_up BIGINT NOT NULL DEFAULT 1",
            ),
            """
            CREATE UNIQUE INDEX one_holder_of_a_cart ON attempts (customer_id, cart_id)
            WHERE cart_id != '' AND (result IN ('running', 'placed') OR problem != '')
            """,
            "CREATE INDEX not_followed_up ON attempts (started_at) WHERE result = 'placed' AND followed_up = 0",
        ),
    ),
)

_INSERT: Final = """
    INSERT INTO attempts (
        reference, customer_id, key, amount, currency, started_at, result, placed_order, detail, problem, cart_id, followed_up
    ) VALUES (
        :reference, :customer_id, :key, :amount, :currency, :started_at,
        :result, :placed_order, :detail, :problem, :cart_id, :followed_up
    )
"""
_SAVE: Final = (
    _INSERT
    + """
    ON CONFLICT (reference) DO UPDATE SET
        result = :result, placed_order = :placed_order, detail = :detail, problem = :problem, followed_up = :followed_up
    """
)
# The condition of the index `one_holder_of_a_cart`.
_HOLDER: Final = """
    SELECT * FROM attempts
    WHERE customer_id = :customer_id AND cart_id = :cart_id AND cart_id <> ''
    AND (result IN ('running', 'placed') OR problem <> '')
    ORDER BY started_at LIMIT 1
"""
_FIND: Final = "SELECT * FROM attempts WHERE reference = :reference"
_order_json: Final = msgspec.json.Decoder(Order)


@dataclass(frozen=True)
class DatabaseAttempts:
    database: Database
    events: Events

    async def claim(self, attempt: Attempt) -> Attempt | None:
        row = _row(attempt)
        async with self.database.write() as connection:
            known = await _first(connection, _HOLDER, row) or await _first(connection, _FIND, row)
            if known is None:
                await connection.execute(_INSERT, row)
            return known

    async def holder(self, customer_id: str, cart_id: str) -> Attempt | None:
        async with self.database.read() as connection:
            return await _first(connection, _HOLDER, {"customer_id": customer_id, "cart_id": cart_id})

    async def find(self, reference: str) -> Attempt | None:
        async with self.database.read() as connection:
            return await _first(connection, _FIND, {"reference": reference})

    async def save(self, attempt: Attempt) -> None:
        async with self.database.write() as connection:
            await connection.execute(_SAVE, _row(attempt))

    async def place(self, attempt: Attempt) -> None:
        async with self.database.write() as connection:
            await connection.execute(_SAVE, _row(attempt))
            if attempt.order is not None:
                await self.events.publish(OrderPlaced(attempt.customer_id, attempt.order))

    async def forget(self, reference: str) -> None:
        async with self.database.write() as connection:
            await connection.execute("DELETE FROM attempts WHERE reference = :reference", {"reference": reference})

    async def unsettled(self, started_before: datetime, limit: int) -> tuple[Attempt, ...]:
        return await self._oldest(
            """
            SELECT * FROM attempts WHERE problem <> '' OR (result = 'running' AND started_at < :before)
            ORDER BY started_at LIMIT :limit
            """,
            started_before,
            limit,
        )

    async def not_followed_up(self, started_before: datetime, limit: int) -> tuple[Attempt, ...]:
        return await self._oldest(
            """
            SELECT * FROM attempts WHERE result = 'placed' AND followed_up = 0 AND started_at < :before
            ORDER BY started_at LIMIT :limit
            """,
            started_before,
            limit,
        )

    async def _oldest(self, query: str, started_before: datetime, limit: int) -> tuple[Attempt, ...]:
        async with self.database.read() as connection:
            found = await connection.execute(query, {"before": started_before.timestamp(), "limit": limit})
            return tuple(map(_attempt, found))


async def _first(connection: Connection, query: str, values: Mapping[str, object]) -> Attempt | None:
    row = (await connection.execute(query, values)).first()
    return _attempt(row) if row else None


def _row(attempt: Attempt) -> dict[str, str | int | float | None]:
    return {
        "reference": attempt.reference,
        "customer_id": attempt.customer_id,
        "key": attempt.key,
        "amount": attempt.total.amount,
        "currency": attempt.total.currency,
        "started_at": attempt.started_at.timestamp(),
        "result": attempt.result.value,
        "placed_order": msgspec.json.encode(attempt.order).decode() if attempt.order else None,
        "detail": attempt.detail,
        "problem": attempt.problem,
        "cart_id": attempt.cart_id,
        "followed_up": int(attempt.followed_up),
    }


def _attempt(row: Any) -> Attempt:
    return Attempt(
        reference=row.reference,
        customer_id=row.customer_id,
        key=row.key,
        total=Money(row.amount, row.currency),
        started_at=datetime.fromtimestamp(row.started_at, UTC),
        result=Result(row.result),
        order=_order_json.decode(row.placed_order) if row.placed_order else None,
        detail=row.detail,
        problem=row.problem,
        cart_id=row.cart_id,
        followed_up=bool(row.followed_up),
    )
