"""What the terminal sees: colours only on a terminal, errors as sentences, JSON for programs."""

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from plures.errors import InvalidInput, PluresError

FAILED = 1
MISTAKE = 2
INTERRUPTED = 130


def out() -> Console:
    """Standard output. Made anew for each use, since tests and pipes replace it."""
    return Console(highlight=False, soft_wrap=True)


def err() -> Console:
    """Standard error."""
    return Console(file=sys.stderr, highlight=False, soft_wrap=True)


def print_json(data: object, *, pretty: bool) -> None:
    """JSON to standard output: indented and coloured for people, one line for programs."""
    if pretty:
        out().print_json(json.dumps(data, ensure_ascii=False))
    else:
        click.echo(json.dumps(data, ensure_ascii=False, separators=(",", ":")))


@contextmanager
def mistakes_explained(*, as_json: bool = False) -> Generator[None]:
    """Turn an error of Plures into sentences, or JSON, and an exit status; anything else is a bug and keeps its traceback."""
    try:
        yield
    except PluresError as error:
        if as_json:
            click.echo(json.dumps(as_data(error), ensure_ascii=False), err=True)
        else:
            explain(error)
        sys.exit(MISTAKE)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def explain(error: PluresError) -> None:
    """Print what happened, why, and what to do."""
    console = err()
    console.print(Text.assemble(("error", "bold red"), f": {error.what}", (f"  [{error.code}]", "dim")))
    if isinstance(error, InvalidInput):
        for number, violation in enumerate(error.violations, 1):
            console.print(Text.assemble(f"  {number}. ", (violation.where, "bold"), f": {violation.what}"))
            console.print(Text.assemble(("     fix: ", "green"), violation.fix))
        return
    if error.why:
        console.print(Text.assemble(("  why: ", "yellow"), error.why))
    if error.fix:
        console.print(Text.assemble(("  fix: ", "green"), error.fix))


def as_data(error: PluresError) -> dict[str, Any]:
    """An error for programs."""
    data: dict[str, Any] = {"code": error.code, "what": error.what, "why": error.why, "fix": error.fix}
    if isinstance(error, InvalidInput):
        data["violations"] = [
            {"code": v.code, "where": v.where, "what": v.what, "fix": v.fix} for v in error.violations
        ]
    return data
