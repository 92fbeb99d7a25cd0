"""Which process of a topology each replica belongs to that runs."""

from collections.abc import Mapping, Sequence

import msgspec

from plures.cli.project import Project
from plures.errors import PluresError
from plures.rollout import Place, Version
from plures.topology import ResolvedProcess, ResolvedTopology

from .errors import AnotherTopology, SeveralVersionsRun
from .running import Replica


class Fit(msgspec.Struct, frozen=True):
    """A topology in which the replicas have their places.

    Attributes:
        versions: Process → what runs there, of those that were asked.
    """

    topology: ResolvedTopology
    places: tuple[Place, ...]
    versions: Mapping[str, Version]


def fit(project: Project, name: str | None, replicas: Sequence[Replica], *, are_all: bool) -> Fit:
    """The topology of this name; the first one that fits where none is given, the monolith before others.

    Args:
        are_all: Whether every process of ours is among the replicas.

    Raises:
        AnotherTopology: What runs is placed otherwise.
        SeveralVersionsRun: Replicas of one process differ.
        PluresError: The topology does not fit the application.
    """
    names = sorted(project.settings.topologies, key=lambda each: each != "monolith")
    fitting: dict[str, Fit] = {}
    for each in names if name is None else dict.fromkeys((name, *names)):
        try:
            topology = project.topology(each)
        except PluresError:
            if each == name:
                raise
            continue
        found = _fit(topology, replicas, are_all=are_all)
        if found is not None and (name is None or each == name):
            return found
        if found is not None:
            fitting[each] = found
    wanted = "every topology of plures.toml" if name is None else f"topology {name}"
    change = "Change what runs with plures topology apply, or start it in that topology, then check."
    way_out = f"Name one that fits: --topology {next(iter(fitting))}." if fitting else change
    raise AnotherTopology(wanted, "; ".join(dict.fromkeys(_told(each) for each in replicas)), way_out)


def fit_without_replicas(project: Project, name: str | None, version: Version) -> Fit:
    """The topology of this name, the monolith where none is given, as if one version ran in all of it; raises `PluresError`."""
    topology = project.topology(name)
    known = set(version.homes.values())
    places = tuple(_place(process, (), known) for process in topology.processes.values())
    return Fit(topology, places, dict.fromkeys(topology.processes, version))


def _fit(topology: ResolvedTopology, replicas: Sequence[Replica], *, are_all: bool) -> Fit | None:
    known = {capability for each in replicas for capability in each.version.homes.values()}
    comes = {capability for process in topology.processes.values() for capability in process.capabilities}
    found: dict[str, list[Replica]] = {}
    for replica in replicas:
        process = next((each for each in topology.processes.values() if _hosts(each, replica, known, comes)), None)
        if process is None:
            return None
        found.setdefault(process.name, []).append(replica)
    for process in topology.processes.values():
        if are_all and process.ours and known & set(process.capabilities) and process.name not in found:
            return None
    places = tuple(_place(process, found.get(process.name, ()), known) for process in topology.processes.values())
    return Fit(topology, places, {name: _one_of(name, several) for name, several in found.items()})


def _hosts(process: ResolvedProcess, replica: Replica, known: set[str], comes: set[str]) -> bool:
    """Whether the replica is one of this process: what is new runs nowhere yet, and what is gone has no process any more."""
    hosts = frozenset(process.capabilities)
    if not process.ours or hosts & known != replica.hosts & comes:
        return False
    return bool(replica.hosts & comes) or process.edge == replica.has_edge


def _place(process: ResolvedProcess, replicas: Sequence[Replica], known: set[str]) -> Place:
    hosted = sorted(replicas[0].hosts) if replicas else [each for each in process.capabilities if each in known]
    return Place(
        process.name,
        process.capabilities,
        tuple(hosted),
        edge=process.edge,
        stays=process.external is not None,
        alone=process.exclusive,
    )


def _one_of(process: str, replicas: Sequence[Replica]) -> Version:
    first = replicas[0]
    for other in replicas[1:]:
        if other.version != first.version:
            raise SeveralVersionsRun(process, first.at, other.at)
    return first.version


def _told(replica: Replica) -> str:
    return ", ".join([*(["the edge"] if replica.has_edge else []), *sorted(replica.hosts)])
