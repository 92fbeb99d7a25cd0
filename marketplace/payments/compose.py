"""Puts the payments capability together."""

from datetime import UTC, datetime
from functools import partial

from marketplace.payments.service import PaymentsService
from marketplace.payments.store import DatabasePayments
from plures import Database


def payments(database: Database) -> PaymentsService:
    """The test provider, with its payments kept in the capability's database."""
    return PaymentsService(DatabasePayments(database), now=partial(datetime.now, UTC))
