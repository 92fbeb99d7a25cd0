"""The command `plures top`."""

import shutil
import sys
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING

import click

from plures.cli.console import print_json, rich_console, say
from plures.cli.telemetry.asking import as_lasting
from plures.cli.telemetry.store import looked_at, open_store, store_options
from plures.cli.telemetry.telling import room

if TYPE_CHECKING:
    from plures.telemetry import Reading

_SORTS = ("calls", "faults", "p50", "p99", "flight", "cpu")
_SECOND = 1_000_000


@click.command("top")
@click.option("--once", is_flag=True, help="Print it once, and end. So it is, too, where there is no terminal.")
@click.option(
    "--over",
    callback=as_lasting,
    default="1m",
    show_default=True,
    metavar="TIME",
    help="Of the last so many seconds, minutes or hours.",
)
@click.option("--sort", type=click.Choice(_SORTS), default="calls", show_default=True, help="What comes first.")
@click.option(
    "--every", callback=as_lasting, default="2s", show_default=True, metavar="TIME", help="How often it is looked."
)
@store_options
def top_command(*, once: bool, over: int, sort: str, every: int, data: Path | None, file: Path, as_json: bool) -> None:
    """Show what is called now, how long it takes, how it fails.

    Of each capability and operation: calls, faults, times, and the processor time that it takes.

    CPU is in percent of one processor. Times are those of the work itself, without the way of remote calls.
    """
    from .rates import read_rates
    from .table import lines_of_top, rates_as_data

    seconds = max(10, over // _SECOND)
    with looked_at(as_json=as_json):
        store = open_store(file, data)
        rates = read_rates(store, seconds)
        if as_json:
            print_json(rates_as_data(rates, sort), pretty=False)
        elif once or not sys.stdout.isatty():
            for number, line in enumerate(lines_of_top(rates, sort, room())):
                say((line, "dim") if number == 2 else line)  # noqa: PLR2004 - the headings
        else:
            _watch(store, seconds, sort, max(0.2, every / _SECOND))


def _watch(store: "Reading", seconds: int, sort: str, every_s: float) -> None:
    """Show it until Ctrl+C."""
    from rich.live import Live
    from rich.text import Text

    from plures.telemetry import TelemetryUnreadable

    from .rates import read_rates
    from .table import lines_of_top

    with Live(console=rich_console(), screen=True, auto_refresh=False) as live:
        while True:
            size = shutil.get_terminal_size()
            try:
                lines = lines_of_top(read_rates(store, seconds), sort, size.columns, size.lines - 1)
            except TelemetryUnreadable as error:
                # A process that finds it damaged begins a new one.
                lines = [f"{error.what}: {error.why}"]
            live.update(Text("\n".join(lines), no_wrap=True, overflow="crop"), refresh=True)
            sleep(every_s)
