"""A dead leaf at the end of twelve hops: how many requests there are for each call, and how many without the rules of Plures."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

from bench.faults.chain import HOP_CONTRACTS, HOPS, app
from plures import PluresError
from plures.application import assemble
from plures.deploy import ListenAddress, ServedHost, listen
from plures.host import Host, Placement
from plures.http import HttpTransport
from plures.runtime import Outgoing, Reply

_NO_DATA = Path("/nonexistent")
_PER_S = 50.0


class Counting(HttpTransport):
    """Counts what it sends, or tries to send."""

    sent = 0

    async def unary(self, url: str, outgoing: Outgoing) -> Reply:
        Counting.sent += 1
        return await super().unary(url, outgoing)


async def requests_per_hop(seconds: float) -> float:
    """Requests for each call and hop, 1 where none is repeated, while the leaf refuses connections."""
    assembly = assemble(app)
    async with AsyncExitStack() as stack:
        # No process listens at port 1: connections are refused, as those of a dead process are.
        url = "http://127.0.0.1:1"
        for number in reversed(range(HOPS)):
            placement = Placement(
                frozenset({f"hop{number}"}), edge=False, data=_NO_DATA, endpoints={f"hop{number + 1}": (url,)}
            )
            listening = listen(ListenAddress(port=0))
            served = ServedHost(Host(assembly, placement, transport=Counting()), listening, None, 1.0)
            await served.start()
            stack.push_async_callback(served.stop)
            url = listening.url
        caller = Host(
            assembly,
            Placement(frozenset(), edge=False, data=_NO_DATA, endpoints={"hop0": (url,)}),
            transport=Counting(),
        )
        await caller.start()
        stack.push_async_callback(caller.stop)
        first = caller.client(HOP_CONTRACTS[0])
        calls = 0
        random, end = Random(1), asyncio.get_running_loop().time() + seconds
        Counting.sent = 0
        async with asyncio.TaskGroup() as group:
            while asyncio.get_running_loop().time() < end:
                group.create_task(_fails(first))
                calls += 1
                await asyncio.sleep(random.expovariate(_PER_S))
        return Counting.sent / calls / (HOPS + 1)


async def _fails(first: object) -> None:
    try:
        await first.ask("?")  # type: ignore[attr-defined]
    except PluresError:
        return
    message = "the leaf answered"
    raise AssertionError(message)
