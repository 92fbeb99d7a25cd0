"""What is to be built: as the command line says, and which processes and files that means."""

from pathlib import Path

import msgspec

from plures.errors import did_you_mean
from plures.images import Compression, UnknownProcess
from plures.topology import BaseName, ImageSettings, ResolvedProcess, ResolvedTopology


class Wanted(msgspec.Struct, frozen=True):
    """What is to be built.

    Attributes:
        topology: Name of the topology; None for monolith.
        processes: Names of processes; none for all of ours, and those that [build.processes] tells of.
        together: Whether one image gets all processes of ours.
        base: What the command line names.
        platform: What the command line says, else [build].
        compression: Of layers.
        cache: Folder of what was fetched and packed before.
    """

    topology: str | None
    processes: tuple[str, ...]
    together: bool
    base: BaseName | None
    platform: tuple[str, ...] | None
    compression: Compression
    cache: Path


def default_files(settings: ImageSettings, application: str, folder: Path) -> tuple[str, ...]:
    """What is copied where [build] names no files: the package of the application, where it lies beside plures.toml."""
    first = application.partition(":")[0].partition(".")[0]
    found = [each for each in (first, f"{first}.py") if (folder / each).exists()]
    return settings.files or tuple(found[:1])


def chosen_of(topology: ResolvedTopology, settings: ImageSettings, wanted: Wanted) -> list[ResolvedProcess]:
    """The processes that are asked for; raises `UnknownProcess` where one cannot be built."""
    buildable = [
        process
        for process in topology.processes.values()
        if process.ours or (process.command is not None and process.name in settings.processes)
    ]
    for name in wanted.processes:
        if name not in topology.processes:
            hint = did_you_mean(name, topology.processes)
            raise UnknownProcess(
                name, topology.name, f"it has {', '.join(topology.processes)}", hint or "Name one of them."
            )
        if topology.processes[name] not in buildable:
            external = topology.processes[name].external is not None
            reason = "it runs elsewhere" if external else "nothing says how to build it"
            remedy = "Leave it out." if external else f"Write a table [build.processes.{name}] with its files."
            raise UnknownProcess(name, topology.name, reason, remedy)
    return [process for process in buildable if not wanted.processes or process.name in wanted.processes]
