"""SIGINT and SIGTERM as two events: the first asks to leave politely, the second to hurry."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager


class Leave:
    """What the user asked for so far."""

    def __init__(self) -> None:
        self.politely = asyncio.Event()
        self.now = asyncio.Event()

    def asked(self) -> None:
        """Once more."""
        (self.now if self.politely.is_set() else self.politely).set()


@contextmanager
def leave_on_signals() -> Iterator[Leave]:
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
