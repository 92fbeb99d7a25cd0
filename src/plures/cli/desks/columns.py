"""Rows for people, and messages for programs."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from plures.cli.console import say

_LONGEST: Final = 60


def as_json(message: Any) -> Any:
    """A message for programs."""
    return msgspec.to_builtins(message)


def print_columns(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """One line for each row, however long, so that it can be searched."""
    widths = [max(len(row[place]) for row in (headings, *rows)) for place in range(len(headings))]
    for number, row in enumerate((headings, *rows)):
        line = "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        say((line, "dim") if number == 0 else line)


def shortened(text: str) -> str:
    """The beginning of a text, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def moment_of(moment: datetime) -> str:
    """By the second, in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def age_of(moment: datetime) -> str:
    """How long ago it was."""
    return f"{timedelta(seconds=int((datetime.now(UTC) - moment).total_seconds()))} ago"
