"""From a topology to what each of its processes needs."""

from collections.abc import Iterator

from plures.errors import InvalidInput, Violation
from plures.topology import (
    ApplicationFacts,
    ResolvedProcess,
    ResolvedTopology,
    Settings,
    event_flows,
    process_needs,
    start_order,
)

from . import rules
from .places import CONTROL_PORT, PUBLIC_PORT
from .secrets import files_of, variables_of
from .servers import is_loopback, servers_of
from .values import Health, Port, Workload, Workloads

_GRACE_S = 30.0
"""How long a stopping process waits for what is in flight, as `plures run` has it."""


def workloads_of(
    topology: ResolvedTopology, settings: Settings, facts: ApplicationFacts, name: str, *, peers: str | None = None
) -> Workloads:
    """What the processes of a topology need.

    Args:
        topology: As `check` returns it.
        name: Of the application.
        peers: Base URL of the processes; `{process}` in it stands for the name of each. None for `https://{process}:8001`.

    Raises:
        InvalidInput: With one violation for each thing that keeps a process from running in a container.
    """
    making = _Making(topology, settings, facts, name, peers)
    if violations := list(making.violations()):
        raise InvalidInput(f"Topology {topology.name!r} in containers", violations)
    here = {process.name: making.workload(process) for process in making.here}
    layers = tuple(tuple(sorted(layer & here.keys())) for layer in start_order(topology, facts))
    return Workloads(name, topology.name, here, topology.callers, tuple(layer for layer in layers if layer))


class _Making:
    def __init__(
        self, topology: ResolvedTopology, settings: Settings, facts: ApplicationFacts, name: str, peers: str | None
    ) -> None:
        self._topology, self._settings, self._name, self._peers = topology, settings, name, peers
        self.here = [process for process in topology.processes.values() if process.external is None]
        self._calls = _connections(topology, facts)
        only = self.here[0] if len(self.here) == 1 else None
        # Then its supervisor is not needed, and its control listener answers nothing but its health.
        self._is_closed = settings.tls is None and only is not None and only.replicas.max == 1 and not only.environment
        self._is_alone = len(topology.processes) == 1

    def violations(self) -> Iterator[Violation]:
        where = f"{self._settings.source} [topology.{self._topology.name}]"
        if not self.here:
            yield rules.NOTHING.broken(where)
        if self._settings.tls is None and self.here and not self._is_closed:
            few = len(self.here) == 1
            said = f"replicas of {self.here[0].name}" if few else f"{len(self.here)} processes"
            yield rules.TLS_MISSING.broken(where, processes=said)
        for process in self._topology.processes.values():
            if process.command is not None:
                yield rules.OTHER_LANGUAGE.broken(f"{where} {process.name}")
            if process.external is not None and is_loopback(process.external):
                yield rules.LOOPBACK.broken(f"{where} {process.name}.external", url=process.external)
        for server in self._settings.storage.servers.values():
            used = any(server.name == placed.server.name for each in self.here for placed in each.databases.values())
            if used and "@localhost" in server.url.replace("127.0.0.1", "localhost"):
                yield rules.LOOPBACK.broken(f"{self._settings.source} [databases.{server.name}] url", url=server.name)

    def workload(self, process: ResolvedProcess) -> Workload:
        called = self._calls[process.name]
        names = {each.name for each in self.here}
        scheme = "http" if self._settings.tls is None else "https"
        control = self._settings.control.port or CONTROL_PORT
        public = [Port("public", self._settings.public.port or PUBLIC_PORT, "http")] if process.edge else []
        base = self._settings.images.name or self._name
        return Workload(
            process.name,
            process.capabilities,
            image=base if self._is_alone else f"{base}/{process.name}",
            arguments=self._arguments(process),
            command=process.command,
            ports=(*public, *([] if self._is_closed else [Port("control", control, scheme)])),
            environment=process.environment,
            variables=variables_of(process, self._topology),
            files=files_of(process, self._topology, self._settings),
            keeps=process.exclusive,
            is_alone=process.exclusive,
            replicas=process.replicas,
            calls=tuple(sorted(called & names)),
            called_by=tuple(sorted(each for each in names if process.name in self._calls[each])),
            servers=servers_of(process, self._topology, called),
            databases=tuple(process.databases),
            health=Health(control, scheme, is_inside=self._is_closed),
            grace_s=_GRACE_S,
        )

    def _arguments(self, process: ResolvedProcess) -> tuple[str, ...]:
        whole = ("--topology", self._topology.name)
        if self._is_closed:
            return whole
        peers = () if self._peers is None else ("--peers", self._peers)
        return (*whole, "--process", process.name, *peers)


def _connections(topology: ResolvedTopology, facts: ApplicationFacts) -> dict[str, frozenset[str]]:
    """Process → the others that it connects to: those that it calls, and those whose capabilities get its events by HTTP."""
    found = {name: set(needs) for name, needs in process_needs(topology, facts).items()}
    for flow in event_flows(topology, facts):
        source = topology.processes[flow.source]
        carried = source.broker is not None and flow.subscriber in source.broker.peers
        if flow.source != flow.target and not carried:
            found[flow.source].add(flow.target)
    return {name: frozenset(called) for name, called in found.items()}
