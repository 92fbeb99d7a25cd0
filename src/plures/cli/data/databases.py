"""Which databases `status`, `migrate` and `check` are about, and what they say of each."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import click

from plures.cli.console import as_data, json_option
from plures.cli.project import file_option, open_project
from plures.data import DatabaseState, inspect_database, unseen_database
from plures.errors import PluresError, Text, did_you_mean

from .places import Owned, owned_in

_AT_ONCE: Final = 4


@dataclass(eq=False)
class NoSuchDatabase(PluresError):
    """A command about databases was given a name that is none."""

    code = "cli.no_such_database"
    wording = Text("Capability {name!r} has no database", why="those that have one are {known}", fix="{hint}")

    name: str
    known: str
    hint: str


def databases_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`[NAMES]...`, `--data`, `--json` and `--file`."""
    data = click.option(
        "--data",
        type=click.Path(path_type=Path),
        help="Folder of the embedded databases. Default: as plures.toml says.",
    )
    return click.argument("names", nargs=-1)(data(json_option(file_option(command))))


def owned_databases(file: Path, data: Path | None, names: Sequence[str]) -> list[Owned]:
    """Those of these capabilities, or all.

    Raises:
        PluresError: The project is wrong, or one of the names.
    """
    owned = owned_in(open_project(file), data)
    for name in names:
        if name not in owned:
            hint = did_you_mean(name, owned) or "Name one of them, or leave the name out for all."
            raise NoSuchDatabase(name, ", ".join(owned) or "none", hint)
    return [owned[name] for name in names or owned]


async def states_of(owned: Sequence[Owned], *, thorough: bool = False) -> list[DatabaseState]:
    """Look at all of them, whatever one of them says."""
    # A server that does not answer takes its time, and others may be on it too; one that answers has few connections to spare.
    turns = asyncio.Semaphore(_AT_ONCE)

    async def look(one: Owned) -> DatabaseState:
        try:
            place = one.place()
        except PluresError as error:
            return unseen_database(one.dialect, one.database or str(one.data), one.capability, one.migrations, error)
        async with turns:
            return await inspect_database(place, one.capability, one.migrations, thorough=thorough)

    return list(await asyncio.gather(*map(look, owned)))


def state_as_data(state: DatabaseState) -> dict[str, Any]:
    """A state for programs."""
    return {
        "dialect": state.dialect,
        "place": state.place,
        "size_bytes": state.size_bytes,
        "open_in": state.holder or None,
        "applied": [asdict(one) for one in state.applied],
        "pending": [{"version": m.version, "name": m.name, "contract_step": m.contract_step} for m in state.pending],
        "unknown": [one.version for one in state.unknown],
        "changed": [migration.version for migration in state.changed],
        "problem": as_data(state.problems[0]) if state.problems else None,
    }
