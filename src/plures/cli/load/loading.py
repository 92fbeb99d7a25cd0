"""Runs a load from the command line: progress, interrupts, and the report."""

import asyncio
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import click

from plures.cli.console import say
from plures.errors import PluresError, did_you_mean
from plures.load import Load, Profile, Ran, Report, report_of, run_load, to_html, to_json, to_text

from .progress import Progress

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class NoSuchProfile(PluresError):
    """The scenario has no profile of this name."""

    code = "load.no_such_profile"


class ReportNotWritten(PluresError):
    """A file of the report cannot be written."""

    code = "load.report_not_written"


def chosen(profiles: Mapping[str, Profile], scenario: Path, name: str | None) -> tuple[str, Profile]:
    """The profile of a name, or the first; raises `NoSuchProfile`."""
    name = next(iter(profiles)) if name is None else name
    if name not in profiles:
        fix = did_you_mean(name, profiles) or f"It has {', '.join(profiles)}."
        raise NoSuchProfile(f"{scenario} has no profile {name!r}", fix=fix)
    return name, profiles[name]


def loaded(load: Load, json_file: Path | None, html_file: Path | None) -> Report:
    """Run a load, and print and write its report.

    Raises:
        ReportNotWritten: Before anything is sent, where that is known by then.
    """
    files = [each for each in (json_file, html_file) if each is not None]
    for each in files:
        _write(each, b"")
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        report = report_of(runner.run(_run(load)))
    click.echo(to_text(report))
    if json_file is not None:
        _write(json_file, to_json(report))
    if html_file is not None:
        _write(html_file, to_html(report).encode())
    for each in files:
        say("written: ", str(each), err=True)
    return report


async def _run(load: Load) -> Ran:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in _SIGNALS:
        # Outside of the main thread there are no signals, and none is sent there.
        with suppress(ValueError, RuntimeError):
            loop.add_signal_handler(each, stop.set)
    progress = Progress(load)
    try:
        return await run_load(load, stop, progress.begin)
    finally:
        await progress.end()
        for each in _SIGNALS:
            with suppress(ValueError, RuntimeError):
                loop.remove_signal_handler(each)


def _loop_factory() -> "type[asyncio.AbstractEventLoop] | None":
    """That of uvloop, which costs a third less for each request, where it is there."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.Loop


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        fix = "Name a file in a folder that exists and can be written to."
        raise ReportNotWritten(f"Cannot write {file}", why=error.strerror or str(error), fix=fix) from error
