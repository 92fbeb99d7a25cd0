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
from plures import Optionally


@dataclass(frozen=True)
class Extras:
    """What pages can do without. Some of it is needed on other pages, where it is what they are about."""

    search: Optionally[Search]
    catalog: Optionally[Catalog]
    pricing: Optionally[Pricing]
    inventory: Optionally[Inventory]
    reviews: Optionally[Reviews]
    recommendations: Optionally[Recommendations]
    cart: Optionally[Cart]
    shipping: Optionally[Shipping]
    orders: Optionally[Orders]
    profile: Optionally[Profile]
    notifications: Optionally[Notifications]


@dataclass(frozen=True)
class Shop:
    """A client of each capability behind the pages."""

    search: Search
    catalog: Catalog
    pricing: Pricing
    inventory: Inventory
    reviews: Reviews
    cart: Cart
    checkout: Checkout
    shipping: Shipping
    orders: Orders
    profile: Profile
    extras: Extras
