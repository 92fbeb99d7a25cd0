"""Payments in the capability's own database."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import RowMapping, column, insert, select, table, update
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace.payments.contract import DeclineReason, PaymentState
from marketplace.payments.entry import PaymentEntry
from marketplace.pricing.contract import Money
from plures import Database, Migration

MIGRATIONS: Final = (
    Migration(
        1,
        "payments",
        (
            """
            CREATE TABLE payments (
                key TEXT PRIMARY KEY,
                amount INTEGER NOT NULL,
                currency TEXT NOT NULL,
                state TEXT NOT NULL,
                card_ending TEXT NOT NULL,
                card_fingerprint TEXT NOT NULL,
                created_at TEXT NOT NULL,
                reason TEXT
            )
            """,
            # A provider that moved real money would keep this in a key vault.
            "CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL)",
        ),
    ),
)

_payments: Final = table(
    "payments",
    *map(column, ("key", "amount", "currency", "state", "card_ending", "card_fingerprint", "created_at", "reason")),
)
_secrets: Final = table("secrets", column("name"), column("value"))


@dataclass(frozen=True)
class DatabasePayments:
    database: Database

    async def secret(self) -> bytes:
        name = "card fingerprints"
        async with self.database.write() as connection:
            found = await connection.execute(select(_secrets.c.value).where(_secrets.c.name == name))
            known: bytes | None = found.scalar_one_or_none()
            if known is not None:
                return known
            made = secrets.token_bytes(32)
            await connection.execute(insert(_secrets).values(name=name, value=made))
            return made

    async def keep(self, entry: PaymentEntry) -> PaymentEntry:
        async with self.database.write() as connection:
            known = await _read(connection, entry.key)
            if known is None:
                await connection.execute(insert(_payments).values(_row(entry)))
            return known or entry

    async def change(self, key: str, expected: PaymentState, state: PaymentState) -> PaymentEntry | None:
        async with self.database.write() as connection:
            moved = await connection.execute(
                update(_payments)
                .where(
                    _payments.c.key == key,
                    _payments.c.state == expected.value,
                    _payments.c.reason.is_(None),
                )
                .values(state=state.value)
            )
            return await _read(connection, key) if moved.rowcount else None

    async def get(self, key: str) -> PaymentEntry | None:
        async with self.database.read() as connection:
            return await _read(connection, key)


async def _read(connection: AsyncConnection, key: str) -> PaymentEntry | None:
    found = await connection.execute(select(_payments).where(_payments.c.key == key))
    row = found.mappings().one_or_none()
    return None if row is None else _entry(row)


def _row(entry: PaymentEntry) -> dict[str, str | int | None]:
    return {
        "key": entry.key,
        "amount": entry.amount.amount,
        "currency": entry.amount.currency,
        "state": entry.state.value,
        "card_ending": entry.card_ending,
        "card_fingerprint": entry.card_fingerprint,
        "created_at": entry.created_at.isoformat(),
        "reason": entry.reason.value if entry.reason else None,
    }


def _entry(row: RowMapping) -> PaymentEntry:
    return PaymentEntry(
        key=row["key"],
        amount=Money(row["amount"], row["currency"]),
        state=PaymentState(row["state"]),
        card_ending=row["card_ending"],
        card_fingerprint=row["card_fingerprint"],
        created_at=datetime.fromisoformat(row["created_at"]),
        reason=DeclineReason(row["reason"]) if row["reason"] else None,
    )
