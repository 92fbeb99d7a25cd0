"""The capabilities that checkout calls."""

from dataclasses import dataclass

from marketplace.cart.contract import Cart
from marketplace.catalog.contract import Catalog
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


@dataclass(frozen=True)
class Parties:
    """The capabilities that take part in an order. Search is not one of them, so customers can order while it is down."""

    profile: Profile
    cart: Cart
    catalog: Catalog
    pricing: Pricing
    shipping: Shipping
    inventory: Inventory
    payments: Payments
    fraud: Fraud
    orders: Orders
    notifications: Notifications
    reviews: Reviews
    recommendations: Recommendations
