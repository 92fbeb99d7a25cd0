"""Where these commands find what they show, and how it is told to programs."""

import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import msgspec

from plures.cli.console import json_option, mistakes_explained
from plures.cli.project import data_of, file_option

if TYPE_CHECKING:
    from plures.telemetry import LogRead, Reading, TraceLine

_LEVELS: Final = ((50, "critical"), (40, "error"), (30, "warning"), (20, "info"))

data_option = click.option(
    "--data", type=click.Path(path_type=Path), help="Data folder of the application. Default: that of plures.toml."
)


def store_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--data`, `--json` and `--file`."""
    return data_option(json_option(file_option(command)))


def open_store(file: Path, data: Path | None) -> "Reading":
    """The store of an application; plures.toml is read only where the data folder is not named. Raises `PluresError`."""
    from plures.telemetry import Reading

    return Reading(_where(data_of(file)) if data is None else data)


def _where(data: Path) -> Path:
    """Where the run keeps its data that is found from a data folder; that folder where nothing runs. Raises `SeveralRun`."""
    # What finds runs takes longer to import than a store to open.
    if not any((data / "run").glob("*.json")):
        return data
    from plures.cli.finding import run_here

    run = run_here(data, how="--data {data}")
    return Path(run.data) if run is not None and run.data else data


@contextmanager
def looked_at(*, as_json: bool) -> Generator[None]:
    """Explain mistakes, and end in silence when no one reads any more, as in `plures logs | head`: all that was wanted was printed."""
    try:
        with mistakes_explained(as_json=as_json):
            yield
            sys.stdout.flush()
    except BrokenPipeError:
        # Python would write what is left when it ends, and complain.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def trace_as_data(trace: "TraceLine") -> dict[str, Any]:
    """A trace for programs."""
    return {
        "trace": trace.id,
        "began_us": trace.began,
        "lasted_us": trace.lasted,
        "kind": trace.kind,
        "name": trace.name,
        "code": trace.code or None,
        "spans": trace.spans,
        "faults": trace.faults,
        "kept_for": trace.kept_for,
        "processes": list(trace.processes),
    }


def line_as_data(line: "LogRead") -> dict[str, Any]:
    """A line of the log for programs, with the names that it has in the log of `plures run`."""
    from .asking import iso_of

    return {
        "time": iso_of(line.at),
        "level": level_of(line.level),
        "logger": line.logger,
        "message": line.message,
        "process": line.process,
        "capability": line.capability or None,
        "trace": line.trace or None,
        "span": span_id(line.span) if line.span else None,
        "extra": fields_of(line.fields) or None,
    }


def span_id(number: int) -> str:
    """The id of a span as it travels."""
    return f"{number:016x}"


def level_of(number: int) -> str:
    """The name of a level: of the next lower one, where it has none of its own."""
    return next((name for least, name in _LEVELS if number >= least), "debug")


def fields_of(text: str) -> dict[str, Any]:
    """What JSON of the store says; what is none is told as it is."""
    if not text:
        return {}
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError:
        return {"": text}
