"""What followed what: spans of one task follow each other, spans of tasks that were begun side by side do not.

Times alone do not tell: calls in one process that never wait end before the next begins, whether or not that one waited for them.
"""

import asyncio
from contextvars import ContextVar
from typing import Final

from .trace import Line, Trace

_NOTHING: Final = ("", 0, 0)
_MOST: Final = 0xFFFFFFFF

# An id, and no trace: a task that lives long would keep that alive.
_last: Final[ContextVar[int]] = ContextVar("plures_last_span", default=0)


def following(line: Line, more: tuple[object, ...], trace: Trace) -> Line:
    """A whole line: with what ended last, in the task that runs, or in the one that had begun it.

    Args:
        line: The first six fields of a `Noted`.
        more: Those that follow.
    """
    after = _last.get()
    _last.set(trace.span_id(line[1]))
    return (*line, *more, *_NOTHING[len(more) :], after, _task())


def _task() -> int:
    try:
        return id(asyncio.current_task()) >> 4 & _MOST
    except RuntimeError:
        # A thread, without an event loop.
        return 0
