"""Payments in the capability's own database."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from marketplace.payments.contract import DeclineReason, PaymentState
from marketplace.payments.entry import PaymentEntry
from marketplace.pricing.contract import Money
from plures import Connection, Database, Migration, Statement

MIGRATIONS: Final = (
    Migration(
        1,
        "payments",
        (
            Statement(
                sqlite="""
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
                postgresql="""
            CREATE TABLE payments (
                key TEXT PRIMARY KEY,
                amount BIGINT NOT NULL,
                currency TEXT NOT NULL,
                state TEXT NOT NULL,
                card_ending TEXT NOT NULL,
                card_fingerprint TEXT NOT NULL,
                created_at TEXT NOT NULL,
                reason TEXT
            )
            """,
            ),
            # A provider that moved real money would keep this in a key vault.
            Statement(
                sqlite="CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL)",
                postgresql="CREATE TABLE secrets (name TEXT PRIMARY KEY, value BYTEA NOT NULL)",
            ),
        ),
    ),
)


@dataclass(frozen=True)
class DatabasePayments:
    database: Database

    async def secret(self) -> bytes:
        made = {"name": "card fingerprints", "value": secrets.token_bytes(32)}
        async with self.database.write() as connection:
            await connection.execute(
                "INSERT INTO secrets (name, value) VALUES (:name, :value) ON CONFLICT DO NOTHING", made
            )
            kept: bytes = await connection.scalar("SELECT value FROM secrets WHERE name = :name", made)
            return kept

    async def keep(self, entry: PaymentEntry) -> PaymentEntry:
        async with self.database.write() as connection:
            known = await _read(connection, entry.key)
            if known is None:
                await connection.execute(
                    """
                    INSERT INTO payments (
                        key, amount, currency, state, card_ending, card_fingerprint, created_at, reason
                    ) VALUES (:key, :amount, :currency, :state, :card_ending, :card_fingerprint, :created_at, :reason)
                    """,
                    _row(entry),
                )
            return known or entry

    async def change(self, key: str, expected: PaymentState, state: PaymentState) -> PaymentEntry | None:
        async with self.database.write() as connection:
            moved = await connection.execute(
                "UPDATE payments SET state = :state WHERE key = :key AND state = :expected AND reason IS NULL",
                {"key": key, "state": state.value, "expected": expected.value},
            )
            return await _read(connection, key) if moved.rowcount else None

    async def get(self, key: str) -> PaymentEntry | None:
        async with self.database.read() as connection:
            return await _read(connection, key)


async def _read(connection: Connection, key: str) -> PaymentEntry | None:
    row = (await connection.execute("SELECT * FROM payments WHERE key = :key", {"key": key})).first()
    return _entry(row) if row else None


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


def _entry(row: Any) -> PaymentEntry:
    return PaymentEntry(
        key=row.key,
        amount=Money(row.amount, row.currency),
        state=PaymentState(row.state),
        card_ending=row.card_ending,
        card_fingerprint=row.card_fingerprint,
        created_at=datetime.fromisoformat(row.created_at),
        reason=DeclineReason(row.reason) if row.reason else None,
    )
