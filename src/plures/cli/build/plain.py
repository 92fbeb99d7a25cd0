"""`plures build --dockerfile`: the same image, by the means of a builder."""

import sys
from pathlib import Path

from plures.cli.project import Project
from plures.images import Steps, UnknownProcess, dockerfile

from .choosing import Wanted, chosen_of, default_files
from .starting import PACKAGES, Told, labels_of, start_of


def dockerfile_of(project: Project, folder: Path, wanted: Wanted) -> str:
    """The text of a Dockerfile for one image, to be built in the folder of plures.toml.

    Raises:
        UnknownProcess: Several images would be built, or a process is in another language.
    """
    settings = project.settings.images
    topology = project.topology(wanted.topology)
    chosen = chosen_of(topology, settings, wanted)
    ours = [process for process in chosen if process.ours]
    if not ours or (len(chosen) > 1 and not wanted.together):
        names = ", ".join(process.name for process in chosen)
        raise UnknownProcess(
            names,
            topology.name,
            "one Dockerfile makes one image, of this application",
            "Name one process of it, or write --together.",
        )
    one = None if wanted.together or len(topology.processes) == 1 else ours[0]
    base = wanted.base or settings.base
    python = settings.python or f"{sys.version_info.major}.{sys.version_info.minor}"
    name = settings.name or project.assembly.name
    told = Told(name if one is None else f"{name}/{one.name}", project.assembly, topology.name, ours)
    files = default_files(settings, project.settings.application, folder)
    steps = Steps(
        f"python:{python}-slim" if base is None or base.path is not None else base.text,
        settings.lock,
        f"/{PACKAGES}",
        settings.projects,
        (*files, "plures.toml"),
    )
    return dockerfile(steps, start_of(topology.name, one, settings.environment), labels_of(told, None, None))
