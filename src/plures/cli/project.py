"""The project in the current folder: its plures.toml, its application, and one topology of it, checked."""

import os
from dataclasses import dataclass
from pathlib import Path

from plures.application import Assembly, assemble, load
from plures.errors import PluresError
from plures.topology import ResolvedTopology, Settings, check, parse


class NoProject(PluresError):
    """There is no plures.toml where one was expected."""

    code = "cli.no_project"


@dataclass(frozen=True)
class Project:
    """Settings and the assembled application."""

    settings: Settings
    assembly: Assembly

    def topology(self, name: str | None) -> ResolvedTopology:
        """A topology by name (the monolith when None), checked against the application; raises `PluresError`."""
        return check(self.settings.topology(name or "monolith"), self.assembly.facts)


def folder_of(file: Path) -> Path:
    """The folder that a settings file is in; raises `NoProject` when there is no such file."""
    folder = file.absolute().parent
    if not os.path.isfile(file):  # noqa: PTH113 - Path.is_file raises for names that are too long
        what = f"There is no file {file.name} in {folder}"
        fix = "Go to the folder of the application, name the file with --file, or begin one with `plures new NAME`."
        raise NoProject(what, fix=fix)
    return folder


def open_project(file: Path) -> Project:
    """Read plures.toml and assemble the application that it names.

    Raises:
        PluresError: The file is missing or wrong, or the application is.
    """
    folder = folder_of(file)
    settings = parse(file)
    return Project(settings, assemble(load(settings.application, folder)))
