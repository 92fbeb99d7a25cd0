"""Tables that fit the terminal. In a pipe they have all that there is, so that it can be searched."""

import shutil
import sys
from collections.abc import Sequence
from typing import Final, NamedTuple

from plures.cli.console import say

from .texts import cells_of, fitted

_BETWEEN: Final = "  "
_LEAST: Final = 8


class Column(NamedTuple):
    """How a column is written.

    Attributes:
        is_number: It stands to the right.
        gives: It is cut where the terminal is too narrow.
    """

    heading: str
    is_number: bool = False
    gives: bool = False


def room() -> int | None:
    """How many cells a line of the terminal has; None where it is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def lines_of(columns: Sequence[Column], rows: Sequence[Sequence[str]], cells: int | None) -> list[str]:
    """The lines of a table, its headings first.

    Args:
        cells: How many a line may have, as far as its columns give way; None for any number.
    """
    widths = [
        max(cells_of(each) for each in (column.heading, *(row[place] for row in rows)))
        for place, column in enumerate(columns)
    ]
    if cells is not None:
        _give_way(columns, widths, cells)
    headings = [column.heading for column in columns]
    return [_line(columns, widths, row) for row in (headings, *rows)]


def print_table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Print one line for each row."""
    for number, line in enumerate(lines_of(columns, rows, room())):
        say((line, "dim") if number == 0 else line)


def _give_way(columns: Sequence[Column], widths: list[int], cells: int) -> None:
    """Cut the widest that gives way, until all fits or nothing gives way any more."""
    over = sum(widths) + len(_BETWEEN) * (len(widths) - 1) - cells
    while over > 0:
        giving = [place for place, column in enumerate(columns) if column.gives and widths[place] > _LEAST]
        if not giving:
            return
        widest = max(giving, key=lambda place: widths[place])
        widths[widest] -= 1
        over -= 1


def _line(columns: Sequence[Column], widths: Sequence[int], row: Sequence[str]) -> str:
    parts: list[str] = []
    for column, width, text in zip(columns, widths, row, strict=True):
        shown = fitted(text, width)
        blank = " " * (width - cells_of(shown))
        parts.append(blank + shown if column.is_number else shown + blank)
    return _BETWEEN.join(parts).rstrip()
