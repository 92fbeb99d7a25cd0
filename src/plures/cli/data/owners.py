"""Whose databases a command works on: what plures.toml and the application say. And what the platform has in them."""

from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any

import click

from plures.cli.console import say
from plures.cli.project import Project, file_option, open_project
from plures.data import AlembicMigrations, Connection, Dialect, Server, copies, numbered

from .places import Owned, owned_in

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
    return _owners(project, owned, data, servers)


def owner_of(file: Path, data: Path | None, capability: str) -> tuple[copies.Owners, Owned]:
    """For a command on one capability, whose database is told apart from those of others; raises `PluresError`."""
    project = open_project(file)
    owned = owned_in(project, data)
    owners = _owners(project, owned, data, {})
    owners.require([capability])
    return owners, owned[capability]


def _owners(
    project: Project, owned: Mapping[str, Owned], data: Path | None, servers: dict[str, Server]
) -> copies.Owners:
    migrations = {name: numbered(one.migrations) for name, one in owned.items()}
    scripts = {name: one.migrations for name, one in owned.items() if isinstance(one.migrations, AlembicMigrations)}
    return copies.Owners(project.assembly.name, data or project.settings.data, migrations, servers, scripts)


def say_rows(tables: Mapping[str, int]) -> None:
    """Print how many rows each table has."""
    for table, count in tables.items():
        say(("ok", "green"), f"  {table}: {count} rows")


def furnish() -> copies.Furnish:
    """What makes the tables of events and sagas, which no migration makes."""
    from plures.events import make_tables as make_tables_of_events
    from plures.sagas import make_tables as make_tables_of_sagas

    return {"plures_events": make_tables_of_events, "plures_sagas": make_tables_of_sagas}


def fittings(parked: MutableMapping[str, int]) -> copies.Fittings:
    """For a restore.

    Args:
        parked: Gets the number of sagas that it has parked, for each capability that has some.
    """
    from plures.sagas import park_uncertain

    async def make_safe(connection: Connection, dialect: Dialect, kept: copies.KeptDatabase) -> None:
        count = await park_uncertain(connection, dialect, kept.taken_at)
        if count:
            parked[kept.capability] = count

    return copies.Fittings(furnish(), make_safe)
