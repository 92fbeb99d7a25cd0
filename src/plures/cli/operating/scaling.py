"""`plures scale PROCESS=N`."""

from pathlib import Path
from typing import Any

import click

from plures.cli.console import json_option

from .choosing import run_options
from .ordering import give

_AUTO = "auto"


def _numbers(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> dict[str, int]:
    """Process → how many, 0 for `auto`. Raises `click.BadParameter`."""
    found: dict[str, int] = {}
    for text in texts:
        name, equals, number = text.partition("=")
        if not (name and equals) or not (number == _AUTO or (number.isascii() and number.isdigit() and int(number))):
            message = f"{text!r} is no PROCESS=N; write a number from 1 on, as in search=4, or search=auto."
            raise click.BadParameter(message)
        if name in found:
            message = f"{name} is named twice."
            raise click.BadParameter(message)
        found[name] = 0 if number == _AUTO else int(number)
    return found


@click.command("to", short_help="Have so many replicas; `to` may be left out.")
@click.argument("numbers", nargs=-1, required=True, metavar="PROCESS=N...", callback=_numbers)
@run_options
@json_option
def to_command(numbers: dict[str, int], **options: Any) -> None:
    """Have so many replicas of processes of a running application, whatever their load is, until told otherwise.

    The number lies within `min` and `max` of plures.toml; `auto` leaves it to the load again. New replicas answer before the command ends,
    and those that go answer what they were asked first. A restart of the whole application, or another topology, forgets it.

    \b
    plures scale search=8               eight, also while little is asked
    plures scale search=auto            as many as the load needs
    """  # noqa: D301 - click reads the \b
    _scale(numbers, **options)


def _scale(numbers: dict[str, int], *, pid: int | None, data: Path | None, file: Path, as_json: bool) -> None:
    from plures.deploy import Scale

    told = ", ".join(f"{name}: {number or _AUTO}" for name, number in numbers.items())
    give(
        Scale(numbers),
        file=file, data=data, pid=pid, as_json=as_json,
        done=lambda run: f"{run.application} has {told}.",
    )  # fmt: skip
