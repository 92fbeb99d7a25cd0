"""`plures data adopt`."""

import asyncio
from dataclasses import asdict
from pathlib import Path

import click

from plures.cli.codebase import progress
from plures.cli.console import json_option, mistakes_explained, print_json, say
from plures.cli.data.ends import source_of
from plures.cli.data.owners import owner_of, owners_options, say_rows
from plures.data import copies

from .outside import outside_by_reference, outside_named


@click.command(
    "adopt", short_help="Move tables of the application's own database into a capability's, with their rows."
)
@click.argument("capability")
@click.option(
    "--from",
    "name",
    metavar="PLACE",
    help="The application's own database: a file of SQLite, or the URL of a PostgreSQL database without a password.",
)
@click.option(
    "--from-url-from",
    "reference",
    metavar="NAME",
    help="The variable of the environment, or the file, that holds the URL of that PostgreSQL database.",
)
@click.option("--schema", default="public", show_default=True, help="The schema of the tables there, on PostgreSQL.")
@click.option("--back", is_flag=True, help="Move the rows back into the tables that they came from.")
@click.option("--dry-run", is_flag=True, help="Say what would move and what would break, and change nothing.")
@click.option(
    "--without-references",
    is_flag=True,
    help="The code sees to what the database no longer checks: references to tables that stay.",
)
@json_option
@owners_options
def adopt_command(
    capability: str,
    *,
    name: str | None,
    reference: str | None,
    schema: str,
    back: bool,
    dry_run: bool,
    without_references: bool,
    as_json: bool,
    data: Path | None,
    file: Path,
) -> None:
    """Move tables with their rows from the application's own database into that of CAPABILITY.

    They are those that the capability's migrations make. The old tables stay there, empty and by another name, for the way back. Nothing
    writes to them meanwhile. Stop the application first. A run that was killed is run again.
    """
    if (name is None) == (reference is None):
        message = "name the application's own database once, by --from or by --from-url-from"
        raise click.UsageError(message)
    with mistakes_explained(as_json=as_json):
        owners, owned = owner_of(file, data, capability)
        own = source_of(owned)
        outside = (
            outside_named(capability, name, schema)
            if name is not None
            else outside_by_reference(capability, reference or "", schema)
        )
        with progress() as tell:
            if back:
                work = copies.take_back(owners, capability, outside, own, tell, is_dry=dry_run)
            else:
                work = copies.adopt(
                    owners, capability, outside, own, tell, without_references=without_references, is_dry=dry_run
                )
            adopted = asyncio.run(work)
    if as_json:
        print_json({**asdict(adopted), "dry_run": dry_run, "back": back}, pretty=False)
        return
    _print(adopted, back=back, is_dry=dry_run)


def _print(adopted: copies.Adopted, *, back: bool, is_dry: bool) -> None:
    say_rows(adopted.tables)
    for table in adopted.new:
        say(("new", "yellow"), f"  {table}: not there, it begins empty")
    for each in adopted.breaks:
        said = each.violation
        say(
            ("breaks", "red" if not each.is_accepted else "yellow"),
            f"  {said.where}: {said.what}. {said.fix}",
        )
    target = adopted.outside if back else adopted.own
    if is_dry:
        say(f"These rows would be in {target}. Nothing was changed.")
    elif back:
        say(
            f"The tables of {adopted.capability} are in {target} again. Let its code use them there (shared_tables), then start the application."
        )
    else:
        kept = "The old tables are empty, and their names begin with plures_kept_."
        say(f"The tables of {adopted.capability} are in {target}. {kept} Start the application.")
