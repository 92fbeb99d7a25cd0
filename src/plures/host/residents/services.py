"""The services of one replica: their databases, what their constructors ask for, and the order in which they are built."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from plures.application import AssembledCapability, AssembledVersion, Assembly, Dependency, DependencyKind, is_opened
from plures.contract import ContractDescription, read_contract
from plures.data import Database, Place, Settle, engines, open_database
from plures.events import Events, prepare
from plures.host.clients import Clients
from plures.host.eventing import Outbox, handling, open_outbox
from plures.host.faults import Injector
from plures.host.guard import (
    FORGET_EVERY_S,
    committing,
    count_commits,
    forget_old,
    guarded,
    guarded_blocking,
    has_keys,
    may_meet,
)
from plures.host.sagas import SagaDesk
from plures.optional import Optionally, Outage
from plures.runtime import Policy, Threads, threaded
from plures.sagas import Sagas, Worker, check_none_left, open_sagas
from plures.telemetry import Telemetry, one_job

from .lifecycles import Lifecycles
from .opened import Opened
from .ordering import by_needs

if TYPE_CHECKING:
    from sqlalchemy import Engine

Served: TypeAlias = tuple[ContractDescription, object]
"""Operations, and what answers them."""


class Services:
    """Builds the services of the capabilities that a replica hosts.

    Args:
        client: Gives the client of a contract class to a capability.
        deliveries_to: Gives the client of the operations by which a capability gets events.
        place: Where the data of a capability lies.
        settings: Capability → its settings, filled.
        policies: Capability → what its calls are subject to.
        telemetry: Events and sagas are noted there.
        injector: Makes operations go wrong, on demand.
    """

    def __init__(
        self,
        assembly: Assembly,
        hosted: Mapping[str, AssembledCapability],
        clients: Clients,
        lifecycles: Lifecycles,
        *,
        client: Callable[[type, str], object],
        deliveries_to: Callable[[str], object],
        place: Callable[[str], Place],
        settings: Mapping[str, object],
        policies: Mapping[str, Policy],
        telemetry: Telemetry,
        injector: Injector | None = None,
    ) -> None:
        self._assembly = assembly
        self._hosted = hosted
        self._clients = clients
        self._lifecycles = lifecycles
        self._client = client
        self._deliveries_to = deliveries_to
        self._place = place
        self._settings = settings
        self._policies = policies
        self._telemetry = telemetry
        self._injector = injector
        self._databases: dict[str, Database] = {}
        self._engines: dict[str, Engine] = {}
        self._events: dict[str, Events] = {}
        self._sagas: dict[str, tuple[Sagas, Worker]] = {}
        # Pools of the capabilities here with `def` methods.
        self._threads: dict[str, Threads] = {}
        # What the capabilities here publish, and the sagas that they begin, for operators.
        self.outboxes: dict[str, Outbox] = {}
        self.saga_desks: dict[str, SagaDesk] = {}
        # Who can do without which capability, and how that fares.
        self.outages: dict[tuple[str, str], Outage] = {}
        self._built: dict[str, list[tuple[ContractDescription, Opened | Sequence[Served]]]] = {}
        self.order: Sequence[str] = ()

    async def build(self, names: Collection[str]) -> None:
        """Open the databases of these capabilities and build their services; those in a context manager stay closed. Raises what fails."""
        # Each capability after those that it needs; within a circle, in the order of the application.
        self.order = by_needs(self._hosted)
        await self._open_databases(names)
        await self._prepare_events(names)
        await self._prepare_sagas(names)
        for name in self.order:
            if name in names:
                self._build(name)

    async def start(self, name: str) -> Sequence[Served]:
        """Open the services of one capability, if they are in context managers, and run its start hooks; what it serves. Raises what fails."""
        serves: list[Served] = []
        opened = 0
        for contract, built in self._built[name]:
            if isinstance(built, Opened):
                with one_job():
                    service = await built.open()
                serves += self._attached(name, contract, service)
                # Stop hooks run in reverse: the first to be registered is the last to run, after the adapters of older versions.
                self._lifecycles.of(name).stop_hooks.insert(opened, built.close)
                opened += 1
            else:
                serves += built
        await self._lifecycles.start(name)
        return serves

    def arguments(self, owner: str, dependencies: tuple[Dependency, ...]) -> dict[str, object]:
        """What a constructor asks for, by the names of its parameters."""
        return {dependency.parameter: self._provide(owner, dependency) for dependency in dependencies}

    def database(self, owner: str) -> Database | None:
        """The open database of a capability; None where it has none here."""
        return self._databases.get(owner)

    def uses_engine(self, owner: str) -> bool:
        """Whether a service here uses its database by an engine of SQLAlchemy."""
        return owner in self._engines

    def settler_of(self, owner: str) -> Settle | None:
        """What makes a copy of a capability's database ready for its first write; None where nothing has to."""
        # Events that have no place in the order yet come before what is published there.
        return prepare if owner in self.outboxes else None

    async def close_threads(self, name: str) -> None:
        """Let the threads of `def` methods end; those that hang are left behind."""
        threads = self._threads.pop(name, None)
        if threads is not None:
            await threads.close()

    async def close_database(self, name: str) -> None:
        """Give up what a capability has of its database."""
        engine, database = self._engines.pop(name, None), self._databases.pop(name, None)
        if engine is not None:
            # Before the database, whose lock keeps other processes out.
            await asyncio.to_thread(engine.dispose)
        if database is not None:
            await database.close()

    def forget(self, name: str) -> None:
        """Nothing of a capability is here any more: its hooks have run, and what it had is closed."""
        for about in (self._built, self._events, self._sagas, self.outboxes, self.saga_desks):
            about.pop(name, None)
        for owner, called in [*self.outages]:
            if owner == name:
                del self.outages[owner, called]

    async def _open_databases(self, names: Collection[str]) -> None:
        async def open_one(name: str, capability: AssembledCapability) -> None:
            self._databases[name] = await open_database(self._place(name), name, capability.migrations)

        owners = [(name, self._hosted[name]) for name in names if self._hosted[name].has_database]
        opened = await asyncio.gather(*(open_one(*owner) for owner in owners), return_exceptions=True)
        failures = [failure for failure in opened if failure is not None]
        if failures:
            raise failures[0]
        for name, capability in owners:
            if capability.has_engine:
                engine = self._engines[name] = engines.open_engine(self._place(name), name)
                if may_meet(engine):
                    count_commits(engine)
        for name, _ in owners:
            if self._remembers(name):
                self._lifecycles.of(name).every(FORGET_EVERY_S, partial(forget_old, self._databases[name]))

    async def _prepare_events(self, names: Collection[str]) -> None:
        """Make the relays of what the capabilities publish."""
        for name in names:
            if self._hosted[name].publishes:
                database = self._databases[name]
                self._events[name], relay = await open_outbox(
                    self._assembly, name, database, self._deliveries_to, self._telemetry
                )
                self.outboxes[name] = Outbox(database, relay.wake)
                self._lifecycles.of(name).background(relay.run)

    async def _prepare_sagas(self, names: Collection[str]) -> None:
        """Make what runs the sagas of the capabilities."""
        for name in names:
            capability = self._hosted[name]
            if capability.begins_sagas:
                sagas, worker = await open_sagas(
                    self._databases[name],
                    name,
                    capability.sagas,
                    context=self._assembly.context,
                    telemetry=self._telemetry,
                )
                self._sagas[name] = sagas, worker
                self.saga_desks[name] = SagaDesk(self._databases[name], worker.wake, worker.kinds)
                self._lifecycles.of(name).background(worker.run)
                self._lifecycles.of(name).on_stop(worker.stop)
            elif name in self._databases:
                await check_none_left(self._databases[name], name)

    def _build(self, name: str) -> None:
        self._built[name] = [(each.contract, self._made(name, each)) for each in self._hosted[name].versions]

    def _made(self, name: str, version: AssembledVersion) -> Opened | Sequence[Served]:
        if version.implementation is None:
            message = f"{name} has no implementation"
            raise RuntimeError(message)
        built = version.implementation(**self.arguments(name, version.dependencies))
        is_closed = is_opened(version.implementation)
        return Opened(name, built) if is_closed else self._attached(name, version.contract, built)

    def _attached(self, name: str, contract: ContractDescription, service: object) -> Sequence[Served]:
        """Let local calls reach a service. What it serves: the operations of its contract, and the newest one the deliveries of events."""
        is_newest = contract is self._hosted[name].contract
        if name in self._sagas and is_newest:
            self._sagas[name][1].serve(service)
        deliveries = self._assembly.deliveries.get(name) if is_newest else None
        threads, after = partial(self._threads_of, name), self._lifecycles.of(name).after_hooks
        serves: list[Served] = [(contract, threaded(service, contract, threads, after))]
        handler = handling(name, service, deliveries.operations if deliveries else {})
        if deliveries:
            serves.append((deliveries, threaded(handler, deliveries, threads, after)))
        # What an engine writes is not in the transactions that the guard knows of.
        database = None if name in self._engines else self._databases.get(name)
        guarding = [(contract, guarded(each, contract, database)) for contract, each in serves]
        if name in self._engines and may_meet(self._engines[name]):
            guarding = [(contract, guarded_blocking(each, contract)) for contract, each in serves]
        if self._injector is not None:
            # Around all else: what was injected is neither repeated nor remembered.
            guarding = [(contract, self._injector.service(contract, each)) for contract, each in guarding]
        # Faults are injected on the event loop.
        near = service if self._hosted[name].shared_tables and self._injector is None else None
        for described, each in guarding:
            self._clients.attach(described, each, near if described is contract else None)
        return guarding

    def _threads_of(self, name: str) -> Threads:
        if name not in self._threads:
            policy = self._policies[name]
            self._threads[name] = Threads(name, places=policy.threads, queue_s=policy.queue_s)
        return self._threads[name]

    def _remembers(self, owner: str) -> bool:
        """Whether a commit of its may be held back for an answer."""
        if owner not in self._databases:
            return False
        hosted = self._hosted[owner]
        return hosted.begins_sagas or owner in self._assembly.deliveries or any(map(has_keys, hosted.contracts))

    def _provide(self, owner: str, dependency: Dependency) -> object:
        match dependency.kind:
            case DependencyKind.CONTRACT:
                client = self._client(dependency.asked, owner)
                if self._remembers(owner):
                    client = committing(client, read_contract(dependency.asked)[0], self._clients.portal)
                return self._optional(owner, dependency, client) if dependency.is_optional else client
            case DependencyKind.DATABASE | DependencyKind.ENGINE | DependencyKind.SESSIONS:
                return self._storage(owner, dependency)
            case DependencyKind.GROUP:
                return dependency.asked(**self.arguments(owner, dependency.members))
            case _:
                return self._own(owner, dependency.kind)

    def _own(self, owner: str, kind: DependencyKind) -> object:
        """What belongs to a capability alone, beside its data."""
        match kind:
            case DependencyKind.EVENTS:
                return self._events[owner]
            case DependencyKind.SAGAS:
                return self._sagas[owner][0]
            case DependencyKind.SETTINGS:
                return self._settings[owner]
            case _:
                return self._lifecycles.of(owner)

    def _storage(self, owner: str, dependency: Dependency) -> object:
        if dependency.kind is DependencyKind.DATABASE:
            return self._databases[owner]
        engine = self._engines[owner]
        return engine if dependency.kind is DependencyKind.ENGINE else engines.sessions_of(engine, dependency.asked)

    def _optional(self, owner: str, dependency: Dependency, client: object) -> Optionally[object]:
        capability = read_contract(dependency.asked)[0].capability
        # One outage, though the owner may ask for it in several places.
        outage = self.outages.setdefault((owner, capability), Outage())
        return Optionally(client, outage=outage)
