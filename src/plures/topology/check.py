"""Does a topology fit an application? Finds everything that does not, at once; else places each capability in its process."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from plures.errors import InvalidInput, Violation, did_you_mean

from . import rules
from .access import CALLER_IS_PROCESS, ORIGINS_NO_EDGE, check_access
from .access import SECRET_VARIABLE as TOKEN_VARIABLE
from .broker import BROKER_VARIABLE
from .facts import ApplicationFacts
from .model import REST, Replicas, Topology
from .resolved import (
    ResolvedProcess,
    ResolvedTopology,
    check_pools,
    edge_homes,
    resolve,
    token_variables,
    with_broker,
    with_pools,
)
from .storage import SECRET_VARIABLE

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
        *_shared(resolved, topology, application),
        *_storage(topology, application),
        *_access(topology, application),
        *check_pools(resolved, topology, application),
        *(problem for process in resolved.processes.values() for problem in _abilities(process, topology, application)),
    ]
    if violations:
        raise InvalidInput(f"Topology {topology.name!r}", violations)
    return with_broker(with_pools(resolved, topology, application), topology, application)


def _processes(topology: Topology, application: ApplicationFacts) -> Iterator[Violation]:
    """What is wrong with a process by itself."""
    for name, times in Counter(process.name for process in topology.processes).items():
        if times > 1:
            yield rules.PROCESS_TWICE.broken(topology.where(name), times=times, name=name)
    for process in topology.processes:
        if not _PROCESS_NAME.fullmatch(process.name):
            yield rules.PROCESS_NAME.broken(topology.where(process.name), name=process.name)
        if process.external is not None and process.replicas != Replicas():
            yield rules.EXTERNAL_REPLICAS.broken(topology.where(process.name, "replicas"))
        if process.edge and not process.ours:
            yield rules.EDGE_ELSEWHERE.broken(topology.where(process.name, "edge"))
        if process.edge and not application.has_edge:
            yield rules.EDGE_ABSENT.broken(topology.where(process.name, "edge"))


def _placements(topology: Topology, application: ApplicationFacts) -> Iterator[Violation]:
    """Each capability is in one process, and each name is one of a capability."""
    homes = _homes(topology)
    rest = homes.pop(REST, [])
    if len(rest) > 1:
        yield rules.REST_TWICE.broken(topology.where(), processes=_listed(rest))
    for name, processes in homes.items():
        if name not in application.capabilities:
            hint = did_you_mean(name, application.capabilities) or _known(application)
            yield rules.CAPABILITY_UNKNOWN.broken(topology.where(processes[0], "capabilities"), name=name, hint=hint)
        elif len(processes) > 1:
            where = topology.where(processes[-1], "capabilities")
            yield rules.CAPABILITY_TWICE.broken(where, name=name, processes=_listed(processes))
    for name in application.capabilities:
        if name not in homes and not rest:
            yield rules.CAPABILITY_UNPLACED.broken(topology.where(), name=name)


def _needs(topology: Topology, application: ApplicationFacts) -> Iterator[Violation]:
    """The application has a capability for each contract that is called."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for name, facts in application.capabilities.items():
        for contract in (*facts.missing, *sorted(facts.needs - application.capabilities.keys())):
            wanted[contract].append(repr(name))
    for contract in (*application.edge_missing, *sorted(application.edge_needs - application.capabilities.keys())):
        wanted[contract].append("the edge")
    for contract, callers in wanted.items():
        yield rules.NEED_UNMET.broken(topology.where(), contract=contract, callers=_listed(callers))


def _edge(topology: Topology, application: ApplicationFacts) -> Iterator[Violation]:
    """The edge, where the application has one, is in one process."""
    homes = edge_homes(topology, application)
    if application.has_edge and not homes:
        yield rules.EDGE_UNPLACED.broken(topology.where())
    # More than one "*" is reported above; that the edge follows each of them is not reported again.
    if sum(process.edge is True for process in homes) > 1:
        yield rules.EDGE_TWICE.broken(topology.where(), processes=_listed(process.name for process in homes))


def _shared(resolved: ResolvedTopology, topology: Topology, application: ApplicationFacts) -> Iterator[Violation]:
    """What uses the application's own engine is in one process, that of the edge where there is one."""
    sharing = [name for name, facts in application.capabilities.items() if facts.shared_tables]
    homes = {name: resolved.homes[name] for name in sharing if name in resolved.homes}
    if not homes:
        return
    center, others = resolved.edge_home, "the edge"
    if center is None:
        first = next(iter(homes))
        center, others = homes[first], f"capability {first!r}"
    for name, home in homes.items():
        if home != center:
            tables = _listed(application.capabilities[name].shared_tables)
            where = topology.where(home, "capabilities")
            named = f"{others} in process {center!r}"
            yield rules.SHARED_SPLIT.broken(where, name=name, home=home, others=named, tables=tables)


def _storage(topology: Topology, application: ApplicationFacts) -> Iterator[Violation]:
    """What is said of capabilities is said of those that there are, and no process is given what Plures passes on itself."""
    for name in {**topology.storage.chosen, **topology.policies.capabilities, **topology.settings}:
        if name not in application.capabilities:
            hint = did_you_mean(name, application.capabilities) or _known(application)
            yield rules.CAPABILITY_UNKNOWN.broken(f"{topology.source} [capabilities.{name}]", name=name, hint=hint)
        elif name in topology.settings and not application.capabilities[name].has_settings:
            yield rules.SETTINGS_UNASKED.broken(f"{topology.source} [capabilities.{name}.settings]", name=name)
    for process in topology.processes:
        for name in sorted(process.environment.keys() & topology.storage.variables):
            yield SECRET_VARIABLE.broken(topology.where(process.name, "environment"), name=name)
        variables = topology.broker.variables if topology.broker else frozenset[str]()
        for name in sorted(process.environment.keys() & variables - topology.storage.variables):
            yield BROKER_VARIABLE.broken(topology.where(process.name, "environment"), name=name)


def _access(topology: Topology, application: ApplicationFacts) -> Iterator[Violation]:
    """What callers may call is there, and each caller has a name of its own."""
    names = {process.name for process in topology.processes}
    for caller in topology.callers:
        yield from check_access(caller.may_call, topology.where_caller(caller.name, "may_call"), application)
        if caller.origins and not application.has_edge:
            yield ORIGINS_NO_EDGE.broken(topology.where_caller(caller.name, "origins"))
        # Of a certificate, the name is that of a process: of another topology, on another machine.
        if caller.name in names and (caller.token is not None or caller.origins):
            where = topology.where_caller(caller.name)
            yield CALLER_IS_PROCESS.broken(where, name=caller.name, topology=topology.name)
    for process in topology.processes:
        yield from check_access(process.may_call, topology.where(process.name, "may_call"), application)
        for name in sorted(process.environment.keys() & token_variables(topology)):
            yield TOKEN_VARIABLE.broken(topology.where(process.name, "environment"), name=name)


def _abilities(process: ResolvedProcess, topology: Topology, application: ApplicationFacts) -> Iterator[Violation]:
    """What our own processes cannot do with the capabilities they are given."""
    if not process.ours:
        return
    for name in process.capabilities:
        facts = application.capabilities[name]
        if not facts.has_implementation:
            yield rules.IMPLEMENTATION_ABSENT.broken(topology.where(process.name, "capabilities"), name=name)
        is_embedded = facts.has_database and topology.storage.server_of(name) is None
        if is_embedded and process.replicas.max > 1:
            where = topology.where(process.name, "replicas")
            is_alone = process.capabilities == (name,) and not process.edge
            rule = rules.DATABASE_REPLICAS_ALONE if is_alone else rules.DATABASE_REPLICAS
            yield rule.broken(where, max=process.replicas.max, name=name)


def _homes(topology: Topology) -> dict[str, list[str]]:
    """Name of a capability, or `"*"` → processes that list it, once for each time."""
    homes: dict[str, list[str]] = defaultdict(list)
    for process in topology.processes:
        for name in process.capabilities:
            homes[name].append(process.name)
    return dict(homes)


def _known(application: ApplicationFacts) -> str:
    return f"The application has {_listed(application.capabilities)}."


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
