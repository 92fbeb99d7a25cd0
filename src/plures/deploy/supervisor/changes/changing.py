"""How a running topology becomes another one: what stands in the way, and which capability moves from where to where, one after the other.

Pure: it knows no process. Between two steps, everything runs in a topology that could have been started as it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from msgspec.structs import replace

from plures.deploy.rules import (
    CHANGED_KEY,
    CHANGED_PLACE,
    COMMAND_CALLS,
    MOVED_EDGE,
    NO_BROKER,
    NOT_OURS,
    SHARED_TABLES,
)
from plures.errors import InvalidInput, Violation
from plures.topology import ApplicationFacts, DatabaseServer, ResolvedProcess, ResolvedTopology

_FIXED: Final = ("environment", "external", "command", "peer", "may_call", "policies", "withheld")
"""What of a process is decided when it starts."""


class Step(NamedTuple):
    """A capability moves from one process to another."""

    capability: str
    source: str
    target: str


def with_names_of(now: ResolvedTopology, then: ResolvedTopology) -> ResolvedTopology:
    """The other topology, in which the process with the edge keeps the name that it has, or else the one that hosts all now.

    A process that runs does not change its name; what it hosts may be all that two topologies have in common.
    """
    pairs = [(now.edge_home, then.edge_home)]
    if now.edge_home is None and len(now.processes) == 1 and then.processes:
        pairs = [
            (next(iter(now.processes)), max(then.processes.values(), key=lambda each: len(each.capabilities)).name)
        ]
    for old, new in pairs:
        if old is not None and new is not None and old not in then.processes and new not in now.processes:
            processes = {old if name == new else name: process for name, process in then.processes.items()}
            processes[old] = replace(processes[old], name=old)
            return replace(then, processes=processes)
    return then


def steps(now: ResolvedTopology, then: ResolvedTopology, facts: ApplicationFacts) -> Sequence[Step]:
    """The moves that lead from one topology to another.

    Raises:
        InvalidInput: It cannot be done while the application runs; all reasons.
    """
    homes = now.homes
    found = [Step(name, homes[name], target) for name, target in then.homes.items() if homes[name] != target]
    violations = [*_processes_changed(now, then), *_unmovable(now, then, found, facts)]
    if violations:
        raise InvalidInput(f"The change of the running application to topology {then.name!r}", violations)
    return found


def between(
    now: ResolvedTopology, then: ResolvedTopology, moved: Sequence[Step], facts: ApplicationFacts
) -> ResolvedTopology:
    """The topology in which all processes of both run, and some steps have been taken."""
    homes = {**now.homes, **{step.capability: step.target for step in moved}}
    names = dict.fromkeys((*now.processes, *then.processes))
    processes = {name: _hosting(name, homes, now, then, facts) for name in names}
    return replace(then, name=f"{now.name}…{then.name}", processes=processes)


def _hosting(
    name: str, homes: Mapping[str, str], now: ResolvedTopology, then: ResolvedTopology, facts: ApplicationFacts
) -> ResolvedProcess:
    """One process, with what it hosts at that moment."""
    either = [topology.processes[name] for topology in (now, then) if name in topology.processes]
    capabilities = tuple(each for each in facts.capabilities if homes[each] == name)
    # Both say the same of a capability that both place here.
    databases = {key: placed for each in either for key, placed in each.databases.items() if key in capabilities}
    settings = {key: said for each in either for key, said in each.settings.items() if key in capabilities}
    embedded = [each for each in capabilities if facts.capabilities[each].has_database and each not in databases]
    last = either[-1]
    exclusive = last.ours and bool(embedded)
    return replace(last, capabilities=capabilities, databases=databases, settings=settings, exclusive=exclusive)


def _processes_changed(now: ResolvedTopology, then: ResolvedTopology) -> Iterator[Violation]:
    for name in now.processes.keys() & then.processes.keys():
        before, after = now.processes[name], then.processes[name]
        for key in _FIXED:
            if getattr(before, key) != getattr(after, key):
                yield CHANGED_KEY.broken(f"topology {then.name}, process {name}", key=key, process=name)
    for topology in (now, then):
        for process in topology.processes.values():
            if process.broker is not None:
                yield NO_BROKER.broken(f"topology {topology.name}, process {process.name}")
    if now.edge_home != then.edge_home:
        where = f"topology {then.name}"
        yield MOVED_EDGE.broken(where, before=now.edge_home or "none", after=then.edge_home or "none")


def _unmovable(
    now: ResolvedTopology, then: ResolvedTopology, found: Sequence[Step], facts: ApplicationFacts
) -> Iterator[Violation]:
    commands = {
        process.name: process.may_call
        for topology in (now, then)
        for process in topology.processes.values()
        if process.command is not None
    }
    for step in found:
        where = f"topology {then.name}, capability {step.capability}"
        source, target = now.processes[step.source], then.processes[step.target]
        for process in (source, target):
            if not process.ours:
                yield NOT_OURS.broken(where, process=process.name)
        if _server(source, step.capability) != _server(target, step.capability):
            yield CHANGED_PLACE.broken(where, capability=step.capability)
        if facts.capabilities[step.capability].shared_tables:
            yield SHARED_TABLES.broken(where)
        for command, may_call in commands.items():
            if any(right.partition(".")[0] in (step.capability, "*") for right in may_call):
                yield COMMAND_CALLS.broken(where, command=command, capability=step.capability)


def _server(process: ResolvedProcess, capability: str) -> DatabaseServer | None:
    placed = process.databases.get(capability)
    return None if placed is None else placed.server
