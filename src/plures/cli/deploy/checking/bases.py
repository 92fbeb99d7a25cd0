"""What the code in the folder is compared with: what runs, or what lock files say of it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from plures.cli.contract import base_of
from plures.cli.project import Project
from plures.rollout import Declared, Outside, Running, Version

from .errors import AnotherApplication
from .fitting import Fit, fit, fit_without_replicas
from .running import Replica, rights_of


class Base(msgspec.Struct, frozen=True):
    """One of both.

    Attributes:
        notes: What was taken for granted.
    """

    fit: Fit
    running: Running
    notes: tuple[str, ...]


def running(
    project: Project, topology: str | None, replicas: Sequence[Replica], comes: Version, *, are_all: bool
) -> Base:
    """What replicas say.

    Args:
        topology: The name of one; None for the first one that fits.
        are_all: Whether every process of ours is among the replicas.

    Raises:
        AnotherApplication: They are of another one.
        PluresError: As `fit`.
    """
    wanted = project.assembly.name
    for each in replicas:
        if each.application != wanted:
            raise AnotherApplication(each.at, each.application, wanted)
    found = fit(project, topology, replicas, are_all=are_all)
    silent = [each for each in replicas if not each.says]
    versions = {
        # What an older release of Plures does not say is taken to be as it is in the code.
        name: version if not silent else replace(version, declared=comes.declared)
        for name, version in found.versions.items()
    }
    outside: dict[str, Outside] = {}
    for caller in (one for replica in replicas for one in replica.outside):
        known = outside.get(caller.name, caller)
        outside[caller.name] = Outside(caller.name, {**known.contracts, **caller.contracts})
    # Replicas of one process see the same sagas.
    sagas = {(it.capability, it.saga, it.version): it for replica in replicas for it in replica.sagas}
    notes = [*_of_processes(found)]
    if not are_all:
        asked = ", ".join(found.versions)
        notes.append(f"one replica of {asked} was asked: the others are taken to run the same version")
    if silent:
        notes.append(
            "what runs is of an older release of Plures, which does not say who calls what: taken from the code"
        )
    return Base(found, Running(versions, tuple(outside.values()), tuple(sagas.values())), tuple(notes))


def recorded(project: Project, topology: str | None, against: str, folder: Path, comes: Version) -> Base:
    """What lock files say.

    Args:
        topology: The name of one; None for the monolith.
        against: A commit, branch or tag, or a folder.
        folder: Of the project.
        comes: What is to run, of which it is taken that old callers call the same.

    Raises:
        PluresError: There are none, or they are wrong; the topology is not there or does not fit.
    """
    named, contracts = base_of(against, folder, project.settings.data)
    families = {name.rpartition(".")[0]: capability for name, capability in comes.homes.items()}
    homes = {name: families.get(each.family, each.family.rpartition(".")[2]) for name, each in contracts.items()}
    declared = Declared(calls=_known(comes.declared.calls, contracts), hears=comes.declared.hears)
    version = Version(contracts, homes, declared)
    found = fit_without_replicas(project, topology, version)
    outside = tuple(
        Outside(each.name, rights_of(each.may_call, homes, contracts)) for each in project.settings.topology().callers
    )
    notes = (
        *_of_processes(found),
        f"{named} was taken for what runs: who calls and hears what is as in the code, and migrations and sagas are not looked at",
    )
    return Base(found, Running(dict.fromkeys(found.topology.processes, version), outside), notes)


def _known(calls: Mapping[str, tuple[str, ...]], contracts: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    return {caller: tuple(each for each in several if each in contracts) for caller, several in calls.items()}


def _of_processes(found: Fit) -> list[str]:
    notes: list[str] = []
    for process in found.topology.processes.values():
        if process.external is not None:
            notes.append(f"{process.name} runs elsewhere, and is taken to be as its callers know it")
        elif process.command is not None:
            notes.append(f"{process.name} is a program in another language, and is taken to keep its contract")
    return notes
