"""SIGINT and SIGTERM: the first asks to leave politely, the second to hurry."""

import asyncio
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager

HURRIED = 130
"""Exit status when the user asked twice: some requests may have been cut off."""


class Leave:
    """What the user asked for so far."""

    def __init__(self) -> None:
        self.politely = asyncio.Event()
        self.now = asyncio.Event()
        self._hurry: Callable[[], None] = lambda: None

    @property
    def status(self) -> int:
        """The exit status that follows."""
        return HURRIED if self.now.is_set() else 0

    def on_now(self, hurry: Callable[[], None]) -> None:
        """Call this when the user asks the second time; at once, when that has happened already."""
        self._hurry = hurry
        if self.now.is_set():
            hurry()

    def asked(self) -> None:
        """The user asks once more."""
        if not self.politely.is_set():
            self.politely.set()
        elif not self.now.is_set():
            self.now.set()
            self._hurry()


@contextmanager
def leave_on_signals() -> Generator[Leave]:
    """Turn both signals into a `Leave` while the context lasts. Only in the main thread, with a running loop."""
    leave = Leave()
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        loop.add_signal_handler(number, leave.asked)
    try:
        yield leave
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)
