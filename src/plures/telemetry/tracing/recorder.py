"""The flight recorder of one process: it holds what was noted lately, and gives what is kept to what writes it.

Most traces are never asked for. Whether one is kept may be known only when it has ended, and then by another process: there the answer was
late, or an error. So each process holds its part for a while, and lets it go when no process has kept the trace by then.
"""

from collections import deque
from collections.abc import Collection
from math import inf
from time import monotonic
from typing import Final, NamedTuple

from plures.telemetry.bridging import Bridge

from .trace import Line, Noted, Trace

HOLD_S: Final = 10.0
"""How long a part waits for a process to keep its trace."""

MOST_HELD: Final = 20_000
"""So many spans are held for that at most, some megabytes; what is oldest goes first."""


class Part(NamedTuple):
    """Spans of a trace that is kept."""

    trace: Trace
    notes: list[Noted]


class Recorder:
    """Holds the parts of traces that have ended in this process.

    Args:
        most: So many spans at most.

    Attributes:
        bridge: What makes spans of another make of calls; None where nothing does.
        dropped: Spans of traces that were kept, and that are lost all the same.
        is_read: Whether anything takes what is held. Where nothing does, nothing is drawn, and nothing is held.
        forgotten: Spans that were let go before their time, since there were too many.
    """

    def __init__(self, most: int = MOST_HELD) -> None:
        self._most = most
        self._ended: deque[Trace] = deque()
        self._held: deque[tuple[float, Trace, list[Line]]] = deque()
        self._spans_held = 0
        # Those that are kept, by their id, until what may still be noted of them has been.
        self._kept: dict[str, float] = {}
        self.bridge: Bridge | None = None
        self.is_read = True
        self.dropped = 0
        self.forgotten = 0

    def close(self, trace: Trace) -> None:
        """The last span here has ended; later ones may follow. Any thread may call it."""
        if not self.is_read:
            trace.take()
            return
        ended = self._ended
        ended.append(trace)
        if len(ended) > self._most:
            # Nothing takes them.
            self.forgotten += len(ended.popleft().take())

    def take(self, kept_elsewhere: Collection[str] = ()) -> list[Part]:
        """The parts that are to be written now; those of other traces are held on to, or let go when their time is up.

        Args:
            kept_elsewhere: Traces that other processes have kept.
        """
        now = monotonic()
        self._kept.update(dict.fromkeys(kept_elsewhere, now))
        while self._ended:
            trace = self._ended.popleft()
            # Where it is closed, each later end closes it once more.
            trace.closes = inf
            notes = trace.take()
            self.dropped += trace.lost if trace.kept_for else 0
            trace.lost = 0
            if trace.kept_for:
                self._kept[trace.id] = now
            if notes:
                self._held.append((now, trace, notes))
                self._spans_held += len(notes)
        taken = self._sort_out(now)
        while self._kept and now - next(iter(self._kept.values())) > HOLD_S:
            del self._kept[next(iter(self._kept))]
        return taken

    def kept(self) -> list[str]:
        """The traces that are kept, as far as others may hold parts of them."""
        return [*self._kept]

    def _sort_out(self, now: float) -> list[Part]:
        taken: list[Part] = []
        held: deque[tuple[float, Trace, list[Line]]] = deque()
        for since, trace, lines in self._held:
            if trace.id in self._kept:
                trace.kept_for = trace.kept_for or "elsewhere"
                taken.append(Part(trace, [Noted(*line) for line in lines]))
            elif now - since < HOLD_S:
                held.append((since, trace, lines))
                continue
            self._spans_held -= len(lines)
        while self._spans_held > self._most:
            gone = len(held.popleft()[2])
            self._spans_held -= gone
            self.forgotten += gone
        self._held = held
        return taken
