"""The payments capability, a provider for testing."""

from datetime import UTC, datetime
from functools import partial

from marketplace.payments.contract import Payments
from marketplace.payments.service import PaymentsService
from marketplace.payments.store import MIGRATIONS, DatabasePayments
from plures import Capability


def make(store: DatabasePayments) -> PaymentsService:
    return PaymentsService(store, now=partial(datetime.now, UTC))


payments = Capability(Payments, make, migrations=MIGRATIONS)
