"""Which databases `status`, `migrate` and `check` are about, and what they say of each."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from plures.cli.console import as_data, json_option
from plures.cli.project import Project, file_option, open_project
from plures.data import DatabaseState, Migration, inspect_database
from plures.errors import PluresError, Text, did_you_mean

from .owners import embedded


@dataclass(eq=False)
class NoSuchDatabase(PluresError):
    """A command about databases was given a name that is none."""

    code = "cli.no_such_database"
    wording = Text("Capability {name!r} has no database", why="those that have one are {known}", fix="{hint}")

    name: str
    known: str
    hint: str


@dataclass(frozen=True)
class Owned:
    """One database: whose it is, where, and the migrations that the code has."""

    capability: str
    place: Path
    migrations: tuple[Migration, ...]

    async def state(self, *, thorough: bool = False) -> DatabaseState:
        """Look at it."""
        return await inspect_database(self.place, self.capability, self.migrations, thorough=thorough)


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
    project = open_project(file)
    owned = {
        name: Owned(name, _place(project, data), capability.migrations)
        for name, capability in embedded(project).items()
    }
    for name in names:
        if name not in owned:
            hint = did_you_mean(name, owned) or "Name one of them, or leave the name out for all."
            raise NoSuchDatabase(name, ", ".join(owned) or "none", hint)
    return [owned[name] for name in names or owned]


def _place(project: Project, data: Path | None) -> Path:
    return data or project.settings.data


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
        "problem": None if (problem := state.failure or state.refusal) is None else as_data(problem),
    }
