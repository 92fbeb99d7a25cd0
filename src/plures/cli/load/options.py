"""Durations on the command line."""

import re
from typing import Final

import click

_WRITTEN: Final = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>ms|s|m|h)?")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, None: 1.0}


def duration(_context: click.Context, _parameter: click.Parameter, text: str) -> float:
    """`90`, `90s`, `5m`, `1h`, as seconds; raises `click.BadParameter` for anything else."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        message = f"{text!r} is no duration: write 90, 90s, 5m or 1h."
        raise click.BadParameter(message)
    seconds = float(found["number"]) * _SECONDS[found["unit"]]
    if seconds <= 0:
        message = "a duration is more than nothing."
        raise click.BadParameter(message)
    return seconds
