"""Wires one capability by hand, without the host of Plures: the service, its hooks, and a client for each contract."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Protocol

from plures import Lifecycle, Optionally
from plures.application import Dependency, DependencyKind, Hook, is_opened


class Client(Protocol):
    """What both kinds of client have besides the operations."""

    async def leave(self) -> None:
        """Close it. Contracts have operations named `close`."""
        ...


Connect = Callable[[type], Client]


@asynccontextmanager
async def wired(
    implementation: Callable[..., Any],
    dependencies: Sequence[Dependency],
    connect: Connect,
    *,
    closes_clients: bool = True,
    database: object = None,
    events: object = None,
) -> AsyncGenerator[Any]:
    """Build the service and start it; stop it on leaving. ``database`` and ``events`` are what it gets where it asks for them."""
    lifecycle = Lifecycle()
    async with AsyncExitStack() as stack:

        def provide(dependency: Dependency) -> Any:
            match dependency.kind:
                case DependencyKind.LIFECYCLE:
                    return lifecycle
                case DependencyKind.CONTRACT:
                    client = connect(dependency.asked)
                    if closes_clients:
                        stack.push_async_callback(client.leave)
                    return Optionally(client) if dependency.is_optional else client
                case DependencyKind.GROUP:
                    return dependency.asked(**given(dependency.members))
                case DependencyKind.DATABASE:
                    return database
                case DependencyKind.EVENTS:
                    return events

        def given(asked: Sequence[Dependency]) -> dict[str, Any]:
            return {dependency.parameter: provide(dependency) for dependency in asked}

        built = implementation(**given(dependencies))
        service = await stack.enter_async_context(built) if is_opened(implementation) else built
        await stack.enter_async_context(_running(lifecycle))
        yield service


@asynccontextmanager
async def _running(lifecycle: Lifecycle) -> AsyncGenerator[None]:
    for hook in (*lifecycle.start_hooks, *lifecycle.ready_hooks):
        await hook()
    background = [asyncio.ensure_future(work()) for work in lifecycle.background_work]
    background += [asyncio.ensure_future(_repeat(*periodic)) for periodic in lifecycle.periodic_work]
    try:
        yield
    finally:
        for task in background:
            task.cancel()
        await asyncio.gather(*background, *lifecycle.detached, return_exceptions=True)
        for hook in (*reversed(lifecycle.drain_hooks), *reversed(lifecycle.stop_hooks)):
            await hook()


async def _repeat(interval_s: float, work: Hook) -> None:
    while True:
        await work()
        await asyncio.sleep(interval_s)
