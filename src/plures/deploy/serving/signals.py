"""SIGINT, SIGTERM and SIGHUP: the first one requests a shutdown; a second SIGINT or SIGTERM forces it.

A terminal that closes sends SIGHUP, and the shell in it often sends one more; systemd may send one right after SIGTERM. So SIGHUP
never forces. Under `nohup` it is ignored, and stays so.
"""

import asyncio
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager

FORCED = 130
"""Exit status after a forced shutdown: some requests may have been cut off."""


class ShutdownSignals:
    """What the user has asked for so far."""

    def __init__(self) -> None:
        self.requested = asyncio.Event()
        self.forced = asyncio.Event()
        self._hurry: Callable[[], None] = lambda: None

    @property
    def status(self) -> int:
        """The exit status that follows."""
        return FORCED if self.forced.is_set() else 0

    def on_forced(self, hurry: Callable[[], None]) -> None:
        """Call `hurry` when the shutdown is forced; at once when it has been already."""
        self._hurry = hurry
        if self.forced.is_set():
            hurry()

    def received(self, number: signal.Signals) -> None:
        """A signal has arrived."""
        if not self.requested.is_set():
            self.requested.set()
        elif number != signal.SIGHUP and not self.forced.is_set():
            self.forced.set()
            self._hurry()


def stop_signals() -> tuple[signal.Signals, ...]:
    """The signals that ask this process to stop."""
    hang_up = () if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (signal.SIGHUP,)
    return (signal.SIGINT, signal.SIGTERM, *hang_up)


@contextmanager
def shutdown_signals() -> Generator[ShutdownSignals]:
    """Handle these signals while the context lasts. Only in the main thread, with a running loop."""
    signals = ShutdownSignals()
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in stop_signals()}
    for number in before:
        loop.add_signal_handler(number, signals.received, number)
    try:
        yield signals
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)
