"""Wires one capability by hand, without the host of Plures: the service, its hooks, and a client for each contract."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Protocol

from plures import Lifecycle
from plures.application import Dependency, Kind


class Client(Protocol):
    """What both kinds of client have besides the operations."""

    async def close(self) -> None: ...


Connect = Callable[[type], Client]


@asynccontextmanager
async def wired(
    implementation: Callable[..., Any], dependencies: Sequence[Dependency], connect: Connect
) -> AsyncGenerator[Any]:
    """Build the service and start it; stop it on leaving."""
    lifecycle = Lifecycle()
    async with AsyncExitStack() as stack:
        given: dict[str, Any] = {}
        for dependency in dependencies:
            if dependency.kind is Kind.LIFECYCLE:
                given[dependency.parameter] = lifecycle
            elif dependency.contract is not None:
                client = connect(dependency.contract)
                stack.push_async_callback(client.close)
                given[dependency.parameter] = client
        service = implementation(**given)
        await stack.enter_async_context(_running(lifecycle))
        yield service


@asynccontextmanager
async def _running(lifecycle: Lifecycle) -> AsyncGenerator[None]:
    for hook in (*lifecycle.start_hooks, *lifecycle.ready_hooks):
        await hook()
    background = [asyncio.ensure_future(work()) for work in lifecycle.background_work]
    try:
        yield
    finally:
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        for hook in (*reversed(lifecycle.drain_hooks), *reversed(lifecycle.stop_hooks)):
            await hook()
