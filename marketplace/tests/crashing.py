"""Orders a cart in a process of its own, which dies at the operation that the command line names.

    python -m marketplace.tests.crashing FOLDER KEY OPERATION WHERE SERVER

OPERATION is like ``Cart.close``, or ``-`` for none; WHERE is a placement of `plures.testing`; SERVER is the URL of
a database whose passwords are in FOLDER, or ``-`` for embedded ones.
"""

import asyncio
import os
import sys
from functools import wraps
from pathlib import Path
from typing import Any, Final

import msgspec

from marketplace.app import app
from marketplace.cart.contract import Cart
from marketplace.checkout.contract import Agreement, Checkout, OrderUnderWay
from marketplace.orders.contract import Orders, OrderState
from marketplace.payments.contract import Card
from marketplace.profile.contract import Address, Profile
from marketplace.search.contract import Search
from plures import Application, Capability
from plures.testing import Where, run
from tests.databases import on_server

CRASHED: Final = 9
CARD: Final = Card("4242424242424242", 12, 2090, "123", "A. Customer")
HOME: Final = Address("A. Customer", "High Street 1", "10115", "Berlin", "DE")


def crashing(capability: Capability, operation: str) -> Capability:
    """The capability, whose process dies when that operation has done its work; with ``-before`` at its end, before that."""
    contract, _, name = operation.rpartition(".")
    name, _, before = name.partition("-")
    make = capability.implementation
    if make is None or capability.contract.__name__ != contract:
        return capability

    @wraps(make)
    def make_crashing(**parts: Any) -> object:
        service = make(**parts)
        real = getattr(service, name)

        async def crash(*args: Any, **kwargs: Any) -> None:
            if not before:
                await real(*args, **kwargs)
            os._exit(CRASHED)

        setattr(service, name, crash)
        return service

    return Capability(capability.contract, make_crashing, migrations=capability.migrations)


async def order(folder: Path, key: str, operation: str, where: Where, server: str) -> None:
    crashing_app = Application(
        app.name, [crashing(one, operation) for one in app.capabilities if one.contract is not Search]
    )
    topology = None if server == "-" else on_server(server)
    async with run(crashing_app, where, data=folder, topology=topology) as shop:
        cart, checkout, orders = shop.client(Cart), shop.client(Checkout), shop.client(Orders)
        page = folder / "page.json"
        if not page.exists():
            await shop.client(Profile).set_address("anna", HOME)
            await cart.add("anna", "teapot", 2)
            page.write_bytes(msgspec.json.encode((await checkout.preview("anna")).agreement))
        agreed = msgspec.json.decode(page.read_bytes(), type=Agreement)
        try:
            answer: object = await checkout.place("anna", key, CARD, agreed=agreed)
        except OrderUnderWay as under_way:
            answer = under_way
        paid = [one for one in await orders.list_for("anna") if one.state is OrderState.PAID]
        left = len((await cart.get("anna")).items)
        print(f"{type(answer).__name__}, {len(paid)} paid, {left} in the cart")  # noqa: T201 - the test reads it


if __name__ == "__main__":
    asyncio.run(order(Path(sys.argv[1]), sys.argv[2], sys.argv[3], Where(sys.argv[4]), sys.argv[5]))
