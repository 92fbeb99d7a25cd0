"""A resolved topology as rows to print. Knows nothing of the words that the command line puts around them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .access import OutsideCaller, read_right
from .calls import Call, EventFlow, calls_between, event_flows, start_order
from .facts import ApplicationFacts
from .model import Replicas
from .resolved import ResolvedProcess, ResolvedTopology


@dataclass(frozen=True)
class ProcessSummary:
    """One process.

    Attributes:
        kind: `ours` runs this application, `command` is started by its command, `external` runs elsewhere.
        runs: The command line or the base URL; empty for a process of ours.
        databases: Capabilities in it with an embedded database.
        servers: Capability → name of the database that keeps its data, for those whose data is not embedded.
        threads: Capability → how many threads plures.toml gives its `def` methods, where it says so.
        shared: Capability → its tables in the application's own database.
        versions: Capability → the versions of its contract, the newest first, where there are several.
        layer: Its place in the start order, from 0.
        local_calls: Calls from it that stay in it.
        remote_calls: Calls from it that leave it.
        events: Whom its capabilities tell what has happened, in this process and in others.
        sagas: Those that its capabilities begin, as in `ordering.place`.
    """

    name: str
    kind: Literal["ours", "command", "external"]
    runs: str
    capabilities: tuple[str, ...]
    edge: bool
    replicas: Replicas
    databases: tuple[str, ...]
    servers: Mapping[str, str]
    threads: Mapping[str, int]
    shared: Mapping[str, tuple[str, ...]]
    versions: Mapping[str, tuple[str, ...]]
    layer: int
    local_calls: tuple[Call, ...]
    remote_calls: tuple[Call, ...]
    events: tuple[EventFlow, ...]
    sagas: tuple[str, ...]


@dataclass(frozen=True)
class PublishedSummary:
    """What pages of other sites may call at the public listener.

    Attributes:
        caller: As plures.toml names them.
        operations: As in `search/Find`, or `search.v1/Find` where that version alone is published.
        needs_token: Whether they show a token; else anyone may call these.
    """

    caller: str
    origins: tuple[str, ...]
    operations: tuple[str, ...]
    needs_token: bool


@dataclass(frozen=True)
class TopologySummary:
    """All processes, in the order of the topology, and what is published to pages of other sites."""

    name: str
    processes: tuple[ProcessSummary, ...]
    published: tuple[PublishedSummary, ...] = ()

    @property
    def local_calls(self) -> int:
        return sum(len(process.local_calls) for process in self.processes)

    @property
    def remote_calls(self) -> int:
        return sum(len(process.remote_calls) for process in self.processes)


def summarise(topology: ResolvedTopology, application: ApplicationFacts) -> TopologySummary:
    """What each process hosts and calls."""
    calls, flows = calls_between(topology, application), event_flows(topology, application)
    layers = {name: number for number, layer in enumerate(start_order(topology, application)) for name in layer}
    return TopologySummary(
        topology.name,
        tuple(
            _process(process, application, calls, flows, layers[process.name])
            for process in topology.processes.values()
        ),
        tuple(_published(caller, application) for caller in topology.callers if caller.origins),
    )


def _published(caller: OutsideCaller, application: ApplicationFacts) -> PublishedSummary:
    operations: list[str] = []
    for right in caller.may_call:
        whole, _, operation = right.partition("/")
        every = application.capabilities[read_right(right).capability].operations
        operations += [right] if operation else [f"{whole}/{name}" for name in every]
    return PublishedSummary(caller.name, caller.origins, tuple(dict.fromkeys(operations)), caller.token is not None)


def _process(
    process: ResolvedProcess,
    application: ApplicationFacts,
    calls: tuple[Call, ...],
    flows: tuple[EventFlow, ...],
    layer: int,
) -> ProcessSummary:
    mine = [call for call in calls if call.source == process.name]
    kind, runs = _who_runs(process)
    return ProcessSummary(
        name=process.name,
        kind=kind,
        runs=runs,
        capabilities=process.capabilities,
        edge=process.edge,
        replicas=process.replicas,
        databases=tuple(
            name
            for name in process.capabilities
            if process.exclusive and application.capabilities[name].has_database and name not in process.databases
        ),
        servers={name: placed.server.name for name, placed in process.databases.items()},
        threads={
            name: int(figures["threads"])
            for name in process.capabilities
            if process.ours and "threads" in (figures := process.policies.of(name))
        },
        shared={
            name: tables for name in process.capabilities if (tables := application.capabilities[name].shared_tables)
        },
        versions={
            name: several for name in process.capabilities if (several := application.capabilities[name].versions)[1:]
        },
        layer=layer,
        local_calls=tuple(call for call in mine if call.local),
        remote_calls=tuple(call for call in mine if not call.local),
        events=tuple(flow for flow in flows if flow.source == process.name),
        sagas=tuple(
            f"{name}.{saga}" for name in process.capabilities for saga in sorted(application.capabilities[name].sagas)
        ),
    )


def _who_runs(process: ResolvedProcess) -> tuple[Literal["ours", "command", "external"], str]:
    if process.external is not None:
        return "external", process.external
    return ("ours", "") if process.command is None else ("command", process.command)
