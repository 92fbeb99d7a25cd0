"""The same business code in one process without any platform: services hold each other, and call each other directly."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from bench.shop.rivals.plain_database import PlainDatabase
from bench.shop.rivals.wiring import wired
from plures.application import Assembly, DependencyKind


class PlainEvents:
    """What a team writes without a platform: handlers are called when the transaction is over, and what fails or dies is lost."""

    def __init__(self, shop: "Shop") -> None:
        self._shop = shop
        self._running: set[asyncio.Task[None]] = set()

    async def publish(self, event: object) -> None:
        task = asyncio.create_task(self._tell(event))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _tell(self, event: object) -> None:
        for handle in self._shop.handlers_of(type(event)):
            await handle(event)


class Shop:
    """All services of one process, each built when the first asks for it."""

    def __init__(self, assembly: Assembly, data: Path, stack: AsyncExitStack) -> None:
        self._assembly = assembly
        self._data = data
        self._stack = stack
        self._built: dict[str, Any] = {}

    def service(self, contract: type) -> Any:
        """The service behind a contract, itself."""
        description = self._assembly.contract(contract)
        assert description is not None
        return self._built[description.capability]

    def handlers_of(self, event: type) -> list[Callable[[object], Awaitable[None]]]:
        """The methods that subscribe to an event."""
        return [
            getattr(self._built[each.subscriber], each.delivery.name)
            for each in self._assembly.subscriptions
            if each.event.python is event
        ]

    async def build_all(self) -> None:
        for name in self._assembly.capabilities:
            await self._build(name)

    async def edge(self) -> Any:
        """The pages, wired to the services."""
        assert self._assembly.edge is not None
        pages = wired(self._assembly.edge, self._assembly.edge_dependencies, self.service, closes_clients=False)
        return await self._stack.enter_async_context(pages)

    async def _build(self, name: str) -> None:
        if name in self._built:
            return
        capability = self._assembly.capabilities[name]
        assert capability.implementation is not None
        for needed in _contracts(capability.dependencies):
            description = self._assembly.contract(needed)
            assert description is not None
            await self._build(description.capability)
        database = (
            PlainDatabase(self._data / f"{name}.sqlite3", capability.migrations) if capability.has_database else None
        )
        if database is not None:
            self._stack.callback(database.close)
        service = wired(
            capability.implementation,
            capability.dependencies,
            self.service,
            closes_clients=False,
            database=database,
            events=PlainEvents(self),
        )
        self._built[name] = await self._stack.enter_async_context(service)


@asynccontextmanager
async def plain(assembly: Assembly, data: Path) -> AsyncGenerator[Shop]:
    """Build all services, start them; stop them on leaving."""
    async with AsyncExitStack() as stack:
        shop = Shop(assembly, data, stack)
        await shop.build_all()
        yield shop


def _contracts(dependencies: Sequence[Any]) -> list[type]:
    found: list[type] = []
    for dependency in dependencies:
        if dependency.kind is DependencyKind.CONTRACT:
            found.append(dependency.asked)
        elif dependency.kind is DependencyKind.GROUP:
            found += _contracts(dependency.members)
    return found
