"""What a command prints: sentences, with colours only on a terminal, and JSON for programs."""

import json
import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import click

from plures.errors import InvalidInput, PluresError, out_of_files

if TYPE_CHECKING:
    from rich.console import Console

FAILED: Final = 1
MISTAKE: Final = 2
INTERRUPTED: Final = 130

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")

_CONTROL_CODES: Final[dict[int, None]] = dict.fromkeys((7, 8, 11, 12, 13))


def rich_console(*, err: bool = False) -> "Console":
    """For tables, progress and the like; sentences need only `say`. Made anew for each use: tests and pipes replace the streams."""
    from rich.console import Console

    return Console(stderr=err, highlight=False, soft_wrap=True)


def say(*parts: str | tuple[str, str], err: bool = False) -> None:
    """Print one line. A part with a colour is a pair, such as `("ok", "green")`; a colour may be "dim" as well."""
    text = "".join(part if isinstance(part, str) else _painted(*part) for part in parts)
    click.echo(text.translate(_CONTROL_CODES), err=err, color=_colours())


def _painted(text: str, colour: str) -> str:
    if colour == "dim":
        return click.style(text, dim=True)
    return click.style(text, fg=colour, bold=True if colour == "red" else None)


def _colours() -> bool | None:
    """As the environment says; None: only on a terminal."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") in ("dumb", "unknown"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def print_json(data: object, *, pretty: bool) -> None:
    """Print JSON to standard output: indented and coloured for people, one line for programs."""
    if pretty:
        rich_console().print_json(json.dumps(data, ensure_ascii=False))
    else:
        click.echo(json.dumps(data, ensure_ascii=False, separators=(",", ":")))


@contextmanager
def mistakes_explained(
    *, as_json: bool = False, explained: Callable[[PluresError], None] | None = None
) -> Generator[None]:
    """Print an error of Plures as sentences or JSON, or as `explained` does, and exit. Any other exception is a bug and keeps its traceback."""
    try:
        yield
    except Exception as raised:
        error = out_of_files(raised) or raised
        if not isinstance(error, PluresError):
            raise
        if as_json:
            click.echo(json.dumps(as_data(error), ensure_ascii=False), err=True)
        else:
            (explained or explain)(error)
        sys.exit(MISTAKE)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def explain(error: PluresError) -> None:
    """Print what happened, why, and what to do."""
    say(("error", "red"), f": {error.what}", (f"  [{error.code}]", "dim"), err=True)
    if isinstance(error, InvalidInput):
        for number, violation in enumerate(error.violations, 1):
            say(f"  {number}. ", click.style(violation.where, bold=True), f": {violation.what}", err=True)
            say(("     fix: ", "green"), violation.fix, err=True)
        return
    if error.why:
        say(("  why: ", "yellow"), error.why, err=True)
    if error.fix:
        say(("  fix: ", "green"), error.fix, err=True)


def as_data(error: PluresError) -> dict[str, Any]:
    """An error for programs."""
    data: dict[str, Any] = {"code": error.code, "what": error.what, "why": error.why, "fix": error.fix}
    if isinstance(error, InvalidInput):
        data["violations"] = [
            {"code": v.code, "where": v.where, "what": v.what, "fix": v.fix} for v in error.violations
        ]
    return data
