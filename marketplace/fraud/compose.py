"""Puts the fraud capability together."""

from datetime import UTC, datetime
from functools import partial

from marketplace.fraud.service import FraudService
from marketplace.fraud.store import DatabaseAttempts
from plures import Database


def fraud(database: Database) -> FraudService:
    """Fraud scoring, with its attempts kept in the capability's database."""
    return FraudService(DatabaseAttempts(database), now=partial(datetime.now, UTC))
