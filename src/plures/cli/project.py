"""The project in the current folder: its plures.toml, its application, and one topology of it, checked."""

import gc
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from plures.application import Application, Assembly, assemble, load
from plures.errors import PluresError, Text
from plures.logs import own_packages
from plures.topology import ResolvedTopology, Settings, check, parse

file_option = click.option(
    "--file",
    "-f",
    type=click.Path(path_type=Path),
    default=Path("plures.toml"),
    help="The settings file of the project. Default: plures.toml",
)


@dataclass(eq=False)
class NoProject(PluresError):
    """There is no plures.toml where one was expected."""

    code = "cli.no_project"
    wording = Text(
        "There is no file {file} in {folder}",
        fix="Go to the folder of the application, name the file with --file, or begin one with `plures new NAME`.",
    )

    file: str
    folder: Path


@dataclass(frozen=True)
class Project:
    """The settings and the assembled application."""

    settings: Settings
    assembly: Assembly

    def topology(self, name: str | None) -> ResolvedTopology:
        """A topology by name (the monolith when None), checked against the application; raises `PluresError`."""
        topology = self.settings.topology(name or "monolith")
        if self.settings.services:
            from plures.rescue import check_clashes, place_services

            check_clashes(place_services(topology, self.settings.services))
        return check(topology, self.assembly.facts)

    def services(self, name: str | None) -> dict[str, list[str]]:
        """Process → the existing services that it runs in a topology."""
        if not self.settings.services:
            return {}
        from plures.rescue import place_services

        placed = place_services(self.settings.topology(name or "monolith"), self.settings.services)
        return {process: [service.name for service in services] for process, services in placed.items()}


def folder_of(file: Path) -> Path:
    """The folder that a settings file is in; raises `NoProject` when there is no such file."""
    folder = file.absolute().parent
    if not os.path.isfile(file):  # noqa: PTH113 - Path.is_file raises for names that are too long
        raise NoProject(file.name, folder)
    return folder


def data_of(file: Path) -> Path:
    """The data folder of a settings file; raises `PluresError` when the file is missing or wrong."""
    folder_of(file)
    return parse(file).data


def open_project(file: Path) -> Project:
    """Read plures.toml and assemble the application that it names.

    Raises:
        PluresError: The file is missing or wrong, or the application is.
    """
    folder = folder_of(file)
    settings = parse(file)
    return Project(settings, assembled(settings, folder))


def assembled(settings: Settings, folder: Path) -> Assembly:
    """The application that settings name; raises `PluresError` where it is wrong."""
    if not settings.application:
        return assemble(Application("services", []))
    own_packages(settings.application)
    return assemble(load(settings.application, folder))


@contextmanager
def nothing_collected() -> Generator[None]:
    """What a command reads and compares is needed to its end. Contracts and documents are up to millions of small things: looking for those that nothing needs takes as long as the rest."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
