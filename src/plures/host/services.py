"""The services of one replica: their databases, what their constructors ask for, and the order in which they are built."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from plures.application import AssembledCapability, Dependency, DependencyKind, is_opened
from plures.contract import read_contract
from plures.data import Database, Place, open_database

from .clients import Clients
from .guard import FORGET_EVERY_S, committing, forget_old, guarded, has_keys
from .lifecycles import Lifecycles
from .opened import Opened


class Services:
    """Builds the services of the capabilities that a replica hosts.

    Args:
        client: Gives the client of a contract class.
        place: Where the data of a capability lies.
    """

    def __init__(
        self,
        hosted: Mapping[str, AssembledCapability],
        clients: Clients,
        lifecycles: Lifecycles,
        *,
        client: Callable[[type], object],
        place: Callable[[str], Place],
    ) -> None:
        self._hosted = hosted
        self._clients = clients
        self._lifecycles = lifecycles
        self._client = client
        self._place = place
        self._databases: dict[str, Database] = {}
        self._built: dict[str, Any] = {}
        # Each capability after those that it needs; within a circle, in the order of the application.
        self.order = _by_needs(hosted)

    async def build(self) -> None:
        """Open all databases and build all services; those in a context manager stay closed. Raises what fails."""
        await self._open_databases()
        for name in self.order:
            self._build(name)

    async def start(self, name: str) -> object:
        """Open one service, if it is in a context manager, and run its start hooks; the service. Raises what fails."""
        built = self._built[name]
        if isinstance(built, Opened):
            service = self._guarded(name, await built.open())
            # Stop hooks run in reverse: the first to be registered is the last to run.
            self._lifecycles.of(name).stop_hooks.insert(0, built.close)
            self._clients.attach(self._hosted[name].contract, service)
        else:
            service = built
        await self._lifecycles.start(name)
        return service

    def arguments(self, owner: str, dependencies: tuple[Dependency, ...]) -> dict[str, object]:
        """What a constructor asks for, by the names of its parameters."""
        return {dependency.parameter: self._provide(owner, dependency) for dependency in dependencies}

    def database(self, owner: str) -> Database | None:
        """The open database of a capability; None where it has none here."""
        return self._databases.get(owner)

    async def close_databases(self) -> None:
        databases, self._databases = self._databases, {}
        for database in databases.values():
            await database.close()

    async def _open_databases(self) -> None:
        async def open_one(name: str, capability: AssembledCapability) -> None:
            self._databases[name] = await open_database(self._place(name), name, capability.migrations)

        owners = [(name, capability) for name, capability in self._hosted.items() if capability.has_database]
        opened = await asyncio.gather(*(open_one(*owner) for owner in owners), return_exceptions=True)
        failures = [failure for failure in opened if failure is not None]
        if failures:
            raise failures[0]
        for name, database in self._databases.items():
            if self._remembers(name):
                self._lifecycles.of(name).every(FORGET_EVERY_S, partial(forget_old, database))

    def _build(self, name: str) -> None:
        capability = self._hosted[name]
        if capability.implementation is None:
            message = f"{name} has no implementation"
            raise RuntimeError(message)
        built = capability.implementation(**self.arguments(name, capability.dependencies))
        if is_opened(capability.implementation):
            self._built[name] = Opened(name, built)
        else:
            service = self._built[name] = self._guarded(name, built)
            self._clients.attach(capability.contract, service)

    def _guarded(self, name: str, service: object) -> object:
        return guarded(service, self._hosted[name].contract, self._databases.get(name))

    def _remembers(self, owner: str) -> bool:
        return owner in self._databases and has_keys(self._hosted[owner].contract)

    def _provide(self, owner: str, dependency: Dependency) -> object:
        match dependency.kind:
            case DependencyKind.CONTRACT:
                client = self._client(dependency.asked)
                return committing(client, read_contract(dependency.asked)[0]) if self._remembers(owner) else client
            case DependencyKind.DATABASE:
                return self._databases[owner]
            case DependencyKind.LIFECYCLE:
                return self._lifecycles.of(owner)
            case DependencyKind.GROUP:
                return dependency.asked(**self.arguments(owner, dependency.members))


def _by_needs(capabilities: Mapping[str, AssembledCapability]) -> list[str]:
    by_contract = {capability.contract.python: name for name, capability in capabilities.items()}
    ordered: dict[str, None] = {}
    visiting: set[str] = set()

    def visit(name: str) -> None:
        if name in visiting:
            return
        visiting.add(name)
        for python in capabilities[name].needs:
            if python in by_contract:
                visit(by_contract[python])
        ordered[name] = None

    for name in capabilities:
        visit(name)
    return list(ordered)
