"""The composition root of one replica: opens databases, builds services, runs their hooks, serves their operations."""

import asyncio
from collections.abc import Mapping
from random import Random
from typing import Any, Final

from plures.application import AssembledCapability, Assembly, Dependency, Kind, Lifecycle
from plures.data import Database, open_database
from plures.http import ConnectServer, HttpTransport
from plures.runtime import Deadlines, Directory, Dispatcher, Transport

from .background import Background
from .clients import Clients
from .control import Control
from .edge import Edge
from .hooks import run_all
from .listing import listing
from .placement import Mode, Placement

_EDGE: Final = "the edge"
"""Owner of the edge's hooks; no capability can have this name."""


class Host:
    """One replica of one process. Create, `start`, `drain` and `stop` it on one event loop.

    Attributes:
        control: Answers health, contract listing and Connect calls. It may be served before `start`: calls are refused as
            *not sent* until their service has started.
        public: ASGI application of the edge; None before `start`, and where the edge is hosted elsewhere.
    """

    def __init__(
        self,
        assembly: Assembly,
        placement: Placement,
        *,
        transport: Transport | None = None,
        random: Random | None = None,
    ) -> None:
        self._assembly = assembly
        self._placement = placement
        self._hosted = {
            n: c for n, c in assembly.capabilities.items() if n in placement.capabilities and c.implementation
        }
        self._deadlines = Deadlines()
        self._transport = transport or HttpTransport()
        self._directory = Directory(random or Random())  # noqa: S311 - it spreads load, it keeps no secret
        self._dispatcher = Dispatcher(self._deadlines)
        self._clients = Clients(
            self._deadlines, self._transport, self._directory, verified=placement.mode is Mode.DEVELOPMENT
        )
        self._databases: dict[str, Database] = {}
        self._lifecycles: dict[str, Lifecycle] = {}
        self._started: list[str] = []  # Owners of hooks, from the moment their start hooks begin.
        self._background = Background()
        self._edge: Edge | None = None
        self._is_ready = False
        self.control = Control(ConnectServer(self._dispatcher), is_ready=lambda: self._is_ready, listing=self._listing)
        for capability in self._hosted.values():
            self._dispatcher.announce(capability.contract.operations)
        self.update_endpoints(placement.endpoints)

    @property
    def public(self) -> Edge | None:
        return self._edge

    def client(self, contract: type) -> Any:
        """A client of any contract of the application, as the services here get it."""
        return self._clients.of(self._contract(contract), is_local=self._is_local(contract))

    def update_endpoints(self, endpoints: Mapping[str, tuple[str, ...]]) -> None:
        """Replace what is known of replicas elsewhere."""
        self._directory.update(endpoints)

    async def start(self) -> None:
        """Open databases, build services, run start hooks, then ready hooks.

        Raises:
            PluresError: What failed, of the platform; errors of hooks and constructors pass as they are. Nothing is left open.
        """
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def drain(self) -> None:
        """Refuse new calls, so that callers turn to another replica; return when those in flight have ended."""
        self._is_ready = False
        for owner in reversed(self._started):
            await run_all(reversed(self._lifecycles[owner].drain_hooks), f"a drain hook of {owner}")
        self._dispatcher.close()
        await self._dispatcher.idle()

    async def stop(self) -> None:
        """Stop background work, run stop hooks, close everything. Safe to call at any stage, more than once.

        A stop hook that fails is logged, and keeps nothing else from being closed.
        """
        self._is_ready = False
        await self._background.stop()
        if self._edge is not None:
            await self._edge.stop()
        started, self._started = self._started, []
        for owner in reversed(started):
            await run_all(reversed(self._lifecycles[owner].stop_hooks), f"a stop hook of {owner}")
        self._deadlines.close()
        await self._transport.close()
        databases, self._databases = self._databases, {}
        for database in databases.values():
            await database.close()

    async def _start(self) -> None:
        order = _by_needs(self._hosted)
        await self._open_databases()
        services = {name: self._build(name) for name in order}
        for name in order:
            await self._run_start_hooks(name)
            self._dispatcher.serve(self._hosted[name].contract.operations, services[name])
        if self._placement.edge and self._assembly.edge is not None:
            self._edge = Edge(self._assembly.edge(**self._arguments(_EDGE, self._assembly.edge_dependencies)))
            await self._run_start_hooks(_EDGE)
            await self._edge.start()
        for owner in self._started:
            lifecycle = self._lifecycles[owner]
            for hook in lifecycle.ready_hooks:
                await hook()
            self._background.start(lifecycle, owner)
        self._is_ready = True

    async def _open_databases(self) -> None:
        async def open_one(name: str, capability: AssembledCapability) -> None:
            self._databases[name] = await open_database(self._placement.data, name, capability.migrations)

        owners = [(n, c) for n, c in self._hosted.items() if any(d.kind is Kind.DATABASE for d in c.dependencies)]
        opened = await asyncio.gather(*(open_one(*owner) for owner in owners), return_exceptions=True)
        failures = [failure for failure in opened if failure is not None]
        if failures:
            raise failures[0]

    async def _run_start_hooks(self, owner: str) -> None:
        if owner in self._lifecycles:
            self._started.append(owner)
            for hook in self._lifecycles[owner].start_hooks:
                await hook()

    def _build(self, name: str) -> object:
        capability = self._hosted[name]
        if capability.implementation is None:
            message = f"{name} has no implementation"
            raise RuntimeError(message)
        service: object = capability.implementation(**self._arguments(name, capability.dependencies))
        self._clients.attach(capability.contract, service)
        return service

    def _arguments(self, owner: str, dependencies: tuple[Dependency, ...]) -> dict[str, object]:
        return {dependency.parameter: self._provide(owner, dependency) for dependency in dependencies}

    def _provide(self, owner: str, dependency: Dependency) -> object:
        if dependency.contract is not None:
            return self.client(dependency.contract)
        if dependency.kind is Kind.DATABASE:
            return self._databases[owner]
        return self._lifecycles.setdefault(owner, Lifecycle())

    def _contract(self, python: type) -> Any:
        contract = self._assembly.contract(python)
        if contract is None:
            message = f"application {self._assembly.name!r} has no capability for {python.__qualname__}"
            raise LookupError(message)
        return contract

    def _is_local(self, python: type) -> bool:
        name = self._contract(python).capability
        return name in self._hosted and name not in self._placement.endpoints

    def _listing(self) -> object:
        return listing(self._assembly.name, [capability.contract for capability in self._hosted.values()])


def _by_needs(capabilities: Mapping[str, AssembledCapability]) -> list[str]:
    """Names ordered so that each comes after those it needs; within a circle, in the order of the application."""
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
