"""`plures data migrate`."""

import asyncio
import sys
from pathlib import Path
from typing import TypeAlias

import click

from plures.cli.console import FAILED, as_data, explain, mistakes_explained, print_json, say
from plures.data import Migration, Revision, migrate_database
from plures.errors import PluresError

from .databases import databases_options, owned_databases, states_of
from .places import Owned

Ran: TypeAlias = tuple[Migration | Revision, ...]


@click.command("migrate", short_help="Run the migrations that are pending, before the application starts.")
@databases_options
def migrate_command(names: tuple[str, ...], *, data: Path | None, as_json: bool, file: Path) -> None:
    """Run the migrations that are pending for these capabilities. Default: for all.

    An application does the same when it starts. Here the operator says when. Exit status 1: one of them failed, the others have run.
    """
    with mistakes_explained(as_json=as_json):
        owned = owned_databases(file, data, names)
        outcomes = {one.capability: asyncio.run(_migrated(one)) for one in owned}
    failed = [outcome for outcome in outcomes.values() if isinstance(outcome, PluresError)]
    if as_json:
        print_json({"databases": {name: _as_data(outcome) for name, outcome in outcomes.items()}}, pretty=False)
    else:
        for name, outcome in outcomes.items():
            if not isinstance(outcome, PluresError):
                say(("ok", "green"), f"  {name}: {', '.join(map(str, outcome)) or 'nothing was pending'}")
        for problem in failed:
            explain(problem)
    sys.exit(FAILED if failed else 0)


async def _migrated(owned: Owned) -> Ran | PluresError:
    """What has run, or why it could not."""
    (before,) = await states_of([owned])
    if before.failure is not None:
        return before.failure
    try:
        # A file of which an application holds the lock is left alone where nothing is pending.
        if before.pending or before.refusal:
            return await migrate_database(owned.place(), owned.capability, owned.migrations)
    except PluresError as error:
        return error
    return ()


def _as_data(outcome: Ran | PluresError) -> dict[str, object]:
    if isinstance(outcome, PluresError):
        return {"ok": False, "problem": as_data(outcome)}
    return {"ok": True, "applied": [{"version": m.version, "name": m.name} for m in outcome]}
