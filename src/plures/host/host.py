"""The composition root of one replica: opens databases, builds services, runs their hooks, serves their operations."""

import asyncio
import os
from collections.abc import Mapping
from random import Random
from typing import Any, Final

from plures.application import EDGE, Assembly, fill_all
from plures.contract import ContractDescription, read_contract
from plures.data import Place
from plures.http import ConnectServer, HttpTransport
from plures.runtime import (
    Capacity,
    Deadlines,
    Directory,
    Dispatcher,
    Gate,
    Heartbeats,
    Portal,
    Seal,
    WatchedTransport,
    begin_hosting,
    end_hosting,
    new_key,
    policy_of,
)
from plures.tls import open_identity

from .ambient import AmbientClients
from .binaries import LockedBinaries
from .clients import Clients
from .control import Control
from .edge import Edge, open_edge
from .entrance import entrance_of
from .eventing import Carrier, EventAdmin, EventAdminService, carrier_of
from .faults import Injector
from .lifecycles import Lifecycles
from .moves import Moves
from .observing import Arriving, Observing
from .placement import Mode, Placement
from .places import place_of
from .publishing import Front, published_beside
from .sagas import SagaAdmin, SagaAdminService
from .services import Services
from .telling import Deprecations, Told

_EVENT_ADMIN: Final = read_contract(EventAdmin)[0].operations
_SAGA_ADMIN: Final = read_contract(SagaAdmin)[0].operations


class Host:
    """One replica of one process. Create, `start`, `drain` and `stop` it on one event loop.

    Attributes:
        control: Answers health, contract listing and Connect calls. It may be served before `start`: calls are refused as
            *not sent* until their service has started.
        seen: What it measures and notes of calls.
        capacity: How many calls it has admitted, and how many are inside.
        public: ASGI application of the edge, and of what is published beside it; None before `start`, and where the edge is hosted elsewhere.
        identity: What it shows by TLS, renewed from `start` to `stop`; None without TLS.
    """

    def __init__(
        self,
        assembly: Assembly,
        placement: Placement,
        *,
        transport: WatchedTransport | None = None,
        random: Random | None = None,
    ) -> None:
        self._assembly, self._placement = assembly, placement
        placed = {name: assembly.capabilities[name] for name in assembly.capabilities if name in placement.capabilities}
        self._hosted = {name: capability for name, capability in placed.items() if capability.implementation}
        self._deadlines = Deadlines()
        self.identity = None if placement.tls is None else open_identity(placement.tls, assembly.name)
        self._renewing: asyncio.Task[None] | None = None
        # By the URL of the peer: a token is for one process.
        self._tokens: dict[str, str] = {}
        self._transport = transport or HttpTransport(self._tokens, tls=self.identity)
        # It spreads load, and keeps no secret.
        random = random or Random()  # noqa: S311
        self._heartbeats = Heartbeats(self._transport)
        policies = {name: policy_of(placement.policies.of(name)) for name in assembly.capabilities}
        self._directory = Directory(random, self._heartbeats, policies)
        self._seal = Seal(assembly.context, placement.context_keys or (new_key(),))
        self._binaries = LockedBinaries(placement.folder, assembly.contracts)
        self.seen = Observing(assembly, placement.usage, placement.telemetry)
        self._dispatcher = Dispatcher(
            self._deadlines, self.seen.of_dispatcher, seal=self._seal, binaries=self._binaries
        )
        self._pack_bytes = {name: policy.pack_bytes for name, policy in policies.items()}
        self._policy = policy_of(placement.policies.everywhere)
        self.capacity = Capacity(self._policy.least_at_once)
        self._gates = {name: Gate(policies[name], self.capacity) for name in self._hosted}
        injector = Injector(placement.faults, assembly.contracts, random) if placement.faults else None
        self._portal = Portal()
        self._deprecations = Deprecations(assembly, [*self._hosted, *([EDGE] if placement.edge else [])])
        self._clients = Clients(
            self._deadlines,
            self._transport,
            self._directory,
            verified=placement.mode is Mode.DEVELOPMENT,
            portal=self._portal,
            seal=self._seal,
            outside=placement.outside,
            ours=placement.ours,
            injector=injector,
            meter_for=self.seen.of_client,
            binaries=self._binaries,
            ends=self._deprecations.heard,
        )
        self._ambient = AmbientClients(assembly, self._client_for, self._portal)
        self._lifecycles = Lifecycles(leads=placement.leads)
        self._settings: dict[str, object] = {}
        self._services = Services(
            assembly,
            self._hosted,
            self._clients,
            self._lifecycles,
            client=self._client_for,
            deliveries_to=self._deliveries_to,
            place=self._place,
            settings=self._settings,
            policies=policies, telemetry=self.seen.telemetry, injector=injector,
        )  # fmt: skip
        self._carrier: Carrier | None = None
        self._edge: Edge | None = None
        self.public: Edge | Front | None = None
        self._is_ready = False
        self._moves = Moves(
            self._services.database, self._services.settler_of, placement.data, self._services.uses_engine
        )
        self._told = Told(
            assembly, placement, hosted=self._hosted, services=self._services, clients=self._clients, gates=self._gates,
            capacity=self.capacity, telemetry=self.seen.telemetry, directory=self._directory, tls=self.identity,
        )  # fmt: skip
        self.control = Control(
            ConnectServer(self._dispatcher, self._pack_bytes),
            is_ready=lambda: self._is_ready,
            told=self._told,
            pages={**self._moves.pages, **Arriving(assembly, self.seen.store).pages},
            notices=self._deprecations.headers,
            entrance=entrance_of(assembly, self._hosted, placement.access, self.seen.usage.arrived),
        )
        for name, capability in self._hosted.items():
            for contract in capability.contracts:
                self._dispatcher.announce(contract.operations)
            if name in assembly.deliveries:
                self._dispatcher.announce(assembly.deliveries[name].operations)
        self.update_endpoints(placement.endpoints)

    @property
    def portal(self) -> Portal:
        """The way of threads to the loop of this host."""
        return self._portal

    def client(self, contract: type) -> Any:
        """A client of any contract of the application, as the services here get it."""
        return self._client_for(contract, "")

    def update_endpoints(self, endpoints: Mapping[str, tuple[str, ...]]) -> None:
        """Replace what is known of replicas elsewhere."""
        access = self._placement.access
        if access is not None:
            known = endpoints.keys() & access.tokens
            self._tokens |= {url: access.tokens[name] for name in known for url in endpoints[name]}
        self._directory.update(endpoints)

    def lead(self, *, leads: bool) -> None:
        """Tell whether this replica does what one replica of its process does; if not, another one has begun to."""
        self._lifecycles.lead(leads=leads)
        if leads:
            self._deprecations.warn()

    async def start(self) -> None:
        """Open databases, build services, run start hooks, then ready hooks.

        Raises:
            PluresError: What failed, of the platform; errors of hooks and constructors pass as they are. Nothing is left open.
        """
        self._portal.open()
        begin_hosting(self._ambient)
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def drain(self) -> None:
        """Refuse new calls, so that callers turn to another replica; return when those in flight, and detached work, have ended."""
        self._is_ready = False
        await self._lifecycles.drain()
        if self._carrier is not None:
            self._carrier.close()
        self._dispatcher.close()
        await self._dispatcher.idle()
        await self._lifecycles.finish_detached()

    async def stop(self) -> None:
        """Stop background work, run stop hooks, close everything. Safe to call at any stage, more than once.

        A stop hook that fails is logged, and everything else is still closed.
        """
        self._is_ready = False
        if self._renewing is not None:
            self._renewing.cancel()
        await self._lifecycles.stop_background()
        if self._carrier is not None:
            await self._carrier.stop()
        if self._edge is not None:
            await self._edge.stop()
        await self._lifecycles.stop()
        end_hosting(self._ambient)
        await self._portal.close()
        await self._services.close_threads()
        await self.seen.stop()
        self._deadlines.close()
        self.capacity.close()
        await self._heartbeats.close()
        await self._transport.close()
        await self._moves.close()
        await self._services.close_databases()

    async def _start(self) -> None:
        if self.identity is not None:
            self._renewing = asyncio.create_task(self.identity.keep(), name="tls")
        broker = self._placement.broker
        if broker is not None:
            self._carrier = carrier_of(self._assembly, broker, self._deadlines, self._dispatcher, os.environ)
        asked = {name: capability.settings for name, capability in self._hosted.items()}
        self._settings |= fill_all(asked, self._placement.settings, os.environ, self._placement.folder)
        await self._services.build()
        self.seen.start()
        self._dispatcher.serve(_EVENT_ADMIN, EventAdminService(self._services.outboxes))
        self._dispatcher.serve(_SAGA_ADMIN, SagaAdminService(self._services.saga_desks))
        for name in self._services.order:
            for contract, service in await self._services.start(name):
                self._dispatcher.serve(contract.operations, service, self._gates[name])
        if self._placement.edge:
            await self._start_edge()
        if self._carrier is not None:
            self._carrier.start()
        await self._lifecycles.become_ready()
        self.seen.export(os.environ)
        self._is_ready = True
        if self._placement.leads:
            self._deprecations.warn()

    async def _start_edge(self) -> None:
        gate, provide = Gate(self._policy, self.capacity), self._services.arguments
        edge = open_edge(self._assembly, self._placement, provide, gate, self.seen.telemetry)
        if edge is None:
            return
        self._told.edge, self._edge = gate, edge
        self.public = published_beside(
            edge,
            self._assembly,
            () if self._placement.access is None else self._placement.access.pages,
            client=lambda contract: self._clients.awaited(contract, is_local=self._is_local(contract)),
            gate=gate,
            deadlines=self._deadlines,
            binaries=self._binaries,
            pack_bytes=self._pack_bytes,
            notices=self._deprecations.headers,
            seen=self.seen,
        )
        await self._lifecycles.start(EDGE)
        await edge.start()

    def _client_for(self, python: type, owner: str) -> Any:
        """The client of a contract that a capability gets, or the edge; for no name, one for tests and tools."""
        contract = self._contract(python)
        # What serves an older version calls the newer one beside it, wherever others find that.
        is_beside = contract.capability == owner and bool(self._assembly.capabilities[owner].older)
        return self._clients.of(contract, is_local=is_beside or self._is_local(contract), owner=owner)

    def _deliveries_to(self, subscriber: str) -> Any:
        """A client of the operations by which a capability gets events."""
        broker = self._placement.broker
        if self._carrier is not None and broker is not None and subscriber in broker.peers:
            return self._carrier.client(subscriber)
        return self.client(self._assembly.deliveries[subscriber].python)

    def _contract(self, python: type) -> ContractDescription:
        contract = self._assembly.contract(python)
        if contract is None:
            message = f"application {self._assembly.name!r} has no capability for {python.__qualname__}"
            raise LookupError(message)
        return contract

    def _place(self, capability: str) -> Place:
        placed, data = self._placement.databases.get(capability), self._placement.data
        return place_of(capability, placed, application=self._assembly.name, data=data, variables=os.environ)

    def _is_local(self, contract: ContractDescription) -> bool:
        name = contract.capability
        return name in self._hosted and name not in self._placement.endpoints
