"""Whose databases a command works on: what plures.toml and the application say."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from plures.application import AssembledCapability
from plures.cli.console import say
from plures.cli.project import Project, file_option, open_project
from plures.data import copies, numbered

_DATA = click.option(
    "--data", type=click.Path(path_type=Path), help="Folder of the embedded databases. Default: as plures.toml says."
)


def owners_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--data` and `--file`."""
    return _DATA(file_option(command))


def read_owners(file: Path, data: Path | None) -> copies.Owners:
    """Assemble the application; raises `PluresError`."""
    project = open_project(file)
    owned = {name: numbered(capability.migrations) for name, capability in embedded(project).items()}
    return copies.Owners(project.assembly.name, data or project.settings.data, owned)


def embedded(project: Project) -> dict[str, AssembledCapability]:
    """The capabilities with a database of their own folder; says which ones are left out, since theirs is on a server."""
    owned: dict[str, AssembledCapability] = {}
    for name, capability in project.assembly.capabilities.items():
        if not capability.has_database:
            continue
        server = project.settings.storage.server_of(name)
        if server is None:
            owned[name] = capability
        else:
            say(f"{name} is left out: its data is in {server.name!r}, which the server's own tools back up.", err=True)
    return owned
