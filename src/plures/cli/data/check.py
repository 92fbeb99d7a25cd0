"""`plures data check`."""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from plures.cli.console import MISTAKE, as_data, explain, mistakes_explained, print_json, say
from plures.data import DatabaseState, Dialect, check_contract_steps, numbered, unseen_database
from plures.errors import InvalidInput, PluresError, Text

from .databases import databases_options, owned_databases, state_as_data, states_of
from .places import Owned

_REPAIR: Final = {
    Dialect.SQLITE: "Restore it from a backup; rows that refer to no row can also be corrected by hand while the application is stopped.",
    Dialect.POSTGRESQL: "Build such an index again (REINDEX INDEX CONCURRENTLY), have such a constraint checked (ALTER TABLE … VALIDATE CONSTRAINT), "
    "or drop it.",
}


@dataclass(eq=False)
class DatabaseUnsound(PluresError):
    """The full check found something wrong in a database."""

    code = "cli.database_unsound"
    wording = Text(
        "The database of capability {capability!r} at {place} is not sound",
        why="{damage}",
        fix="{repair}",
    )

    capability: str
    place: str
    damage: str
    repair: str


@click.command("check", short_help="Check databases and migrations; refuse what a running version would not survive.")
@click.option("--migrations-only", is_flag=True, help="Open no database: for CI, which has neither data nor secrets.")
@databases_options
def check_command(
    names: tuple[str, ...], *, data: Path | None, as_json: bool, file: Path, migrations_only: bool
) -> None:
    """Check the databases of these capabilities, and their migrations. Default: all.

    Each file that exists is read in full; on a server, indexes and constraints are looked at. The migrations must be those of the code. One that
    the version still running would not survive must be marked as contract step. Exit status 2: something is wrong.
    """
    with mistakes_explained(as_json=as_json):
        owned = owned_databases(file, data, names)
        states = _unseen(owned) if migrations_only else asyncio.run(states_of(owned, thorough=True))
    found = {one.capability: _problems(one, state) for one, state in zip(owned, states, strict=True)}
    if as_json:
        report = {state.capability: _as_data(state, found[state.capability]) for state in states}
        print_json({"databases": report}, pretty=False)
    else:
        for state in states:
            if not found[state.capability]:
                say(
                    ("ok", "green"),
                    f"  {state.capability}{'' if state.size_bytes is not None else ' (no database yet)'}",
                )
        for problem in (problem for problems in found.values() for problem in problems):
            explain(problem)
    sys.exit(MISTAKE if any(found.values()) else 0)


def _unseen(owned: list[Owned]) -> list[DatabaseState]:
    return [unseen_database(one.dialect, one.database or "", one.capability, one.migrations, None) for one in owned]


def _problems(owned: Owned, state: DatabaseState) -> list[PluresError]:
    # What is not yet there, or cannot be read, tells nothing of the version that runs.
    running = state.applied[-1].version if state.applied else None
    # What Alembic's scripts do is Python.
    steps = check_contract_steps(
        owned.capability, numbered(owned.migrations), running if isinstance(running, int) else None
    )
    problems = list(state.problems)
    if state.damage:
        problems.append(DatabaseUnsound(owned.capability, state.place, "; ".join(state.damage), _REPAIR[state.dialect]))
    if steps:
        problems.append(InvalidInput(f"The migrations of capability {owned.capability!r}", steps))
    return problems


def _as_data(state: DatabaseState, problems: list[PluresError]) -> dict[str, Any]:
    shown = state_as_data(state)
    del shown["problem"]
    return {"ok": not problems, **shown, "problems": [as_data(problem) for problem in problems]}
