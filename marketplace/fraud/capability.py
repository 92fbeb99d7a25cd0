"""The fraud capability."""

from datetime import UTC, datetime
from functools import partial

from marketplace.fraud.contract import Fraud
from marketplace.fraud.service import FraudService
from marketplace.fraud.store import MIGRATIONS, DatabasePaymentAttempts
from plures import Capability


def make(store: DatabasePaymentAttempts) -> FraudService:
    return FraudService(store, now=partial(datetime.now, UTC))


fraud = Capability(Fraud, make, migrations=MIGRATIONS)
