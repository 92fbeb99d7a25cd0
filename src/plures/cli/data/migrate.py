"""`plures data migrate`."""

import asyncio
import sys
from pathlib import Path

import click

from plures.cli.console import FAILED, as_data, explain, mistakes_explained, print_json, say
from plures.data import Migration, open_database
from plures.errors import PluresError

from .databases import Owned, databases_options, owned_databases


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


async def _migrated(owned: Owned) -> tuple[Migration, ...] | PluresError:
    """What has run, or why it could not."""
    before = await owned.state()
    if not (before.pending or before.failure or before.refusal):
        return ()
    try:
        database = await open_database(owned.place, owned.capability, owned.migrations)
        await database.close()
    except PluresError as error:
        return error
    return before.pending


def _as_data(outcome: tuple[Migration, ...] | PluresError) -> dict[str, object]:
    if isinstance(outcome, PluresError):
        return {"ok": False, "problem": as_data(outcome)}
    return {"ok": True, "applied": [{"version": m.version, "name": m.name} for m in outcome]}
