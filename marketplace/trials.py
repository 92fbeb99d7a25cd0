"""What tests of the marketplace's contracts must know that the contracts do not say: ids that exist, and states of the data.

`plures contract test` finds it by plures.toml.
"""

from typing import Any, Final

from marketplace.cart.contract import Cart
from marketplace.catalog.contract import Catalog, Item
from marketplace.checkout.contract import Checkout
from marketplace.fraud.contract import Fraud
from marketplace.inventory.contract import Inventory
from marketplace.notifications.contract import Notifications
from marketplace.orders.contract import Orders
from marketplace.payments.contract import Card, Payments
from marketplace.pricing.contract import Pricing
from marketplace.profile.contract import Address, Profile
from marketplace.recommendations.contract import Recommendations
from marketplace.reviews.contract import Reviews
from marketplace.search.contract import Search
from marketplace.shipping.contract import Shipping
from plures.testing import Trial

CUSTOMERS: Final = ("anna", "ben", "cleo")
_HOME: Final = Address("Anna Ahl", "Lange Straße 1", "10115", "Berlin", "DE")
_GOOD: Final = Card("4242424242424242", 12, 2030, "123", "Anna Ahl")
_POOR: Final = Card("4000000000009995", 12, 2030, "123", "Anna Ahl")


async def _products(shop: Any) -> dict[str, Any]:
    """Some ids of products and categories that exist."""
    products = await shop.client(Catalog).featured(limit=20)
    ids = [product.id for product in products]
    return {
        "product_id": ids,
        "product_ids": ids,
        "category_id": sorted({product.category_id for product in products}),
        "customer_id": CUSTOMERS,
    }


async def _shoppers(shop: Any) -> dict[str, Any]:
    """The same, and customers who have an address and something in their carts."""
    known = await _products(shop)
    for customer in CUSTOMERS:
        await shop.client(Profile).set_address(customer, _HOME)
        for product_id in known["product_id"][:2]:
            await shop.client(Cart).set_quantity(customer, product_id, 1)
    basket = await shop.client(Cart).get(CUSTOMERS[0])
    return {**known, "card": (_GOOD, _POOR), "cart_id": [basket.cart_id]}


async def _orders(shop: Any) -> dict[str, Any]:
    """Keys of commands, few of them, so that they come again; and countries that exist."""
    items = [Item(product_id, 2) for product_id in (await _products(shop))["product_id"]]
    return {
        **await _products(shop),
        "key": ("k1", "k2", "k3"),
        "items": [tuple(items[:3])],
        "country": ("DE", "FR", "XX"),
    }


trials: Final = (
    Trial(Catalog, prepare=_products),
    Trial(Search, {"text": ("sofa", "green tea", "lens"), "prefix": ("so", "te")}, prepare=_products),
    Trial(Pricing, prepare=_orders),
    Trial(Inventory, prepare=_orders),
    Trial(Reviews, prepare=_products),
    Trial(Recommendations, prepare=_products),
    Trial(Cart, prepare=_shoppers),
    Trial(Checkout, {"agreed": (None,)}, prepare=_shoppers),
    Trial(Payments, {"card": (_GOOD, _POOR), "key": ("k1", "k2", "k3")}),
    Trial(Fraud, {"customer_id": CUSTOMERS, "country": ("DE", "FR")}),
    Trial(Shipping, prepare=_orders),
    Trial(Orders, prepare=_orders),
    Trial(Profile, {"customer_id": CUSTOMERS, "address": (_HOME,), "email": ("anna@shop.example",)}),
    Trial(Notifications, {"customer_id": CUSTOMERS, "key": ("k1", "k2", "k3")}),
)
