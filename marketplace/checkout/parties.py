"""The capabilities that checkout calls."""

from dataclasses import dataclass

from marketplace.cart.contract import Cart
from marketplace.catalog.contract import Catalog
from marketplace.fraud.contract import Fraud
from marketplace.inventory.contract import Inventory
from marketplace.orders.contract import Orders
from marketplace.payments.contract import Payments
from marketplace.pricing.contract import Pricing
from marketplace.profile.contract import Profile
from marketplace.shipping.contract import Shipping


@dataclass(frozen=True)
class Parties:
    """The capabilities that take part in an order. Those that only hear of it subscribe to `OrderPlaced`; they may be down."""

    profile: Profile
    cart: Cart
    catalog: Catalog
    pricing: Pricing
    shipping: Shipping
    inventory: Inventory
    payments: Payments
    fraud: Fraud
    orders: Orders
