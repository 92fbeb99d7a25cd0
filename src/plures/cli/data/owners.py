"""Whose databases a command works on: what plures.toml and the application say."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from plures.cli.project import file_option, open_project
from plures.data import AlembicMigrations, Server, copies, numbered

from .places import owned_in

_DATA = click.option(
    "--data", type=click.Path(path_type=Path), help="Folder of the embedded databases. Default: as plures.toml says."
)


def owners_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--data` and `--file`."""
    return _DATA(file_option(command))


def read_owners(file: Path, data: Path | None) -> copies.Owners:
    """Assemble the application; raises `PluresError`."""
    project = open_project(file)
    owned = owned_in(project, data)
    servers = {name: place for name, one in owned.items() if isinstance(place := one.place(), Server)}
    migrations = {name: numbered(one.migrations) for name, one in owned.items()}
    scripts = {name: one.migrations for name, one in owned.items() if isinstance(one.migrations, AlembicMigrations)}
    return copies.Owners(project.assembly.name, data or project.settings.data, migrations, servers, scripts)
