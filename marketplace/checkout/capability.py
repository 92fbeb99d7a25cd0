"""The checkout capability."""

from datetime import UTC, datetime
from functools import partial
from typing import Final

from marketplace.checkout.contract import Checkout
from marketplace.checkout.parties import Parties
from marketplace.checkout.service import CheckoutService
from marketplace.checkout.store import MIGRATIONS, DatabaseAttempts
from plures import Capability, Lifecycle

SETTLE_EVERY_S: Final = 15.0


def make(parties: Parties, store: DatabaseAttempts, lifecycle: Lifecycle) -> CheckoutService:
    """A checkout that settles again and again what a failure or a crash left over."""
    service = CheckoutService(parties, store, lifecycle, now=partial(datetime.now, UTC))
    lifecycle.every(SETTLE_EVERY_S, service.settling.leftovers)
    return service


checkout = Capability(Checkout, make, migrations=MIGRATIONS)
