"""`plures data restore`."""

from dataclasses import asdict
from pathlib import Path

import click

from plures.cli.codebase import progress
from plures.cli.console import json_option, mistakes_explained, print_json, say
from plures.data import copies

from .owners import fittings, owners_options, read_owners


@click.command("restore", short_help="Put the databases of a backup back; the application is stopped.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--capability", "-c", "chosen", metavar="NAME", multiple=True, help="Restore this one alone. May be repeated."
)
@click.option("--replace", is_flag=True, help="Remove what the databases hold now.")
@json_option
@owners_options
def restore_command(
    folder: Path, *, chosen: tuple[str, ...], replace: bool, as_json: bool, data: Path | None, file: Path
) -> None:
    """Put the databases of the backup FOLDER where plures.toml says they are, while the application is stopped.

    The backup is verified first. A restore that was ended half-way is run again.
    """
    parked: dict[str, int] = {}
    with mistakes_explained(as_json=as_json):
        owners = read_owners(file, data)
        owners.require(chosen)
        with progress() as tell:
            manifest = copies.restore(owners, folder, chosen, tell, replace=replace, fittings=fittings(parked))
    if as_json:
        print_json({"data": str(owners.data.absolute()), **asdict(manifest), "parked_sagas": parked}, pretty=False)
        return
    for kept in manifest.databases:
        say(("ok", "green"), f"  {kept.capability}: {sum(kept.tables.values())} rows of {kept.taken_at}")
    for capability, count in parked.items():
        are, they = ("1 saga is", "it has") if count == 1 else (f"{count:,} sagas are", "they have")
        say((f"{are} parked in {capability}: what {they} done since the backup is not known.", "yellow"))
    if parked:
        say(
            "`plures sagas list --state parked` shows them. Resume those that went on since, and all where nothing has run since."
        )
        say("Have those taken back that were taken back since.")
