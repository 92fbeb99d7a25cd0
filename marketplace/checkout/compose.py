"""Puts the checkout capability together."""

from datetime import UTC, datetime
from functools import partial

from marketplace.cart.contract import Cart
from marketplace.catalog.contract import Catalog
from marketplace.checkout.parties import Parties
from marketplace.checkout.service import CheckoutService
from marketplace.checkout.store import DatabaseAttempts
from marketplace.fraud.contract import Fraud
from marketplace.inventory.contract import Inventory
from marketplace.notifications.contract import Notifications
from marketplace.orders.contract import Orders
from marketplace.payments.contract import Payments
from marketplace.pricing.contract import Pricing
from marketplace.profile.contract import Profile
from marketplace.recommendations.contract import Recommendations
from marketplace.reviews.contract import Reviews
from marketplace.shipping.contract import Shipping
from plures import Database, Lifecycle


def checkout(  # noqa: PLR0917 - the platform passes them by name; each is one line of the call graph
    profile: Profile,
    cart: Cart,
    catalog: Catalog,
    pricing: Pricing,
    shipping: Shipping,
    inventory: Inventory,
    payments: Payments,
    fraud: Fraud,
    orders: Orders,
    notifications: Notifications,
    reviews: Reviews,
    recommendations: Recommendations,
    database: Database,
    lifecycle: Lifecycle,
) -> CheckoutService:
    """Checkout with all its parties; what an earlier run left over is settled in the background."""
    parties = Parties(
        profile=profile,
        cart=cart,
        catalog=catalog,
        pricing=pricing,
        shipping=shipping,
        inventory=inventory,
        payments=payments,
        fraud=fraud,
        orders=orders,
        notifications=notifications,
        reviews=reviews,
        recommendations=recommendations,
    )
    service = CheckoutService(parties, DatabaseAttempts(database), now=partial(datetime.now, UTC))
    lifecycle.background(service.settling.forever)
    lifecycle.on_stop(service.settling.finish)
    return service
