"""Measures one checkout in a process of its own: ``python -m bench.checkout.worker SUBJECT ORDERS SEED [URL PID]``.

It prints its figures as a line of JSON. On the server of PostgreSQL with this URL it makes a database for itself; the processor time of the
server, which has this process id, is counted apart. Without a server it uses SQLite.
"""

import os
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic, perf_counter
from uuid import uuid4

import msgspec

from bench.accounting import cpu_s, tree
from bench.checkout.by_hand import ordering_by_hand
from bench.postgres import connect
from bench.processes import run_worker
from bench.samples import percentile
from bench.shop.traffic.checkout import CheckoutTraffic
from bench.shop.traffic.shelf import Shelf
from marketplace.app import app
from marketplace.cart.contract import Cart
from marketplace.checkout.contract import Checkout
from marketplace.profile.contract import Profile
from marketplace.search.contract import Search
from plures import Application
from plures.application import Assembly, assemble
from plures.deploy.process_setup import freeze_gc
from plures.host import Host, Placement
from plures.runtime import CallContext, current
from plures.topology import DatabaseServer, PlacedDatabase

OURS, BY_HAND = "Plures, a saga", "by hand"
_CONNECTIONS = 4
_WARM_UP = 20


async def measure(subject: str, orders: int, seed: int, url: str, server: int) -> None:
    """Print the figures of one subject."""
    assembly = assemble(_application(subject))
    with TemporaryDirectory() as folder:
        async with _placed(assembly, url) as databases:
            everything = frozenset(assembly.capabilities)
            host = Host(assembly, Placement(everything, edge=False, data=Path(folder), databases=databases))
            await host.start()
            freeze_gc()
            # A call is always part of a request that an edge or another service answers.
            current.set(CallContext(monotonic() + 3_600.0, 0))
            figures = await _figures(host, orders, Random(seed), server)
            await host.drain()
            await host.stop()
    print(msgspec.json.encode(figures).decode())


def _application(subject: str) -> Application:
    # It takes long to start, and does nothing here.
    capabilities = [each for each in app.capabilities if each.contract is not Search]
    if subject == BY_HAND:
        return ordering_by_hand(Application(app.name, capabilities))
    return Application(app.name, capabilities)


async def _figures(host: Host, orders: int, random: Random, server: int) -> dict[str, float]:
    buyers = CheckoutTraffic(
        (host.client(Checkout), host.client(Cart), host.client(Profile)), Shelf(random, part=0, of=1), random
    )
    await buyers.prepare(orders + _WARM_UP)
    for _ in range(_WARM_UP):
        await buyers.send("")
    samples: list[float] = []
    ours, theirs = cpu_s([os.getpid()]), cpu_s(_processes(server))
    for _ in range(orders):
        began = perf_counter()
        await buyers.send("")
        samples.append(perf_counter() - began)
    return {
        "p50_ms": percentile(samples, 0.5) * 1e3,
        "p99_ms": percentile(samples, 0.99) * 1e3,
        "cpu_ms": (cpu_s([os.getpid()]) - ours) / orders * 1e3,
        "server_cpu_ms": (cpu_s(_processes(server)) - theirs) / orders * 1e3,
    }


def _processes(server: int) -> list[int]:
    return tree([server]) if server else []


@asynccontextmanager
async def _placed(assembly: Assembly, url: str) -> AsyncGenerator[Mapping[str, PlacedDatabase]]:
    """A schema and a role for each capability that has a database."""
    if not url:
        yield {}
        return
    name = f"bench_{uuid4().hex}"
    await _run(url, f"CREATE DATABASE {name}")
    own = url.replace("/postgres?", f"/{name}?")
    owners = [capability for capability, of in assembly.capabilities.items() if of.migrations]
    for owner in owners:
        role = f"{name}_{owner}"
        await _run(own, f"CREATE ROLE {role} LOGIN", f"CREATE SCHEMA {owner} AUTHORIZATION {role}")
    yield {
        owner: PlacedDatabase(DatabaseServer("bench", own.replace("postgres@", f"{name}_{owner}@")), _CONNECTIONS)
        for owner in owners
    }
    await _run(url, f"DROP DATABASE {name} WITH (FORCE)")


async def _run(url: str, *statements: str) -> None:
    connection = await connect(url)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


if __name__ == "__main__":
    subject, orders, seed, *on_server = sys.argv[1:]
    url, pid = on_server or ("", "0")
    run_worker(None, measure(subject, int(orders), int(seed), url, int(pid)))
