"""The marketplace: every capability, and the storefront in front of them.

    plures run

opens it in one process; ``plures.toml`` lists other ways to run it.
"""

from marketplace.cart.compose import cart
from marketplace.cart.contract import Cart
from marketplace.cart.store import MIGRATIONS as CART
from marketplace.catalog.compose import catalog
from marketplace.catalog.contract import Catalog
from marketplace.checkout.compose import checkout
from marketplace.checkout.contract import Checkout
from marketplace.checkout.store import MIGRATIONS as CHECKOUT
from marketplace.fraud.compose import fraud
from marketplace.fraud.contract import Fraud
from marketplace.fraud.store import MIGRATIONS as FRAUD
from marketplace.inventory.compose import inventory
from marketplace.inventory.contract import Inventory
from marketplace.inventory.store import MIGRATIONS as INVENTORY
from marketplace.notifications.compose import notifications
from marketplace.notifications.contract import Notifications
from marketplace.notifications.store import MIGRATIONS as NOTIFICATIONS
from marketplace.orders.compose import orders
from marketplace.orders.contract import Orders
from marketplace.orders.store import MIGRATIONS as ORDERS
from marketplace.payments.compose import payments
from marketplace.payments.contract import Payments
from marketplace.payments.store import MIGRATIONS as PAYMENTS
from marketplace.pricing.compose import pricing
from marketplace.pricing.contract import Pricing
from marketplace.profile.compose import profile
from marketplace.profile.contract import Profile
from marketplace.profile.store import MIGRATIONS as PROFILE
from marketplace.recommendations.compose import recommendations
from marketplace.recommendations.contract import Recommendations
from marketplace.recommendations.store import MIGRATIONS as RECOMMENDATIONS
from marketplace.reviews.compose import reviews
from marketplace.reviews.contract import Reviews
from marketplace.reviews.store import MIGRATIONS as REVIEWS
from marketplace.search.compose import search
from marketplace.search.contract import Search
from marketplace.shipping.compose import shipping
from marketplace.shipping.contract import Shipping
from marketplace.storefront.edge import storefront
from plures import Application, Capability

app = Application(
    "marketplace",
    [
        Capability(Catalog, catalog),
        Capability(Search, search),
        Capability(Pricing, pricing),
        Capability(Inventory, inventory, migrations=INVENTORY),
        Capability(Reviews, reviews, migrations=REVIEWS),
        Capability(Recommendations, recommendations, migrations=RECOMMENDATIONS),
        Capability(Cart, cart, migrations=CART),
        Capability(Checkout, checkout, migrations=CHECKOUT),
        Capability(Payments, payments, migrations=PAYMENTS),
        Capability(Fraud, fraud, migrations=FRAUD),
        Capability(Shipping, shipping),
        Capability(Orders, orders, migrations=ORDERS),
        Capability(Profile, profile, migrations=PROFILE),
        Capability(Notifications, notifications, migrations=NOTIFICATIONS),
    ],
    edge=storefront,
)
