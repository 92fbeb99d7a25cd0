"""Puts the cart capability together."""

from marketplace.cart.service import CartService
from marketplace.cart.store import DatabaseCarts
from marketplace.catalog.contract import Catalog
from plures import Database


def cart(catalog: Catalog, database: Database) -> CartService:
    """Carts, kept in the capability's database."""
    return CartService(catalog, DatabaseCarts(database))
