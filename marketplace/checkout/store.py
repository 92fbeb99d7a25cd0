"""Attempts in the capability's own database."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, RowMapping, and_, column, delete, insert, or_, select, table
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace.checkout.attempt import Attempt, Result
from marketplace.orders.contract import Order
from marketplace.pricing.contract import Money
from plures import Database, Migration

MIGRATIONS: Final = (
    Migration(
        1,
        "attempts to place an order",
        (
            """
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
            "CREATE INDEX unsettled ON attempts (started_at) WHERE result = 'running' OR problem != ''",
        ),
    ),
    Migration(
        2,
        "one order of a cart",
        (
            "ALTER TABLE attempts ADD COLUMN cart_id TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE attempts ADD COLUMN followed_up INTEGER NOT NULL DEFAULT 1",
            """
            CREATE UNIQUE INDEX one_holder_of_a_cart ON attempts (customer_id, cart_id)
            WHERE cart_id != '' AND (result IN ('running', 'placed') OR problem != '')
            """,
            "CREATE INDEX not_followed_up ON attempts (started_at) WHERE result = 'placed' AND followed_up = 0",
        ),
    ),
)

_attempts: Final = table(
    "attempts",
    *map(column, ("reference", "customer_id", "key", "amount", "currency", "started_at")),
    *map(column, ("result", "placed_order", "detail", "problem", "cart_id", "followed_up")),
)
_order_json: Final = msgspec.json.Decoder(Order)


@dataclass(frozen=True)
class DatabaseAttempts:
    database: Database

    async def claim(self, attempt: Attempt) -> Attempt | None:
        async with self.database.write() as connection:
            in_the_way = or_(_holds(attempt.customer_id, attempt.cart_id), _attempts.c.reference == attempt.reference)
            known = await _first(connection, in_the_way)
            if known is None:
                await connection.execute(insert(_attempts).values(_row(attempt)))
            return known

    async def holder(self, customer_id: str, cart_id: str) -> Attempt | None:
        async with self.database.read() as connection:
            return await _first(connection, _holds(customer_id, cart_id))

    async def find(self, reference: str) -> Attempt | None:
        async with self.database.read() as connection:
            return await _first(connection, _attempts.c.reference == reference)

    async def save(self, attempt: Attempt) -> None:
        async with self.database.write() as connection:
            await connection.execute(delete(_attempts).where(_attempts.c.reference == attempt.reference))
            await connection.execute(insert(_attempts).values(_row(attempt)))

    async def forget(self, reference: str) -> None:
        async with self.database.write() as connection:
            await connection.execute(delete(_attempts).where(_attempts.c.reference == reference))

    async def unsettled(self, started_before: datetime, limit: int) -> tuple[Attempt, ...]:
        interrupted = and_(
            _attempts.c.result == Result.RUNNING.value, _attempts.c.started_at < started_before.timestamp()
        )
        async with self.database.read() as connection:
            return await _select(connection, or_(_attempts.c.problem != "", interrupted), limit)

    async def not_followed_up(self, started_before: datetime, limit: int) -> tuple[Attempt, ...]:
        waiting = and_(
            _attempts.c.result == Result.PLACED.value,
            _attempts.c.followed_up == 0,
            _attempts.c.started_at < started_before.timestamp(),
        )
        async with self.database.read() as connection:
            return await _select(connection, waiting, limit)


def _holds(customer_id: str, cart_id: str) -> ColumnElement[bool]:
    """The condition of the index `one_holder_of_a_cart`."""
    return and_(
        _attempts.c.customer_id == customer_id,
        _attempts.c.cart_id == cart_id,
        _attempts.c.cart_id != "",
        or_(_attempts.c.result.in_((Result.RUNNING.value, Result.PLACED.value)), _attempts.c.problem != ""),
    )


async def _first(connection: AsyncConnection, which: ColumnElement[bool]) -> Attempt | None:
    found = await _select(connection, which, 1)
    return found[0] if found else None


async def _select(connection: AsyncConnection, which: ColumnElement[bool], limit: int) -> tuple[Attempt, ...]:
    found = await connection.execute(select(_attempts).where(which).order_by(_attempts.c.started_at).limit(limit))
    return tuple(map(_attempt, found.mappings()))


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


def _attempt(row: RowMapping) -> Attempt:
    return Attempt(
        reference=row["reference"],
        customer_id=row["customer_id"],
        key=row["key"],
        total=Money(row["amount"], row["currency"]),
        started_at=datetime.fromtimestamp(row["started_at"], UTC),
        result=Result(row["result"]),
        order=_order_json.decode(row["placed_order"]) if row["placed_order"] else None,
        detail=row["detail"],
        problem=row["problem"],
        cart_id=row["cart_id"],
        followed_up=bool(row["followed_up"]),
    )
