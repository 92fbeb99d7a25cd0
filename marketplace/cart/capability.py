"""The cart capability."""

from marketplace.cart.contract import Cart
from marketplace.cart.service import CartService
from marketplace.cart.store import MIGRATIONS, DatabaseCarts
from marketplace.catalog.contract import Catalog
from plures import Capability


def make(catalog: Catalog, store: DatabaseCarts) -> CartService:
    return CartService(catalog, store)


cart = Capability(Cart, make, migrations=MIGRATIONS)
