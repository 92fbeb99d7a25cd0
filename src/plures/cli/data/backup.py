"""`plures data backup`."""

from dataclasses import asdict
from pathlib import Path

import click

from plures.cli.codebase import progress
from plures.cli.console import json_option, mistakes_explained, print_json, say
from plures.data import copies

from .owners import owners_options, read_owners


@click.command("backup", short_help="Copy all databases into a new folder, while the application runs or not.")
@click.argument("folder", type=click.Path(path_type=Path))
@json_option
@owners_options
def backup_command(folder: Path, *, as_json: bool, data: Path | None, file: Path) -> None:
    """Copy all databases of the application into the new FOLDER, while it runs or not.

    Each database is copied as it is at one moment. FOLDER appears when all of it is on the disk.
    """
    with mistakes_explained(as_json=as_json):
        owners = read_owners(file, data)
        with progress() as tell:
            manifest = copies.back_up(owners, folder, tell)
    if as_json:
        print_json({"folder": str(folder.absolute()), **asdict(manifest)}, pretty=False)
        return
    for kept in manifest.databases:
        say(("ok", "green"), f"  {kept.capability}: {sum(kept.tables.values())} rows, {kept.bytes} bytes")
    say(f"The backup is in {folder}. It holds what services know: keep it where this user alone can read it.")
