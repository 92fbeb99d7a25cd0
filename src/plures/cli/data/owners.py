"""Whose databases a command works on: what plures.toml and the application say."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from plures.cli.console import say
from plures.cli.project import file_option, open_project
from plures.data import copies

_DATA = click.option(
    "--data", type=click.Path(path_type=Path), help="Folder of the embedded databases. Default: as plures.toml says."
)


def owners_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--data` and `--file`."""
    return _DATA(file_option(command))


def read_owners(file: Path, data: Path | None) -> copies.Owners:
    """Assemble the application; raises `PluresError`."""
    project = open_project(file)
    assembled = project.assembly.capabilities.items()
    storage = project.settings.storage
    owned = {
        name: capability.migrations
        for name, capability in assembled
        if capability.has_database and storage.server_of(name) is None
    }
    for name, capability in assembled:
        if capability.has_database and (server := storage.server_of(name)) is not None:
            say(f"{name} is left out: its data is in {server.name!r}, which the server's own tools back up.", err=True)
    return copies.Owners(project.assembly.name, data or project.settings.data, owned)
