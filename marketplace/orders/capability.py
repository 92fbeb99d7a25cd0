"""The orders capability."""

import secrets
from datetime import UTC, datetime
from functools import partial
from typing import Final

from marketplace.orders.contract import Orders
from marketplace.orders.service import OrdersService
from marketplace.orders.store import MIGRATIONS, DatabaseOrders
from plures import Capability

# There are 32 of them, so each is equally likely. It leaves out those that people mistake for one another on the phone.
_LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_order_id() -> str:
    """An order number such as ``7K3M-Q9TX-2B``: 50 random bits, so a customer cannot guess the number of another."""
    letters = "".join(_LETTERS[byte % len(_LETTERS)] for byte in secrets.token_bytes(10))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def make(store: DatabaseOrders) -> OrdersService:
    return OrdersService(store, now=partial(datetime.now, UTC), new_id=new_order_id)


orders = Capability(Orders, make, migrations=MIGRATIONS)
