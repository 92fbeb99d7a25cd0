"""`plures data move`."""

import asyncio
from dataclasses import asdict
from pathlib import Path

import click

from plures.cli.codebase import progress
from plures.cli.console import json_option, mistakes_explained, print_json, say
from plures.data import copies

from .ends import source_of, target_by_name, target_by_reference
from .owners import furnish, owner_of, owners_options, say_rows


@click.command("move", short_help="Move the database of a capability to another place.")
@click.argument("capability")
@click.option(
    "--to",
    "name",
    metavar="PLACE",
    help="A database of plures.toml by its name, sqlite, a folder, or a URL without a password.",
)
@click.option(
    "--to-url-from",
    "reference",
    metavar="NAME",
    help="The variable of the environment, or the file, that holds the URL of the PostgreSQL database to move to.",
)
@json_option
@owners_options
def move_command(
    capability: str, *, name: str | None, reference: str | None, as_json: bool, data: Path | None, file: Path
) -> None:
    """Move the database of CAPABILITY to another place.

    The application may run: its reads go on, and its writes wait for a moment at the end. A move that was ended half-way is run again, and goes
    on where it was. Afterwards let plures.toml name the new place.
    """
    if (name is None) == (reference is None):
        message = "name the place once, by --to or by --to-url-from"
        raise click.UsageError(message)
    with mistakes_explained(as_json=as_json):
        owners, owned = owner_of(file, data, capability)
        source = source_of(owned)
        target = target_by_name(owned, name or "") if reference is None else target_by_reference(owned, reference)
        with progress() as tell:
            moved = asyncio.run(_moved(owners, capability, (source, target), tell, furnish=furnish()))
    if as_json:
        print_json({**asdict(moved), "next": target.advice}, pretty=False)
        return
    say_rows(moved.tables)
    if moved.held_s is not None:
        say(f"Writes waited {moved.held_s:.2f} s.")
    say(f"The database of {capability} is in {moved.place}. {target.advice}")


async def _moved(
    owners: copies.Owners,
    capability: str,
    ends: tuple[copies.End, copies.End],
    tell: copies.Tell,
    *,
    furnish: copies.Furnish,
) -> copies.Moved:
    """Move it, with the processes that use it where the application runs."""
    from .processes import users_of, using

    running = users_of(owners.data, owners.application, capability)
    if not running:
        return await copies.move(owners, capability, *ends, tell, furnish=furnish)
    with using(owners.data, capability, running, ends[1]) as users:
        return await copies.move_live(owners, capability, ends, users, tell, furnish=furnish)
