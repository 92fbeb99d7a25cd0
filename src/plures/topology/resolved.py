"""A topology that fits an application: each capability in exactly one process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .facts import ApplicationFacts
from .model import REST, Process, Replicas, Topology


@dataclass(frozen=True)
class ResolvedProcess:
    """A process with its capabilities named one by one, in the order of the application.

    Attributes:
        exclusive: Two replicas may never overlap, not even during a restart: it writes an embedded database.
    """

    name: str
    capabilities: tuple[str, ...]
    replicas: Replicas
    edge: bool
    exclusive: bool
    external: str | None
    command: str | None
    environment: Mapping[str, str]

    @property
    def ours(self) -> bool:
        """Whether it runs this application."""
        return self.external is None and self.command is None


@dataclass(frozen=True)
class ResolvedTopology:
    """Processes by name, in the order of the topology."""

    name: str
    processes: Mapping[str, ResolvedProcess]

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
    return ResolvedTopology(topology.name, {process.name: process for process in processes})


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
    return ResolvedProcess(
        process.name,
        capabilities,
        replicas=process.replicas,
        edge=process in edge_homes(topology, application),
        exclusive=process.ours and any(application.capabilities[name].has_database for name in capabilities),
        external=process.external,
        command=process.command,
        environment=process.environment,
    )
