"""Attempts in the capability's own database."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, RowMapping, and_, column, delete, insert, or_, select, table

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
)

_attempts: Final = table(
    "attempts",
    *map(column, ("reference", "customer_id", "key", "amount", "currency", "started_at")),
    *map(column, ("result", "placed_order", "detail", "problem")),
)
_order_json: Final = msgspec.json.Decoder(Order)


@dataclass(frozen=True)
class DatabaseAttempts:
    database: Database

    async def find(self, reference: str) -> Attempt | None:
        found = await self._select(_attempts.c.reference == reference, limit=1)
        return found[0] if found else None

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
        return await self._select(or_(_attempts.c.problem != "", interrupted), limit=limit)

    async def _select(self, which: ColumnElement[bool], *, limit: int) -> tuple[Attempt, ...]:
        query = select(_attempts).where(which).order_by(_attempts.c.started_at).limit(limit)
        async with self.database.read() as connection:
            found = await connection.execute(query)
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
    )
