"""Work that no request asked for, such as what a service does when it starts: what it calls within some seconds is one trace."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from .trace import Trace

LONGEST_S: Final = 10.0
"""Work that goes on for days is cut into traces that begin within so long."""


class Job:
    """One piece of work. Threads that it starts may call for it at once: at worst, a trace is cut."""

    __slots__ = ("_trace", "_until")

    def __init__(self) -> None:
        self._trace: Trace | None = None
        self._until = 0.0

    def joined(self, trace: Trace, now: float) -> Trace:
        """The trace of a call that begins now: that of the calls before it, where those were not long ago, else the one given."""
        known = self._trace
        if known is not None and now < self._until:
            return known
        self._trace, self._until = trace, now + LONGEST_S
        return trace


job_now: Final[ContextVar[Job | None]] = ContextVar("plures_job", default=None)
"""The work that the running code is part of, beside any request."""


@contextmanager
def one_job() -> Generator[None]:
    """Have what is called in here, and not for a request, be one trace."""
    token = job_now.set(Job())
    try:
        yield
    finally:
        job_now.reset(token)
