"""`plures stop`."""

import os
import signal
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from select import select
from time import monotonic, sleep
from typing import TYPE_CHECKING, Final

import click

from plures.cli.console import INTERRUPTED, json_option, mistakes_explained, print_json, say
from plures.cli.project import data_of

from .choosing import chosen_run, run_options, runs_in

if TYPE_CHECKING:
    from plures.deploy import Run

_LOOK_AGAIN_S: Final = 0.1
_MOST_S: Final = 120.0
"""What is in flight gets half a minute, and so do hooks; processes that need one another end one after the other."""


@click.command("stop", short_help="End what runs, once it has answered everything.")
@run_options
@json_option
def stop_command(*, pid: int | None, data: Path | None, file: Path, as_json: bool) -> None:
    """End a running application, wherever it was started: it answers what it was asked, then all its processes end.

    The command waits for that. Ctrl-C leaves the command; the application ends all the same.
    """
    steps: list[str] = []

    def tell(text: str) -> None:
        steps.append(text)
        if not as_json:
            say(f"  {text}")

    with mistakes_explained(as_json=as_json):
        run = chosen_run(file, data, pid)
        folder = Path(run.data) if run.data else data or data_of(file)
        try:
            with _process(run.pid) as process:
                _ask(run, tell)
                _wait(run, folder)
                # It has withdrawn its file; its process ends a moment later.
                if process:
                    select(process, (), (), _MOST_S)
        except KeyboardInterrupt:
            click.echo("The application ends all the same; `plures ps` shows whether it has.", err=True)
            sys.exit(INTERRUPTED)
    if as_json:
        print_json({"application": run.application, "order": "stop", "steps": steps}, pretty=False)
    else:
        say(f"{run.application} has ended.")


@contextmanager
def _process(pid: int) -> Generator[Sequence[int]]:
    """What can be read when the process has ended; nothing where the system has no such thing (it is Linux that has)."""
    try:
        descriptor = os.pidfd_open(pid)
    except (AttributeError, OSError):
        yield ()
        return
    try:
        yield (descriptor,)
    finally:
        os.close(descriptor)


def _ask(run: "Run", tell: Callable[[str], None]) -> None:
    from plures.deploy import RunGone, Stop, order

    if not run.orders:
        # It was started by a version that takes no orders, or could make no socket.
        with suppress(ProcessLookupError):
            os.kill(run.pid, signal.SIGTERM)
        return
    # Its end is the answer. One that is being stopped already takes no more orders.
    with suppress(RunGone):
        for text in order(Path(run.orders), Stop(), run.pid):
            tell(text)


def _wait(run: "Run", folder: Path) -> None:
    """Until the run no longer keeps its file. Raises `RunSilent`."""
    from plures.deploy import is_halted, silent

    begun = monotonic()
    while any(each.pid == run.pid for each in runs_in(folder).running):
        waited_s = monotonic() - begun
        if is_halted(run.pid) or waited_s > _MOST_S:
            raise silent(run.pid, waited_s)
        sleep(_LOOK_AGAIN_S)
