"""The checkout capability."""

from marketplace.checkout.contract import Checkout
from marketplace.checkout.parties import Parties
from marketplace.checkout.service import CheckoutService
from marketplace.checkout.store import MIGRATIONS, DatabaseClaims
from plures import Capability, Sagas


def make(parties: Parties, store: DatabaseClaims, sagas: Sagas) -> CheckoutService:
    return CheckoutService(parties, store, sagas)


checkout = Capability(Checkout, make, migrations=MIGRATIONS)
