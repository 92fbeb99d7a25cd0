"""The marketplace: every capability, and the storefront in front of them.

    plures run

opens it in one process; ``plures.toml`` lists other ways to run it.
"""

from marketplace.cart.capability import cart
from marketplace.catalog.capability import catalog
from marketplace.checkout.capability import checkout
from marketplace.fraud.capability import fraud
from marketplace.inventory.capability import inventory
from marketplace.notifications.capability import notifications
from marketplace.orders.capability import orders
from marketplace.payments.capability import payments
from marketplace.pricing.capability import pricing
from marketplace.profile.capability import profile
from marketplace.profile.contract import Shopper
from marketplace.recommendations.capability import recommendations
from marketplace.reviews.capability import reviews
from marketplace.search.capability import search
from marketplace.shipping.capability import shipping
from marketplace.storefront import storefront
from plures import Application

app = Application(
    "marketplace",
    [
        catalog,
        search,
        pricing,
        inventory,
        reviews,
        recommendations,
        cart,
        checkout,
        payments,
        fraud,
        shipping,
        orders,
        profile,
        notifications,
    ],
    edge=storefront,
    context=Shopper,
    # Who is about to pay is let through before those who look around.
    edge_criticality={"/checkout": "critical", "/orders": "critical", "/suggestions": "sheddable"},
)
