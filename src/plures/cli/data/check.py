"""`plures data check`."""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from plures.cli.console import MISTAKE, as_data, explain, mistakes_explained, print_json, say
from plures.data import DatabaseState, check_contract_steps
from plures.errors import InvalidInput, PluresError, Text

from .databases import Owned, databases_options, owned_databases, state_as_data


@dataclass(eq=False)
class DatabaseUnsound(PluresError):
    """The full check found something wrong in the file of a database."""

    code = "cli.database_unsound"
    wording = Text(
        "The database of capability {capability!r} at {place} is not sound",
        why="{damage}",
        fix="Restore it from a backup; rows that refer to no row can also be corrected by hand while the application is stopped.",
    )

    capability: str
    place: str
    damage: str


@click.command("check", short_help="Check databases and migrations; refuse what a running version would not survive.")
@databases_options
def check_command(names: tuple[str, ...], *, data: Path | None, as_json: bool, file: Path) -> None:
    """Check the databases of these capabilities, and their migrations. Default: all.

    Each database that exists is read in full. Its migrations must be those of the code. A migration that the version still running would not
    survive must be marked as contract step; this is checked without a database too, so that CI can do it. Exit status 2: something is wrong.
    """
    with mistakes_explained(as_json=as_json):
        owned = owned_databases(file, data, names)

        async def look() -> list[DatabaseState]:
            return [await one.state(thorough=True) for one in owned]

        states = asyncio.run(look())
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


def _problems(owned: Owned, state: DatabaseState) -> list[PluresError]:
    # What is not yet there, or cannot be read, tells nothing of the version that runs.
    running = state.applied[-1].version if state.applied else None
    steps = check_contract_steps(owned.capability, owned.migrations, running)
    problems = [problem for problem in (state.failure, state.refusal) if problem]
    if state.damage:
        problems.append(DatabaseUnsound(owned.capability, state.place, "; ".join(state.damage)))
    if steps:
        problems.append(InvalidInput(f"The migrations of capability {owned.capability!r}", steps))
    return problems


def _as_data(state: DatabaseState, problems: list[PluresError]) -> dict[str, Any]:
    shown = state_as_data(state)
    del shown["problem"]
    return {"ok": not problems, **shown, "problems": [as_data(problem) for problem in problems]}
