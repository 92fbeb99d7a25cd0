"""The composition root of one replica: opens databases, builds services, runs their hooks, serves their operations."""

import asyncio
import os
from collections.abc import Collection, Mapping
from random import Random
from typing import Any, Final

from plures.application import EDGE, Assembly
from plures.contract import read_contract
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
from .eventing import EventAdmin, EventAdminService, carrier_of
from .faults import Injector
from .moves import Moves
from .observing import Arriving, Observing
from .placement import Mode, Placement
from .publishing import Front, published_beside
from .residents import Lifecycles, Residents, Services
from .sagas import SagaAdmin, SagaAdminService
from .telling import Deprecations, Told
from .ways import Ways

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
        self._assembly = assembly
        placed = {name: assembly.capabilities[name] for name in assembly.capabilities if name in placement.capabilities}
        self._hosted = {name: capability for name, capability in placed.items() if capability.implementation}
        self._deadlines = Deadlines()
        self.identity = None if placement.tls is None else open_identity(placement.tls, assembly.name)
        self._renewing: asyncio.Task[None] | None = None
        self._endpoints: Mapping[str, tuple[str, ...]] = {}
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
        self._gates: dict[str, Gate] = {}
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
        self._ways = Ways(assembly, placement, self._hosted, self._clients)
        self._ambient = AmbientClients(assembly, self._ways.client, self._portal)
        self._lifecycles = Lifecycles(leads=placement.leads)
        self._services = Services(
            assembly,
            self._hosted,
            self._clients,
            self._lifecycles,
            client=self._ways.client,
            deliveries_to=self._ways.deliveries_to,
            place=self._ways.place,
            settings=self._ways.settings,
            policies=policies, telemetry=self.seen.telemetry, injector=injector,
        )  # fmt: skip
        self._residents = Residents(
            assembly,
            self._hosted,
            services=self._services, clients=self._clients, lifecycles=self._lifecycles,
            dispatcher=self._dispatcher, deadlines=self._deadlines, telemetry=self.seen.telemetry,
            gates=self._gates, gate_of=lambda name: Gate(policies[name], self.capacity),
            local=self._hosted.keys() - placement.endpoints.keys(),
        )  # fmt: skip
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
        )
        self._residents.announce(self._hosted)
        self._be(placement, placement.endpoints)

    @property
    def portal(self) -> Portal:
        """The way of threads to the loop of this host."""
        return self._portal

    def client(self, contract: type) -> Any:
        """A client of any contract of the application, as the services here get it."""
        return self._ways.client(contract, "")

    def update_endpoints(self, endpoints: Mapping[str, tuple[str, ...]]) -> None:
        """Replace what is known of replicas elsewhere."""
        if (access := self._ways.placement.access) is not None:
            known = endpoints.keys() & access.tokens
            self._tokens |= {url: access.tokens[name] for name in known for url in endpoints[name]}
        self._endpoints = endpoints
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

    async def let_go(self, capabilities: Collection[str], within_s: float) -> None:
        """Let some capabilities end here while the others go on. Calls of them wait from now on, until `become`.

        Raises:
            StillBusy: Calls under way did not end in time. All is as it was.
        """
        await self._residents.leave(capabilities, within_s)

    async def become(self, placement: Placement) -> None:
        """Host what another placement says, and find the rest where it says; calls that wait go on.

        What it does not host any more was let go before. When something that it hosts besides cannot start here, what raises passes, and
        calls of what was let go wait still: another placement may follow.
        """
        new, before = placement.capabilities - self._hosted.keys(), self._ways.placement
        # What comes here is called where it was until it has started; and what it calls when it starts may be new as well.
        still = {name: urls for name, urls in self._endpoints.items() if name in new}
        self._be(placement, {**still, **placement.endpoints})
        try:
            self._ways.fill_settings(new)
            await self._residents.join(new)
        except BaseException:
            self._be(before, {**before.endpoints, **still})
            raise
        self._be(placement, placement.endpoints)
        self._residents.turn(self._hosted.keys() - placement.endpoints.keys())
        self._ambient.turn()

    def _be(self, placement: Placement, endpoints: Mapping[str, tuple[str, ...]]) -> None:
        """Call others where and as a placement says, and let in whom it says."""
        self._ways.placement = placement
        self.update_endpoints(endpoints)
        self.control.admit(entrance_of(self._assembly, self._hosted, placement.access, self.seen.usage.arrived))

    async def drain(self) -> None:
        """Refuse new calls, so that callers turn to another replica; return when those in flight, and detached work, have ended."""
        self._is_ready = False
        await self._lifecycles.drain()
        if self._ways.carrier is not None:
            self._ways.carrier.close()
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
        if self._ways.carrier is not None:
            await self._ways.carrier.stop()
        if self._edge is not None:
            await self._edge.stop()
        await self._lifecycles.stop()
        end_hosting(self._ambient)
        await self._portal.close()
        await self._residents.close_threads()
        await self.seen.stop()
        self._deadlines.close()
        self.capacity.close()
        await self._heartbeats.close()
        await self._transport.close()
        await self._moves.close()
        await self._residents.close_databases()

    async def _start(self) -> None:
        if self.identity is not None:
            self._renewing = asyncio.create_task(self.identity.keep(), name="tls")
        if (broker := self._ways.placement.broker) is not None:
            self._ways.carrier = carrier_of(self._assembly, broker, self._deadlines, self._dispatcher, os.environ)
        self._ways.fill_settings(self._hosted)
        await self._residents.build()
        self.seen.start()
        self._dispatcher.serve(_EVENT_ADMIN, EventAdminService(self._services.outboxes))
        self._dispatcher.serve(_SAGA_ADMIN, SagaAdminService(self._services.saga_desks))
        await self._residents.start(self._hosted)
        if self._ways.placement.edge:
            await self._start_edge()
        if self._ways.carrier is not None:
            self._ways.carrier.start()
        await self._lifecycles.become_ready()
        self.seen.export(os.environ)
        self._is_ready = True
        if self._ways.placement.leads:
            self._deprecations.warn()

    async def _start_edge(self) -> None:
        gate, provide = Gate(self._policy, self.capacity), self._services.arguments
        edge = open_edge(self._assembly, self._ways.placement, provide, gate, self.seen.telemetry)
        if edge is None:
            return
        self._told.edge, self._edge = gate, edge
        self.public = published_beside(
            edge,
            self._assembly,
            () if self._ways.placement.access is None else self._ways.placement.access.pages,
            client=self._ways.awaited,
            gate=gate,
            deadlines=self._deadlines,
            binaries=self._binaries,
            pack_bytes=self._pack_bytes,
            notices=self._deprecations.headers,
            seen=self.seen,
        )
        await self._lifecycles.start(EDGE)
        await edge.start()
