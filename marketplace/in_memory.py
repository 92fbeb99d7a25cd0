"""The same marketplace with everything kept in memory: for fast tests, and for measuring everything but storage.

Every capability forgets when its process stops. All else is as in ``marketplace.app``.
"""

from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Final
from uuid import uuid4

from marketplace.cart.contract import Cart
from marketplace.cart.memory import MemoryCarts
from marketplace.cart.service import CartService
from marketplace.catalog.compose import catalog
from marketplace.catalog.contract import Catalog
from marketplace.checkout.contract import Checkout
from marketplace.checkout.memory import MemoryAttempts
from marketplace.checkout.parties import Parties
from marketplace.checkout.service import CheckoutService
from marketplace.fraud.contract import Fraud
from marketplace.fraud.memory import MemoryAttempts as MemoryPayAttempts
from marketplace.fraud.service import FraudService
from marketplace.inventory.compose import stock_keeper
from marketplace.inventory.contract import Inventory
from marketplace.inventory.memory import MemoryStock
from marketplace.inventory.service import InventoryService
from marketplace.notifications.contract import Notifications
from marketplace.notifications.memory import MemoryNotifications
from marketplace.notifications.service import NotificationsService
from marketplace.orders.contract import Orders
from marketplace.orders.memory import MemoryOrders
from marketplace.orders.service import OrdersService
from marketplace.payments.contract import Payments
from marketplace.payments.memory import MemoryPayments
from marketplace.payments.service import PaymentsService
from marketplace.pricing.compose import pricing
from marketplace.pricing.contract import Pricing
from marketplace.profile.contract import Profile
from marketplace.profile.memory import MemoryProfiles
from marketplace.profile.service import ProfileService
from marketplace.recommendations.contract import Recommendations
from marketplace.recommendations.memory import MemoryPairs
from marketplace.recommendations.service import RecommendationsService
from marketplace.reviews import opening
from marketplace.reviews.contract import Reviews
from marketplace.reviews.memory import MemoryReviews
from marketplace.reviews.service import ReviewsService
from marketplace.search.compose import search
from marketplace.search.contract import Search
from marketplace.shipping.compose import shipping
from marketplace.shipping.contract import Shipping
from marketplace.storefront.edge import storefront
from plures import Application, Capability, Lifecycle

_now: Final = partial(datetime.now, UTC)


def inventory(lifecycle: Lifecycle) -> InventoryService:
    """The opening stock."""
    return stock_keeper(MemoryStock(), lifecycle)


def reviews() -> ReviewsService:
    """The packaged reviews, and those of customers."""
    return ReviewsService(MemoryReviews(), opening.load())


def recommendations(catalog: Catalog) -> RecommendationsService:
    """What orders taught."""
    return RecommendationsService(catalog, MemoryPairs())


def cart(catalog: Catalog) -> CartService:
    """Carts."""
    return CartService(catalog, MemoryCarts())


def payments() -> PaymentsService:
    """The test provider."""
    return PaymentsService(MemoryPayments(), now=_now)


def fraud() -> FraudService:
    """Fraud scoring."""
    return FraudService(MemoryPayAttempts(), now=_now)


def orders() -> OrdersService:
    """Orders, numbered one after the other."""
    numbers = count(1)
    return OrdersService(MemoryOrders(), now=_now, new_id=lambda: f"{next(numbers):010d}")


def profile() -> ProfileService:
    """Profiles."""
    return ProfileService(MemoryProfiles())


def notifications() -> NotificationsService:
    """Messages."""
    return NotificationsService(MemoryNotifications(), now=_now, new_id=lambda: uuid4().hex)


def checkout(  # noqa: PLR0917 - as in checkout/compose.py
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
    lifecycle: Lifecycle,
) -> CheckoutService:
    """Checkout with all its parties."""
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
    service = CheckoutService(parties, MemoryAttempts(), now=_now)
    lifecycle.background(service.settling.forever)
    lifecycle.on_stop(service.settling.finish)
    return service


app = Application(
    "marketplace",
    [
        Capability(Catalog, catalog),
        Capability(Search, search),
        Capability(Pricing, pricing),
        Capability(Inventory, inventory),
        Capability(Reviews, reviews),
        Capability(Recommendations, recommendations),
        Capability(Cart, cart),
        Capability(Checkout, checkout),
        Capability(Payments, payments),
        Capability(Fraud, fraud),
        Capability(Shipping, shipping),
        Capability(Orders, orders),
        Capability(Profile, profile),
        Capability(Notifications, notifications),
    ],
    edge=storefront,
)
