"""`plures data status`."""

import asyncio
import sys
from pathlib import Path
from typing import Final

import click

from plures.cli.console import FAILED, explain, mistakes_explained, print_json, rich_console
from plures.data import DatabaseState

from .databases import databases_options, owned_databases, state_as_data, states_of

_STEP: Final = 1024


@click.command("status", short_help="Show where each database is, its migrations, and who has it open.")
@databases_options
def status_command(names: tuple[str, ...], *, data: Path | None, as_json: bool, file: Path) -> None:
    """Show where the databases of these capabilities are, their migrations, and who has them open. Default: all.

    Nothing is changed, and the application may run. Exit status 1: one of them cannot be read, or does not fit the code.
    """
    with mistakes_explained(as_json=as_json):
        owned = owned_databases(file, data, names)
        states = asyncio.run(states_of(owned))
    problems = [problem for state in states for problem in state.problems]
    if as_json:
        print_json({"databases": {state.capability: state_as_data(state) for state in states}}, pretty=False)
    else:
        _print(states)
        for problem in problems:
            explain(problem)
    sys.exit(FAILED if problems else 0)


def _print(states: list[DatabaseState]) -> None:
    from rich.table import Table
    from rich.text import Text

    if not states:
        click.echo("No capability of this application has a database.")
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("capability", "size", "migrations", "open in", "where"):
        table.add_column(heading, overflow="fold")
    for state in states:
        size = "-" if state.size_bytes is None else _size(state.size_bytes)
        row = (
            state.capability,
            size,
            _migrations(state),
            state.holder or "-",
            f"{state.dialect} {_short(state.place)}",
        )
        # As text: names may hold what Rich takes for markup.
        table.add_row(*map(Text, row))
    rich_console().print(table)


def _migrations(state: DatabaseState) -> str:
    if state.failure:
        return "not read"
    counts = {
        "applied": len(state.applied), "pending": len(state.pending), "unknown": len(state.unknown), "changed": len(state.changed)
    }  # fmt: skip
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count or word == "applied")


def _size(size_bytes: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if size_bytes < _STEP:
            return f"{size_bytes:.0f} {unit}"
        size_bytes /= _STEP
    return f"{size_bytes:.1f} GiB"


def _short(place: str) -> str:
    """A path as seen from the current folder, where it is below it."""
    here = Path.cwd()
    return str(Path(place).relative_to(here)) if Path(place).is_relative_to(here) else place
