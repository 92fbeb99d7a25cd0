"""Puts the orders capability together."""

import secrets
from datetime import UTC, datetime
from functools import partial

from marketplace.orders.service import OrdersService
from marketplace.orders.store import DatabaseOrders
from plures import Database

# 32 of them, so that each is equally likely. Without letters and digits that are easily mistaken for one another when read out on the phone.
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_order_id() -> str:
    """An order number such as ``7K3M-Q9TX-2B``: 50 random bits, so that nobody can guess another customer's."""
    letters = "".join(_LETTERS[byte % len(_LETTERS)] for byte in secrets.token_bytes(10))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def orders(database: Database) -> OrdersService:
    """Orders, kept in the capability's database."""
    return OrdersService(DatabaseOrders(database), now=partial(datetime.now, UTC), new_id=new_order_id)
