"""Processor time by capability: the main thread is asked at each hundredth of a second of its own processor time which capability runs in it;
other threads have clocks of their own.

The timer runs by the clock of the main thread, and its signal goes to that alone. So no thread is interrupted that waits, and nothing is sent
while nothing runs. The signal is SIGURG, which is ignored where nothing handles it: neither a program that this process becomes nor a profiler
that puts the old handler back is ended by one. Source: timer_create(2), signal(7)
"""

import ctypes
import signal
import threading
from collections.abc import Callable
from time import clock_gettime, thread_time
from types import FrameType
from typing import Final

from .spending import owned_threads, spent_by

SIGNAL: Final = signal.SIGURG
_EVERY_NS: Final = 10_000_000
_CLOCK_THREAD_CPUTIME: Final = 3
_SIGEV_THREAD_ID: Final = 4
# CPUCLOCK_PERTHREAD_MASK | CPUCLOCK_SCHED, of the kernel: with a thread's id, its clock. Of a thread that has ended there is none.
_CLOCK_OF_THREAD: Final = 6


class _Event(ctypes.Structure):
    """`struct sigevent`, which has 64 bytes."""

    _fields_ = (
        ("value", ctypes.c_void_p),
        ("signal", ctypes.c_int),
        ("notify", ctypes.c_int),
        ("thread", ctypes.c_int),
        ("rest", ctypes.c_char * 44),
    )


class _Timer(ctypes.Structure):
    """`struct itimerspec`."""

    _fields_ = tuple((name, ctypes.c_long) for name in ("every_s", "every_ns", "first_s", "first_ns"))


class Processor:
    """Counts the processor time of each capability.

    Args:
        whose: The capability that runs in the main thread now; empty for none.
    """

    def __init__(self, whose: Callable[[], str]) -> None:
        self._whose = whose
        self._timer: ctypes.c_void_p | None = None
        self._at = 0.0
        self._threads: dict[int, float] = {}
        # A bound method is another one each time.
        self._handler = self._tick

    def start(self) -> str:
        """Begin. Gives why the main thread cannot be asked; empty where it can.

        It is for the main thread of a process in which nothing else handles the signal.
        """
        if threading.current_thread() is not threading.main_thread():
            return "it does not run in the main thread"
        if signal.getsignal(SIGNAL) is not signal.SIG_DFL:
            return f"something else handles {SIGNAL.name}"
        try:
            timer = _timer()
        except (OSError, AttributeError):
            return "this system has no timers by the clock of a thread"
        signal.signal(SIGNAL, self._handler)
        # What waits in the kernel goes on waiting.
        signal.siginterrupt(SIGNAL, False)
        self._at = thread_time()
        self._timer = timer
        _set(timer, _EVERY_NS)
        return ""

    def stop(self) -> None:
        """End; in the main thread."""
        if self._timer is not None:
            self._delete()
            if signal.getsignal(SIGNAL) == self._handler:
                signal.signal(SIGNAL, signal.SIG_DFL)

    def read(self) -> bool:
        """Count what threads have taken since the last time. Gives False from when on something else has taken the signal."""
        now: dict[int, float] = {}
        for thread, capability in owned_threads():
            id_ = thread.native_id
            # Before it runs it has no id, and has taken nothing.
            seconds = None if id_ is None or not thread.is_alive() else _clock(id_)
            if id_ is not None and seconds is not None:
                now[id_] = seconds
                spent_by(capability).cpu_s += max(0.0, seconds - self._threads.get(id_, 0.0))
        self._threads = now
        if self._timer is not None and signal.getsignal(SIGNAL) != self._handler:
            self._delete()
            return False
        return True

    def _tick(self, _signal: int, _frame: FrameType | None) -> None:
        now = thread_time()
        spent_by(self._whose()).cpu_s += now - self._at
        self._at = now

    def _delete(self) -> None:
        if self._timer is not None:
            _libc.timer_delete(self._timer)
            self._timer = None


def _clock(thread: int) -> float | None:
    try:
        return clock_gettime((~thread << 3) | _CLOCK_OF_THREAD)
    except OSError:
        return None


_libc: Final = ctypes.CDLL(None, use_errno=True)


def _timer() -> ctypes.c_void_p:
    """A timer by the clock of this thread, which has its signal."""
    timer = ctypes.c_void_p()
    event = _Event(signal=SIGNAL, notify=_SIGEV_THREAD_ID, thread=threading.get_native_id())
    if _libc.timer_create(_CLOCK_THREAD_CPUTIME, ctypes.byref(event), ctypes.byref(timer)):
        raise OSError(ctypes.get_errno(), "timer_create")
    return timer


def _set(timer: ctypes.c_void_p, every_ns: int) -> None:
    _libc.timer_settime(timer, 0, ctypes.byref(_Timer(0, every_ns, 0, every_ns)), None)
