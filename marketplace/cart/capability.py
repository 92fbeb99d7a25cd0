"""The cart capability."""

from functools import partial
from secrets import token_hex
from typing import Final

from marketplace.cart.contract import Cart
from marketplace.cart.service import CartService
from marketplace.cart.store import MIGRATIONS, DatabaseCarts
from marketplace.catalog.contract import Catalog
from plures import Capability

CART_ID_BYTES: Final = 16


def make(catalog: Catalog, store: DatabaseCarts) -> CartService:
    return CartService(catalog, store, new_id=partial(token_hex, CART_ID_BYTES))


cart = Capability(Cart, make, migrations=MIGRATIONS)
