"""Clients of checkout, cart and profile in each kind of deployment, for buyers who place orders without pages."""

import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.shop.rivals.plain import plain
from bench.shop.rivals.service_worker import TOKEN, connector
from bench.shop.variants import Kind, Storage, application, plain_application
from marketplace.cart.contract import Cart
from marketplace.checkout.contract import Checkout
from marketplace.profile.contract import Profile
from plures.access import Access
from plures.application import Assembly, assemble
from plures.host import Host, Placement

Clients = tuple[Checkout, Cart, Profile]
_CONTRACTS = (Checkout, Cart, Profile)


@asynccontextmanager
async def checkout_clients(kind: Kind, storage: Storage, ports: Mapping[str, int]) -> AsyncGenerator[Clients]:
    """Clients of one deployment. ``Kind.ONE_PROCESS`` and ``Kind.PLAIN`` run in this process, the others listen on ``ports``."""
    assembly = assemble((plain_application if kind is Kind.PLAIN else application)(storage))
    async with AsyncExitStack() as stack:
        if kind in (Kind.ONE_PROCESS, Kind.SPLIT):
            folder = Path(stack.enter_context(TemporaryDirectory()))
            host = Host(assembly, _placement(assembly, kind, ports, folder))
            await host.start()
            stack.push_async_callback(host.stop)
            yield host.client(Checkout), host.client(Cart), host.client(Profile)
        elif kind is Kind.PLAIN:
            folder = Path(stack.enter_context(TemporaryDirectory()))
            shop = await stack.enter_async_context(plain(assembly, folder))
            yield shop.service(Checkout), shop.service(Cart), shop.service(Profile)
        else:
            connect = connector(kind, ports, assembly)
            clients = [connect(contract) for contract in _CONTRACTS]
            for client in clients:
                stack.push_async_callback(client.leave)
            checkout, cart, profile = clients
            yield checkout, cart, profile  # type: ignore[misc]  # each has the operations of its contract


def _placement(assembly: Assembly, kind: Kind, ports: Mapping[str, int], folder: Path) -> Placement:
    if kind is Kind.ONE_PROCESS:
        return Placement(frozenset(assembly.capabilities), edge=False, data=folder)
    endpoints = {name: (f"http://127.0.0.1:{port}",) for name, port in ports.items()}
    access = Access(tokens=dict.fromkeys(endpoints, os.environ.get(TOKEN, "")))
    return Placement(frozenset(), edge=False, data=folder, endpoints=endpoints, access=access)
