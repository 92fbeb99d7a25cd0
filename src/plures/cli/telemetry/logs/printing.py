"""Prints lines of the log: for people as the processes themselves do, for programs as one object each."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import click

from plures.cli.console import say
from plures.cli.telemetry.store import fields_of, level_of, line_as_data
from plures.cli.telemetry.telling import moment, one_line, several_lines

if TYPE_CHECKING:
    from plures.telemetry import LogRead

_COLOURS: Final = {"debug": "dim", "warning": "yellow", "error": "red", "critical": "red"}
_OF_TRACE: Final = 8
"""So much of an id is shown as finds it again."""


def print_lines(lines: "Iterable[LogRead]", *, as_json: bool) -> None:
    """Print them as they come."""
    for line in lines:
        if as_json:
            click.echo(json.dumps(line_as_data(line), separators=(",", ":")))
        else:
            _say(line)


def _say(line: "LogRead") -> None:
    level = level_of(line.level)
    colour = _COLOURS.get(level)
    shown = f"{level.upper():<8}"
    trace = f" [{line.trace[:_OF_TRACE]}]" if line.trace else ""
    first, *rest = several_lines(line.message)
    say(
        (moment(line.at), "dim"),
        " ",
        (shown, colour) if colour else shown,
        f" {one_line(line.process)} {one_line(line.logger)}{trace}: {first}",
        (_told(fields_of(line.fields)), "dim"),
    )
    for each in rest:
        say(f"    {each}".rstrip())


def _told(fields: dict[str, Any]) -> str:
    parts = (
        f"{one_line(name)}={one_line(value if isinstance(value, str) else json.dumps(value))}"
        for name, value in fields.items()
    )
    return "".join(f" {part}" for part in parts)
