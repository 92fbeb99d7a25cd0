"""`plures run --reload`: the same command as a child, started again whenever a file of the application changes."""

import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from watchfiles import Change, DefaultFilter, watch

from .console import err

_WATCHED: Final = (".py", ".toml", ".html", ".css", ".js", ".svg", ".json")
_PATIENCE_S: Final = 35.0


class _Sources(DefaultFilter):
    def __call__(self, change: Change, path: str) -> bool:
        return path.endswith(_WATCHED) and super().__call__(change, path)


def run_reloading(arguments: Sequence[str], folder: Path) -> int:
    """Run `plures` with these arguments in development mode until a signal; return its last exit status."""
    if "--development" not in arguments:
        arguments = [*arguments, "--development"]
    stop = threading.Event()
    child = _start(arguments)

    def leave(number: int, _: object) -> None:
        stop.set()
        child.send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)
    for changes in watch(folder, watch_filter=_Sources(), stop_event=stop, raise_interrupt=False):
        names = sorted({Path(path).name for _, path in changes})
        err().print(f"changed: {', '.join(names[:5])}; starting again")
        _end(child)
        if stop.is_set():
            break
        child = _start(arguments)
    return _end(child)


def _start(arguments: Sequence[str]) -> "subprocess.Popen[bytes]":
    # A session of its own: the terminal's Ctrl-C reaches us alone, and we pass it on once.
    return subprocess.Popen([sys.executable, "-m", "plures", *arguments], start_new_session=True)  # noqa: S603 - our own program


def _end(child: "subprocess.Popen[bytes]") -> int:
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
    try:
        return child.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()
