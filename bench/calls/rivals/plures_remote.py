"""Plures between two processes: a client of the contract calls a production host through its control listener.

Both sides are hosts, and their garbage collector is frozen as `plures run` does it after the start.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from bench.calls.answer import LIMIT, TEXT
from bench.calls.contract import Findings, Search, app, products_of
from bench.calls.rival import Call
from bench.processes import announce
from plures.access import Access, Caller, CallerKind, digest_of
from plures.application import assemble
from plures.deploy import ANY_FREE_PORTS, hosting
from plures.deploy.process_setup import freeze_gc
from plures.host import Host, Placement

__all__ = ["connect", "products_of", "serve"]

_NO_DATA = Path("/nonexistent")
# Both ends of the benchmark know it; no run has it.
TOKEN = "a-token-of-the-benchmark-as-long-as-any"


def placed(*hosted: str, **endpoints: tuple[str, ...]) -> Placement:
    """A production replica that hosts these capabilities and finds the others at these addresses; it checks who calls."""
    caller = Caller("caller", CallerKind.PROCESS, digest_of(TOKEN), hosted)
    access = Access((caller,), dict.fromkeys(endpoints, TOKEN))
    return Placement(
        frozenset(hosted), edge=False, data=_NO_DATA, endpoints=endpoints, ours=frozenset(endpoints), access=access
    )


async def serve() -> None:
    async with hosting(assemble(app), placed("search"), ANY_FREE_PORTS) as running:
        announce(urlsplit(running.control_url).port)
        await asyncio.Event().wait()


@asynccontextmanager
async def connect(port: int, in_flight: int) -> AsyncGenerator[Call]:
    # Its pool opens as many connections as it needs.
    del in_flight
    caller = Host(assemble(app), placed(search=(f"http://127.0.0.1:{port}",)))
    await caller.start()
    freeze_gc()
    search: Search = caller.client(Search)

    async def call() -> Findings:
        return await search.find(TEXT, LIMIT)

    yield call
    await caller.stop()
