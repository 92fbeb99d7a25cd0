"""A topology that fits an application: each capability in exactly one process, and how many connections each replica may open."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from plures.errors import Violation

from .access import OutsideCaller, Secret
from .broker import PlacedBroker
from .facts import ApplicationFacts
from .model import REST, Process, Replicas, Topology
from .policies import Policies
from .storage import CONNECTIONS, DatabaseServer, PlacedDatabase

LEAST: Final = 2
"""A pool with one connection could not read while it writes."""


class ResolvedProcess(msgspec.Struct, frozen=True):
    """A process with its capabilities named one by one, in the order of the application.

    Attributes:
        exclusive: Two replicas may never overlap, not even during a restart: it writes an embedded database.
        databases: Where the data of its capabilities is; those with an embedded database are left out.
        broker: What carries its events to other processes and theirs to it; None where nothing does.
        policies: What plures.toml says of calls.
        peer: Whom its certificate must name; None where that follows from the rest.
        withheld: Variables that hold tokens, or secrets of databases and of a broker that it does not use.
        may_call: What a program in another language may call.
        token: What we show one that runs elsewhere.
        settings: Capability → what plures.toml says of its settings.
        folder: What relative paths in settings are relative to.
    """

    name: str
    capabilities: tuple[str, ...]
    replicas: Replicas
    edge: bool
    exclusive: bool
    external: str | None
    command: str | None
    environment: Mapping[str, str]
    databases: Mapping[str, PlacedDatabase] = msgspec.field(default_factory=dict[str, PlacedDatabase])
    broker: PlacedBroker | None = None
    policies: Policies = msgspec.field(default_factory=Policies)
    withheld: frozenset[str] = frozenset()
    peer: str | None = None
    may_call: tuple[str, ...] = ()
    token: Secret | None = None
    settings: Mapping[str, Mapping[str, Any]] = msgspec.field(default_factory=dict[str, Mapping[str, Any]])
    folder: Path = Path()

    @property
    def ours(self) -> bool:
        """Whether it runs this application."""
        return self.external is None and self.command is None


class ResolvedTopology(msgspec.Struct, frozen=True):
    """Processes by name, in the order of the topology, and who else may call them."""

    name: str
    processes: Mapping[str, ResolvedProcess]
    callers: tuple[OutsideCaller, ...] = ()

    @property
    def homes(self) -> Mapping[str, str]:
        """Capability → name of its process."""
        return {capability: process.name for process in self.processes.values() for capability in process.capabilities}

    @property
    def edge_home(self) -> str | None:
        """Name of the process that hosts the edge, when the application has one."""
        return next((process.name for process in self.processes.values() if process.edge), None)


def resolve(topology: Topology, application: ApplicationFacts) -> ResolvedTopology:
    """Say what `"*"` stands for. Only what `check` returns is known to fit."""
    processes = (_resolved(process, topology, application) for process in topology.processes)
    return ResolvedTopology(topology.name, {process.name: process for process in processes}, topology.callers)


def token_variables(topology: Topology) -> frozenset[str]:
    """All variables of the environment that hold tokens."""
    secrets = [*(caller.token for caller in topology.callers), *(process.token for process in topology.processes)]
    return frozenset[str]().union(*(secret.variables for secret in secrets if secret is not None))


def edge_homes(topology: Topology, application: ApplicationFacts) -> Sequence[Process]:
    """Processes that say they host the edge; when none does, those with `"*"` that do not refuse."""
    if not application.has_edge:
        return ()
    said = [process for process in topology.processes if process.edge]
    return said or [p for p in topology.processes if REST in p.capabilities and p.edge is None and p.ours]


def _resolved(process: Process, topology: Topology, application: ApplicationFacts) -> ResolvedProcess:
    named = {name for other in topology.processes for name in other.capabilities}
    mine = set(process.capabilities)
    rest = REST in mine
    capabilities = tuple(name for name in application.capabilities if name in mine or (rest and name not in named))
    embedded = [
        name
        for name in capabilities
        if application.capabilities[name].has_database and topology.storage.server_of(name) is None
    ]
    return ResolvedProcess(
        process.name,
        capabilities,
        replicas=process.replicas,
        edge=process in edge_homes(topology, application),
        exclusive=process.ours and bool(embedded),
        external=process.external,
        command=process.command,
        environment=process.environment,
        policies=topology.policies,
        peer=process.peer,
        withheld=token_variables(topology),
        may_call=process.may_call,
        token=process.token,
        settings={name: said for name, said in topology.settings.items() if name in capabilities and process.ours},
        folder=topology.folder,
    )


def alone(topology: ResolvedTopology, name: str, address: str) -> ResolvedTopology:
    """One process of a topology on a machine of its own: the others answer elsewhere, and how many replicas run is not its matter.

    Args:
        name: Of a process of the topology.
        address: Base URL of the others; `{process}` in it stands for the name of each.
    """
    processes = {
        other.name: replace(other, external=other.external or address.replace("{process}", other.name), command=None)
        for other in topology.processes.values()
    }
    here = replace(topology.processes[name], replicas=Replicas(), environment={})
    return replace(topology, processes={**processes, name: here})


def with_pools(resolved: ResolvedTopology, topology: Topology, application: ApplicationFacts) -> ResolvedTopology:
    """The same, with the database of each capability that is not embedded, and the secrets that each process does without."""
    uses = _Uses(resolved, topology, application)
    processes = {name: uses.complete(process) for name, process in resolved.processes.items()}
    return replace(resolved, processes=processes)


def with_broker(resolved: ResolvedTopology, topology: Topology, application: ApplicationFacts) -> ResolvedTopology:
    """The same, with the broker where events leave or reach a process by it; the secrets in its URL are withheld from the others."""
    broker = topology.broker
    if broker is None:
        return resolved
    ours = [process for process in resolved.processes.values() if process.ours]
    facts = application.capabilities
    processes: dict[str, ResolvedProcess] = {}
    for process in resolved.processes.values():
        mine = frozenset(process.capabilities if process.ours else ())
        peers = frozenset(name for other in ours if other is not process for name in other.capabilities)
        tells = any(facts[name].notifies & peers for name in mine)
        is_told = any(facts[name].notifies & mine for name in peers)
        if tells or is_told:
            processes[process.name] = replace(
                process, broker=PlacedBroker(broker, peers), withheld=process.withheld - broker.variables
            )
        else:
            kept = frozenset[str]().union(*(placed.server.variables for placed in process.databases.values()))
            processes[process.name] = replace(process, withheld=process.withheld | (broker.variables - kept))
    return replace(resolved, processes=processes)


def check_pools(resolved: ResolvedTopology, topology: Topology, application: ApplicationFacts) -> Iterator[Violation]:
    """Each database allows as many connections as its pools need at least."""
    uses = _Uses(resolved, topology, application)
    for server in topology.storage.servers.values():
        pools = uses.pools(server)
        if pools * LEAST > server.most_connections:
            where = f"{topology.where()}, most_connections of [databases.{server.name}]"
            yield CONNECTIONS.broken(
                where, most=server.most_connections, name=server.name, pools=pools, least=pools * LEAST
            )


class _Uses:
    """Which process uses which database for what."""

    def __init__(self, resolved: ResolvedTopology, topology: Topology, application: ApplicationFacts) -> None:
        self._processes = [process for process in resolved.processes.values() if process.ours]
        self._storage = topology.storage
        self._application = application

    def complete(self, process: ResolvedProcess) -> ResolvedProcess:
        servers = {name: server for name in process.capabilities if (server := self._server(process, name)) is not None}
        databases = {name: PlacedDatabase(server, self._share(server)) for name, server in servers.items()}
        own = frozenset[str]().union(*(server.variables for server in servers.values()))
        return replace(process, databases=databases, withheld=process.withheld | (self._storage.variables - own))

    def pools(self, server: DatabaseServer) -> int:
        """All pools on a server while one replica, the one with the most of them, is being replaced."""
        sizes = [(self._pools_in(process, server), process.replicas.max) for process in self._processes]
        return sum(pools * replicas for pools, replicas in sizes) + max((pools for pools, _ in sizes), default=0)

    def _share(self, server: DatabaseServer) -> int:
        return max(LEAST, server.most_connections // max(1, self.pools(server)))

    def _pools_in(self, process: ResolvedProcess, server: DatabaseServer) -> int:
        return sum(self._server(process, name) == server for name in process.capabilities)

    def _server(self, process: ResolvedProcess, name: str) -> DatabaseServer | None:
        uses_one = process.ours and self._application.capabilities[name].has_database
        return self._storage.server_of(name) if uses_one else None
