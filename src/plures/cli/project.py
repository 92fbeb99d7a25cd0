"""The project in the current folder: its plures.toml, its application, and one topology of it, checked."""

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


def open_project(file: Path) -> Project:
    """Read plures.toml and assemble the application that it names.

    Raises:
        PluresError: The file is missing or wrong, or the application is.
    """
    if not file.is_file():
        what = f"There is no {file.name} in {file.absolute().parent}"
        fix = "Go to the folder of the application, name the file with --file, or begin one with `plures new NAME`."
        raise NoProject(what, fix=fix)
    settings = parse(file)
    return Project(settings, assemble(load(settings.application, file.absolute().parent)))
