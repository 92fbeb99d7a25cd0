"""Which process runs which of the existing services."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from plures.errors import InvalidInput, Violation, did_you_mean
from plures.topology import Process, Replicas, Service, Topology

from . import rules

_REST: Final = "*"


def place_services(topology: Topology, services: Mapping[str, Service]) -> dict[str, tuple[Service, ...]]:
    """Process → its services, in the order of the file; processes without any are left out.

    Raises:
        InvalidInput: With one violation for each thing that does not fit.
    """
    violations = [*_check(topology, services)]
    if violations:
        raise InvalidInput(f"Topology {topology.name!r}", violations)
    named = {name for process in topology.processes for name in process.services}
    placed: dict[str, tuple[Service, ...]] = {}
    for process in topology.processes:
        mine = set(process.services)
        found = [service for name, service in services.items() if name in mine or (_REST in mine and name not in named)]
        if found:
            placed[process.name] = tuple(found)
    return placed


def _check(topology: Topology, services: Mapping[str, Service]) -> Iterator[Violation]:
    for process in topology.processes:
        if process.services:
            yield from _process(process, topology)
    homes = _homes(topology)
    rest = homes.pop(_REST, [])
    if len(rest) > 1:
        yield rules.REST_TWICE.broken(topology.where(), processes=", ".join(rest))
    for name, processes in homes.items():
        if name not in services:
            hint = did_you_mean(name, services) or f"The file has {', '.join(services)}."
            yield rules.UNKNOWN.broken(topology.where(processes[0], "services"), name=name, hint=hint)
        elif len(processes) > 1:
            where = topology.where(processes[-1], "services")
            yield rules.TWICE.broken(where, name=name, processes=", ".join(processes))
    for name, service in services.items():
        if not service.folder.is_dir():
            where = f"{topology.source} [services.{name}] folder"
            yield rules.FOLDER.broken(where, folder=service.folder)
        if name not in homes and not rest:
            yield rules.UNPLACED.broken(topology.where(), name=name)


def _process(process: Process, topology: Topology) -> Iterator[Violation]:
    """What is wrong with a process that lists services, by itself."""
    said = {
        "external": process.external is not None,
        "command": process.command is not None,
        "replicas": process.replicas != Replicas(),
    }
    for key in (key for key, is_said in said.items() if is_said):
        yield rules.NOT_OURS.broken(topology.where(process.name, key), key=key)
    if (process.capabilities or process.edge) and len(topology.processes) > 1:
        yield rules.MIXED.broken(topology.where(process.name, "services"))


def _homes(topology: Topology) -> dict[str, list[str]]:
    """Name of a service, or `"*"` → processes that list it."""
    homes: dict[str, list[str]] = defaultdict(list)
    for process in topology.processes:
        for name in process.services:
            homes[name].append(process.name)
    return dict(homes)
