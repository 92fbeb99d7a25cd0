"""Which calls and events stay in a process and which leave it, and what therefore starts first."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from .access import OutsideCaller, read_right
from .facts import ApplicationFacts
from .resolved import ResolvedProcess, ResolvedTopology


@dataclass(frozen=True)
class Call:
    """One arrow of the call graph, placed.

    Attributes:
        caller: The capability that calls; None for the edge.
        capability: The capability that is called.
        source: Process of the caller.
        target: Process of the called.
        optional: Whether the caller can do without it.
        versions: Of the contract, those that it calls; empty where the contract has one alone.
    """

    caller: str | None
    capability: str
    source: str
    target: str
    optional: bool = False
    versions: tuple[str, ...] = ()

    @property
    def local(self) -> bool:
        return self.source == self.target


def calls_between(topology: ResolvedTopology, application: ApplicationFacts) -> tuple[Call, ...]:
    """Every declared call, in the order of the application, those of the edge first."""
    return tuple(_calls(topology, application))


def _calls(topology: ResolvedTopology, application: ApplicationFacts) -> Iterator[Call]:
    homes = topology.homes
    edge_home = topology.edge_home
    if edge_home is not None:
        published = _published(topology, application)
        for name in sorted(application.edge_needs | published.keys()):
            is_optional = name in application.edge_optional and name not in published
            called = {*application.versions_of(name, None), *published.get(name, ())}
            # In the order of the capability, the newest first.
            versions = tuple(each for each in application.capabilities[name].versions if each in called)
            yield Call(None, name, edge_home, homes[name], is_optional, versions)
    for caller, facts in application.capabilities.items():
        for name in sorted(facts.needs):
            is_optional, versions = name in facts.optional, application.versions_of(name, caller)
            yield Call(caller, name, homes[caller], homes[name], is_optional, versions)


def _published(topology: ResolvedTopology, application: ApplicationFacts) -> Mapping[str, frozenset[str]]:
    """Capability → the versions of its contract that the edge calls for pages of other sites; none where there is one alone."""
    published: dict[str, frozenset[str]] = {}
    for caller in topology.callers:
        for right in map(read_right, caller.may_call if caller.origins else ()):
            several = application.capabilities[right.capability].versions
            versions = frozenset(several[1:] and ([right.version] if right.version else several))
            published[right.capability] = published.get(right.capability, frozenset()) | versions
    return published


@dataclass(frozen=True)
class EventFlow:
    """One way that events take, placed. Nothing waits for it.

    Attributes:
        publisher: The capability that publishes.
        subscriber: The capability that handles.
        source: Process of the publisher.
        target: Process of the subscriber.
    """

    publisher: str
    subscriber: str
    source: str
    target: str


def event_flows(topology: ResolvedTopology, application: ApplicationFacts) -> tuple[EventFlow, ...]:
    """Who gets events of whom, in the order of the application."""
    homes = topology.homes
    return tuple(
        EventFlow(publisher, subscriber, homes[publisher], homes[subscriber])
        for publisher, facts in application.capabilities.items()
        for subscriber in sorted(facts.notifies)
    )


def process_needs(topology: ResolvedTopology, application: ApplicationFacts) -> Mapping[str, frozenset[str]]:
    """Process → the other processes that it calls."""
    needs: dict[str, set[str]] = defaultdict(set)
    for call in calls_between(topology, application):
        if not call.local:
            needs[call.source].add(call.target)
    return {name: frozenset(needs[name]) for name in topology.processes}


def start_order(topology: ResolvedTopology, application: ApplicationFacts) -> tuple[frozenset[str], ...]:
    """Names of processes in layers, each after all that it needs; processes that need each other share a layer."""
    needs = process_needs(topology, application)
    waits_for = {name: _reachable(name, needs) for name in needs}
    layers: list[frozenset[str]] = []
    left = set(needs)
    while left:
        # A process is ready when it waits only for processes that wait for it in turn.
        layer = frozenset(name for name in left if all(name in waits_for[other] for other in waits_for[name] & left))
        layers.append(layer)
        left -= layer
    return tuple(layers)


class Plan(msgspec.Struct, frozen=True):
    """What a supervisor runs: all processes by name, in the order of the topology.

    Attributes:
        needs: What must be ready before a process starts, also what it can do without. Processes in a circle with it are not
            among them.
        layers: Names, each after those that it needs; stopping goes the other way.
        calls: Those that the application declares.
        flows: The ways that its events take.
        callers: Who may call besides.
    """

    processes: Mapping[str, ResolvedProcess]
    needs: Mapping[str, frozenset[str]]
    layers: tuple[frozenset[str], ...]
    calls: tuple[Call, ...] = ()
    flows: tuple[EventFlow, ...] = ()
    callers: tuple[OutsideCaller, ...] = ()


def make_plan(topology: ResolvedTopology, application: ApplicationFacts) -> Plan:
    """In which order the processes of a topology start and stop."""
    layers = start_order(topology, application)
    layer_of = {name: layer for layer in layers for name in layer}
    needs = process_needs(topology, application)
    return Plan(
        topology.processes,
        {name: needs[name] - layer_of[name] for name in topology.processes},
        layers,
        calls_between(topology, application),
        event_flows(topology, application),
        topology.callers,
    )


def _reachable(start: str, needs: Mapping[str, frozenset[str]]) -> frozenset[str]:
    found: set[str] = set()
    frontier = set(needs[start])
    while frontier:
        found |= frontier
        frontier = {name for reached in frontier for name in needs[reached]} - found
    return frozenset(found)
