"""Plures between two processes: a production host behind its control listener, called through a client of the contract."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.calls.answer import LIMIT, TEXT
from bench.calls.contract import Findings, Search, app, products_of
from bench.calls.rival import Call
from bench.processes import announce
from plures.application import assemble
from plures.deploy.hosted import CONTROL
from plures.deploy.serving import Listener
from plures.host import Host, Placement

__all__ = ["connect", "products_of", "serve"]

_NO_DATA = Path("/nonexistent")


def host(hosted: frozenset[str], **endpoints: tuple[str, ...]) -> Host:
    """A production replica that hosts these capabilities and finds the others at these addresses."""
    return Host(assemble(app), Placement(hosted, edge=False, data=_NO_DATA, endpoints=endpoints))


async def serve() -> None:
    replica = host(frozenset({"search"}))
    await replica.start()
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listening:
        listening.setblocking(False)
        listener = Listener(replica.control, listening, CONTROL)
        await listener.start()
        announce(listening.getsockname()[1])
        await asyncio.Event().wait()


@asynccontextmanager
async def connect(port: int, in_flight: int) -> AsyncGenerator[Call]:
    del in_flight  # its pool holds as many connections as are needed
    caller = host(frozenset(), search=(f"http://127.0.0.1:{port}",))
    await caller.start()
    search: Search = caller.client(Search)

    async def call() -> Findings:
        return await search.find(TEXT, LIMIT)

    yield call
    await caller.stop()
