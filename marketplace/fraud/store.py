"""Attempts in the capability's own database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from marketplace.fraud.contract import PaymentAttempt, Risk, Verdict
from marketplace.fraud.rules import Seen
from marketplace.fraud.service import MOST_SEEN, WINDOW
from plures import Connection, Database, Migration, Statement

MIGRATIONS: Final = (
    Migration(
        1,
        "attempts to pay",
        (
            Statement(
                sqlite="""
            CREATE TABLE attempts (
                key TEXT PRIMARY KEY,
                customer_id TEXT NOT NULL,
                card_fingerprint TEXT NOT NULL,
                country TEXT NOT NULL,
                amount INTEGER NOT NULL,
                currency TEXT NOT NULL,
                pieces INTEGER NOT NULL,
                tried_at REAL NOT NULL,
                score REAL NOT NULL,
                verdict TEXT NOT NULL,
                signals TEXT NOT NULL
            )
            """,
                postgresql="""
            CREATE TABLE attempts (
                key TEXT PRIMARY KEY,
                customer_id TEXT NOT NULL,
                card_fingerprint TEXT NOT NULL,
                country TEXT NOT NULL,
                amount BIGINT NOT NULL,
                currency TEXT NOT NULL,
                pieces BIGINT NOT NULL,
                tried_at DOUBLE PRECISION NOT NULL,
                score DOUBLE PRECISION NOT NULL,
                verdict TEXT NOT NULL,
                signals TEXT NOT NULL
            )
            """,
            ),
            "CREATE INDEX attempts_of_customer ON attempts (customer_id, tried_at)",
        ),
    ),
)

_BETWEEN_SIGNALS: Final = ", "
_INSERT: Final = """
    INSERT INTO attempts (
        key, customer_id, card_fingerprint, country, amount, currency, pieces, tried_at, score, verdict, signals
    ) VALUES (
        :key, :customer_id, :card_fingerprint, :country, :amount, :currency, :pieces, :tried_at, :score, :verdict, :signals
    )
"""


@dataclass(frozen=True)
class DatabasePaymentAttempts:
    database: Database

    async def remember(
        self, key: str, attempt: PaymentAttempt, at: datetime, decide: Callable[[Sequence[Seen]], Risk]
    ) -> Risk:
        async with self.database.write() as connection:
            known = await _risk(connection, key)
            if known is not None:
                return known
            risk = decide(await _recent(connection, attempt.customer_id, at))
            await connection.execute(_INSERT, _row(key, attempt, at, risk))
            return risk


async def _risk(connection: Connection, key: str) -> Risk | None:
    found = await connection.execute("SELECT score, verdict, signals FROM attempts WHERE key = :key", {"key": key})
    row = found.first()
    if row is None:
        return None
    score, verdict, signals = row
    return Risk(score, Verdict(verdict), tuple(signals.split(_BETWEEN_SIGNALS)) if signals else ())


async def _recent(connection: Connection, customer_id: str, at: datetime) -> list[Seen]:
    found = await connection.execute(
        """
        SELECT card_fingerprint, country, tried_at FROM attempts
        WHERE customer_id = :customer_id AND tried_at >= :since ORDER BY tried_at DESC LIMIT :most
        """,
        {"customer_id": customer_id, "since": (at - WINDOW).timestamp(), "most": MOST_SEEN},
    )
    return [Seen(card, country, datetime.fromtimestamp(tried_at, at.tzinfo)) for card, country, tried_at in found]


def _row(key: str, attempt: PaymentAttempt, at: datetime, risk: Risk) -> dict[str, str | int | float]:
    return {
        "key": key,
        "customer_id": attempt.customer_id,
        "card_fingerprint": attempt.card_fingerprint,
        "country": attempt.country,
        "amount": attempt.amount.amount,
        "currency": attempt.amount.currency,
        "pieces": attempt.pieces,
        "tried_at": at.timestamp(),
        "score": risk.score,
        "verdict": risk.verdict.value,
        "signals": _BETWEEN_SIGNALS.join(risk.signals),
    }
