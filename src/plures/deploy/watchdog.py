"""Names the code that holds the event loop, while it holds it.

A thread asks the loop to turn, about as often as its limit is long, and sleeps meanwhile. Calls pay nothing: what runs is read from the
frames of the loop's thread, and only once the loop is late.
"""

import asyncio
import logging
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from typing import Final, NamedTuple

from plures.logs import own_frames
from plures.runtime import CallContext, call_of

_LOG: Final = logging.getLogger("plures.blocked")
_LOOKS: Final = 5
"""How often the thread looks within the time that the loop may stand still."""


@contextmanager
def watched_loop(limit_s: float) -> Generator[None]:
    """Log what holds the running event loop for longer than the limit; with 0, nothing."""
    if not limit_s:
        yield
        return
    watchdog = _Watchdog(limit_s)
    threading.Thread(target=watchdog.watch, name="plures watchdog", daemon=True).start()
    try:
        yield
    finally:
        # Not waited for: the thread may itself wait for a log that takes nothing more.
        watchdog.stopping.set()


class Clocks(NamedTuple):
    """What the clocks show, in seconds."""

    time: float
    process: float
    """Processor time of all threads."""
    loop: float
    """Processor time of the thread of the loop; of all threads, where the system cannot tell."""


class Standstill:
    """For how long a loop has stood still while its process ran.

    A look that comes late tells that the looking thread could not run either: a thread held the interpreter, or the process was stopped,
    the machine slept or had too much to do. Then only the time counts that the process worked.
    """

    def __init__(self, limit_s: float, now: Clocks) -> None:
        self._limit_s = limit_s
        self._last = now
        self.stood_s = 0.0
        self.held_elsewhere_s = 0.0
        """How much of it another thread held the interpreter for."""

    @property
    def is_too_long(self) -> bool:
        return self.stood_s >= self._limit_s

    def paused(self, now: Clocks, planned_s: float) -> None:
        """It is not known whether the loop turned until now: it did not where the looking thread could not run."""
        if now.time - self._last.time > 2 * planned_s:
            self.look(now)
        self._last = now

    def look(self, now: Clocks) -> None:
        """The loop had not turned until now."""
        passed, worked, loop_worked = (new - old for new, old in zip(now, self._last, strict=True))
        self._last = now
        is_late = passed > 2 * self._limit_s / _LOOKS
        self.stood_s += min(passed, worked) if is_late else passed
        if is_late:
            self.held_elsewhere_s += max(0.0, min(passed, worked) - loop_worked)


class _Watchdog:
    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._clock = time.pthread_getcpuclockid(self._thread) if hasattr(time, "pthread_getcpuclockid") else None
        self.stopping = threading.Event()

    def watch(self) -> None:
        pause_s = self._limit_s / 2
        while True:
            standstill = Standstill(self._limit_s, self._clocks())
            if self.stopping.wait(pause_s):
                return
            standstill.paused(self._clocks(), pause_s)
            # At once: code that held the interpreter is where it was, for a moment.
            is_told = standstill.is_too_long and self._tell(standstill)
            turned = threading.Event()
            try:
                self._loop.call_soon_threadsafe(turned.set)
            except RuntimeError:
                # The loop is closed.
                return
            while not turned.wait(self._limit_s / _LOOKS):
                if self.stopping.is_set():
                    return
                standstill.look(self._clocks())
                is_told = is_told or (standstill.is_too_long and self._tell(standstill))
            if is_told:
                standstill.look(self._clocks())
                _LOG.warning("the event loop goes on after %.1f s", standstill.stood_s)

    def _clocks(self) -> Clocks:
        process = time.process_time()
        return Clocks(time.monotonic(), process, process if self._clock is None else time.clock_gettime(self._clock))

    def _tell(self, standstill: Standstill) -> bool:
        # The only way to see the frames of a thread; it is documented.
        frame = sys._current_frames().get(self._thread)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        call = call_of(frame)
        is_elsewhere = standstill.held_elsewhere_s >= standstill.stood_s / 2
        what = "another thread holds the interpreter and with it" if is_elsewhere else f"{_in_words(call)} holds"
        message = "%s the event loop for %.1f s already; all other work of this process waits. The loop stands at\n%s"
        with nullcontext() if call is None else call.resumed():
            _LOG.warning(message, what, standstill.stood_s, "\n".join(own_frames(frame)))
        return True


def _in_words(call: CallContext | None) -> str:
    if call is None:
        return "code outside of any request"
    return "the edge" if call.operation is None else call.operation.full_name
