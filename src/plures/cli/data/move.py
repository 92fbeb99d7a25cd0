"""`plures data move`."""

import asyncio
from dataclasses import asdict
from pathlib import Path

import click

from plures.cli.codebase import progress
from plures.cli.console import json_option, mistakes_explained, print_json, say
from plures.data import Folder, copies

from .owners import owners_options, read_owners


@click.command("move", short_help="Move the database of a capability to another folder; the application is stopped.")
@click.argument("capability")
@click.option("--to", "place", metavar="FOLDER", required=True, help="The data folder to move it to.")
@json_option
@owners_options
def move_command(capability: str, *, place: str, as_json: bool, data: Path | None, file: Path) -> None:
    """Move the database of CAPABILITY to another data folder, while the application is stopped.

    A move that was ended half-way is run again, and goes on where it was. Afterwards let plures.toml name the new place.
    """
    with mistakes_explained(as_json=as_json):
        owners = read_owners(file, data)
        if "://" in place:
            scheme = place.partition("://")[0]
            remedy = "Name a folder; databases on servers cannot be moved by this version."
            raise copies.CannotMove(capability, f"{scheme}://…", "it is not a folder", remedy)
        with progress() as tell:
            moved = asyncio.run(copies.move(owners, capability, _end(owners.data), _end(Path(place)), tell))
    if as_json:
        print_json(asdict(moved), pretty=False)
        return
    for name, count in moved.tables.items():
        say(("ok", "green"), f"  {name}: {count} rows")
    say(f"The database of {capability} is in {moved.place}; let plures.toml name this place.")


def _end(folder: Path) -> copies.End:
    return copies.End(Folder(folder), str(folder.absolute()))
