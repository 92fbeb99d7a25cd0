"""Does a topology fit an application? Everything that does not, at once; else each capability in its process."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from plures.errors import InvalidInput, Violation

from .facts import ApplicationFacts
from .model import REST, Replicas, Topology
from .resolved import ResolvedProcess, ResolvedTopology, edge_homes, resolve
from .suggestion import did_you_mean

# What a DNS label allows, since a process becomes a host name where a deployer makes it one.
_PROCESS_NAME = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")


def check(topology: Topology, application: ApplicationFacts) -> ResolvedTopology:
    """Resolve `"*"`, and find the process of each capability and of the edge.

    Raises:
        InvalidInput: With one violation for each thing that does not fit.
    """
    resolved = resolve(topology, application)
    violations = [
        *_processes(topology, application),
        *_placements(topology, application),
        *_needs(topology, application),
        *_edge(topology, application),
        *(
            violation
            for process in resolved.processes.values()
            for violation in _abilities(process, topology, application)
        ),
    ]
    if violations:
        raise InvalidInput(f"Topology {topology.name!r}", violations)
    return resolved


def _processes(topology: Topology, application: ApplicationFacts) -> Iterator[Violation]:
    """What is wrong with a process by itself."""
    for name, times in Counter(process.name for process in topology.processes).items():
        if times > 1:
            yield Violation(
                "topology.process_twice",
                topology.where(name),
                f"{times} processes have the name {name!r}",
                "Give each process a name of its own.",
            )
    for process in topology.processes:
        if not _PROCESS_NAME.fullmatch(process.name):
            yield Violation(
                "topology.process_name",
                topology.where(process.name),
                f"{process.name!r} is no name for a process",
                "Use up to 63 lower-case letters, digits and hyphens, beginning with a letter.",
            )
        if process.external is not None and process.replicas != Replicas():
            yield Violation(
                "topology.external_replicas",
                topology.where(process.name, "replicas"),
                "counts replicas of a process that somebody else runs",
                "Leave replicas out: whoever runs it decides.",
            )
        if process.edge and not process.ours:
            yield Violation(
                "topology.edge_elsewhere",
                topology.where(process.name, "edge"),
                "puts the edge into a process that does not run this application",
                "Put edge = true into a process without external and command.",
            )
        if process.edge and not application.has_edge:
            yield Violation(
                "topology.edge_absent",
                topology.where(process.name, "edge"),
                "places the edge of an application that has none",
                "Leave edge out, or give the application an edge.",
            )


def _placements(topology: Topology, application: ApplicationFacts) -> Iterator[Violation]:
    """Each capability is in one process, and each name is one of a capability."""
    homes = _homes(topology)
    rest = homes.pop(REST, [])
    if len(rest) > 1:
        yield Violation(
            "topology.rest_twice",
            topology.where(),
            f'has "{REST}" more than once: in {_listed(rest)}',
            f'Keep "{REST}" in one process, and name the capabilities of the others.',
        )
    for name, processes in homes.items():
        if name not in application.capabilities:
            known = f"The application has {_listed(application.capabilities)}."
            yield Violation(
                "topology.capability_unknown",
                topology.where(processes[0], "capabilities"),
                f"the application has no capability {name!r}",
                did_you_mean(name, application.capabilities) or known,
            )
        elif len(processes) > 1:
            yield Violation(
                "topology.capability_twice",
                topology.where(processes[-1], "capabilities"),
                f"capability {name!r} is placed more than once: in {_listed(processes)}",
                "Keep it in one process; replicas run it more than once.",
            )
    for name in application.capabilities:
        if name not in homes and not rest:
            yield Violation(
                "topology.capability_unplaced",
                topology.where(),
                f"capability {name!r} is in no process",
                f'Add it to one, or "{REST}" for all the rest.',
            )


def _needs(topology: Topology, application: ApplicationFacts) -> Iterator[Violation]:
    wanted: dict[str, list[str]] = defaultdict(list)
    for name, facts in application.capabilities.items():
        for contract in (*facts.missing, *sorted(facts.needs - application.capabilities.keys())):
            wanted[contract].append(repr(name))
    for contract in (*application.edge_missing, *sorted(application.edge_needs - application.capabilities.keys())):
        wanted[contract].append("the edge")
    for contract, callers in wanted.items():
        yield Violation(
            "topology.need_unmet",
            topology.where(),
            f"no capability of the application has the contract {contract!r}, needed by {_listed(callers)}",
            "Add Capability(…) for it to the application; without an implementation it can be external.",
        )


def _edge(topology: Topology, application: ApplicationFacts) -> Iterator[Violation]:
    homes = edge_homes(topology, application)
    if application.has_edge and not homes:
        yield Violation(
            "topology.edge_unplaced",
            topology.where(),
            "no process hosts the edge",
            "Put edge = true into the process that is to serve it.",
        )
    # More than one "*" is reported as such; the edge follows from it.
    if sum(process.edge is True for process in homes) > 1:
        yield Violation(
            "topology.edge_twice",
            topology.where(),
            f"more than one process hosts the edge: {_listed(process.name for process in homes)}",
            "Keep edge = true in one; replicas run it more than once.",
        )


def _abilities(process: ResolvedProcess, topology: Topology, application: ApplicationFacts) -> Iterator[Violation]:
    """What our own processes cannot do with the capabilities they are given."""
    if not process.ours:
        return
    for name in process.capabilities:
        facts = application.capabilities[name]
        if not facts.has_implementation:
            yield Violation(
                "topology.implementation_absent",
                topology.where(process.name, "capabilities"),
                f"capability {name!r} has no implementation here to run",
                "Place it in a process with external or command, or give Capability(…) an implementation.",
            )
        if facts.has_database and process.replicas.max > 1:
            yield Violation(
                "topology.database_replicas",
                topology.where(process.name, "replicas"),
                f"allows {process.replicas.max} replicas of capability {name!r}, which has an embedded database:"
                " one SQLite file has one writer",
                f"Set replicas to 1, or move {name!r} to a process of its own with one replica.",
            )


def _homes(topology: Topology) -> dict[str, list[str]]:
    """Name of a capability, or `"*"` → processes that list it, once for each time."""
    homes: dict[str, list[str]] = defaultdict(list)
    for process in topology.processes:
        for name in process.capabilities:
            homes[name].append(process.name)
    return dict(homes)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
