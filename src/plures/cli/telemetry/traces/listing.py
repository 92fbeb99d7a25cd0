"""The command `plures trace list`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from plures.cli.console import print_json, say
from plures.cli.telemetry.store import looked_at, open_store, store_options, trace_as_data
from plures.cli.telemetry.telling import Column, lasting, moment, one_line, print_table

from .filters import filter_options
from .words import failing

if TYPE_CHECKING:
    from plures.telemetry import TraceFilter

_COLUMNS = (
    Column("trace"),
    Column("began (UTC)"),
    Column("lasted", is_number=True),
    Column("spans", is_number=True),
    Column("faults", is_number=True),
    Column("kept"),
    Column("what", gives=True),
)


@click.command("list")
@filter_options
@click.option("--longest", is_flag=True, help="Those that lasted longest first, instead of the newest.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Most traces.")
@store_options
def list_command(
    wanted: "TraceFilter", *, longest: bool, limit: int, data: Path | None, file: Path, as_json: bool
) -> None:
    """List the traces of requests that are kept, the newest first, or the longest.

    Kept are those that were drawn, those in which anything failed, and those that took longer than 99 of 100 do.
    """
    with looked_at(as_json=as_json):
        found = open_store(file, data).traces(wanted, limit=limit, longest=longest)
    if as_json:
        print_json([trace_as_data(each) for each in found], pretty=False)
    elif found:
        rows = [
            (
                each.id,
                moment(each.began),
                lasting(each.lasted),
                f"{each.spans:,}",
                f"{each.faults:,}" if each.faults else "",
                each.kept_for,
                one_line(each.name) + (f"  {failing(each.code)}" if each.code else ""),
            )
            for each in found
        ]
        print_table(_COLUMNS, rows)
    else:
        say(
            "No trace that is kept is like that."
            if wanted != type(wanted)()
            else "No trace is kept yet. Call the application: the first request of each operation is kept."
        )
