"""All capabilities that pages call."""

from dataclasses import dataclass

from marketplace.cart.contract import Cart
from marketplace.catalog.contract import Catalog
from marketplace.checkout.contract import Checkout
from marketplace.inventory.contract import Inventory
from marketplace.notifications.contract import Notifications
from marketplace.orders.contract import Orders
from marketplace.pricing.contract import Pricing
from marketplace.profile.contract import Profile
from marketplace.recommendations.contract import Recommendations
from marketplace.reviews.contract import Reviews
from marketplace.search.contract import Search
from marketplace.shipping.contract import Shipping


@dataclass(frozen=True)
class Shop:
    """A client of each capability behind the pages."""

    search: Search
    catalog: Catalog
    pricing: Pricing
    inventory: Inventory
    reviews: Reviews
    recommendations: Recommendations
    cart: Cart
    checkout: Checkout
    shipping: Shipping
    orders: Orders
    profile: Profile
    notifications: Notifications
