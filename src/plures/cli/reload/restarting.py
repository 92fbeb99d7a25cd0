"""Runs `plures` as a child, and starts it again whenever a file of the application changes."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from time import monotonic
from typing import Final

from .sources import Sources
from .suspects import Suspects
from .watching import moments

_PATIENCE_S: Final = 35.0
_MOST_NAMES: Final = 5
_ALIVE: Final = "PLURES_RELOADER_ALIVE"
"""Environment variable with the descriptor of a stream that ends when the reloading process ends."""


def run_reloading(arguments: Sequence[str], sources: Sources, say: Callable[[str], None]) -> int:
    """Run `plures` with these arguments in development mode until a signal; return its last exit status."""
    from plures.deploy import stop_signals

    if "--development" not in arguments:
        arguments = [*arguments, "--development"]
    stop = threading.Event()
    # `ours` closes when this process is gone, however it ended; the child sees it.
    alive, ours = os.pipe()
    child = _start(arguments, alive)
    started_at = monotonic()
    suspects = Suspects()

    def leave(number: int, _: object) -> None:
        # The first signal lets it answer what was asked; a second one cuts that off. A closed terminal may send SIGHUP twice.
        if stop.is_set() and number != signal.SIGHUP:
            child.send_signal(number)
        stop.set()

    for number in stop_signals():
        signal.signal(number, leave)
    for _ in moments(sources, stop):
        paths, notes = suspects.weigh(sources.changes(), monotonic() - started_at)
        for note in notes:
            say(note)
        if not paths:
            continue
        names = sorted({path.rpartition("/")[2] for path in paths})
        say(f"changed: {', '.join(names[:_MOST_NAMES])}; starting again")
        _end(child)
        if stop.is_set():
            break
        _forget_bytecode(sources.folder, paths)
        child = _start(arguments, alive)
        started_at = monotonic()
    status = _end(child)
    os.close(ours)
    os.close(alive)
    return status


def end_with_parent() -> Callable[[], None]:
    """In a process that `run_reloading` started: end when the process that started it is gone. What ends the run: that process, or this one."""
    from plures.deploy import watch_parent

    descriptor = os.environ.pop(_ALIVE, "")
    if not descriptor.isdigit():
        return lambda: os.kill(os.getpid(), signal.SIGTERM)
    watch_parent(int(descriptor), lambda: os.kill(os.getpid(), signal.SIGTERM))
    parent = os.getppid()
    return lambda: os.kill(parent, signal.SIGTERM)


def _forget_bytecode(folder: Path, paths: Iterable[str]) -> None:
    """Remove what Python has kept of these files: it takes a file for unchanged that has the same size in the same second."""
    for path in paths:
        if path.endswith(".py"):
            with suppress(OSError):
                Path(cache_from_source(str(folder / path))).unlink()


def _start(arguments: Sequence[str], alive: int) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, _ALIVE: str(alive)}
    # A session of its own: the terminal's Ctrl-C reaches only this process, which passes it on once.
    # `-P`: a file named like a module of the standard library must not hide it.
    command = [sys.executable, "-P", "-m", "plures", *arguments]
    return subprocess.Popen(command, start_new_session=True, pass_fds=[alive], env=environment)  # noqa: S603 - our own program


def _end(child: "subprocess.Popen[bytes]") -> int:
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
    try:
        return child.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()
