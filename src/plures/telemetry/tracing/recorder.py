"""The flight recorder of one process: it holds what was noted lately, and gives what is kept to what writes it.

Most traces are never asked for. Whether one is kept may be known only when it has ended, and then by another process: there the answer was
late, or an error. So each process holds its part for a while, and lets it go when no process has kept the trace by then.
"""

from collections import deque
from collections.abc import Collection
from math import inf
from time import monotonic
from typing import Final, NamedTuple

from msgspec import Struct

from plures.telemetry.bridging import Bridge

from .trace import Noted, Trace

HOLD_S: Final = 10.0
"""How long a part waits for a process to keep its trace."""

_MOST_RESUMED: Final = 1_000

MOST_HELD: Final = 20_000
"""So many spans are held for that at most, some megabytes; what is oldest goes first."""


_ENDED: Final = Noted._fields.index("ended")


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
        resumed: Traces whose work goes on here, and that were not drawn: they may have been kept long ago, by any process. What writes takes them.
    """

    def __init__(self, most: int = MOST_HELD) -> None:
        self._most = most
        self._ended: deque[Trace] = deque()
        self._held: deque[_Batch] = deque()
        # Those that are kept, by their id, until what may still be noted of them has been.
        self._kept: dict[str, float] = {}
        self.bridge: Bridge | None = None
        self.is_read = True
        self.resumed: deque[Trace] = deque(maxlen=_MOST_RESUMED)
        self.dropped = 0
        self.forgotten = 0

    def close(self, trace: Trace) -> None:
        """The last span here has ended; later ones may follow. Any thread may call it."""
        # Each later end closes it once more.
        trace.closes = inf
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
        now, ended = monotonic(), self._ended
        # Thousands end within a second, and this thread takes its time from those that work: each is looked at in as few steps as there can be.
        batch = _Batch(now, [ended.popleft() for _ in range(len(ended))])
        fresh = {each for each in kept_elsewhere if each not in self._kept}
        fresh.update(each.id for each in batch.traces if each.kept_for)
        self._kept.update(dict.fromkeys((*kept_elsewhere, *fresh), now))
        # Those of `fresh` alone can be in what was looked through before.
        taken = [trace for each in self._held for trace in each.take(fresh)] if fresh else []
        taken += batch.take(self._kept)
        self._held.append(batch)
        self._let_go(now)
        while self._kept and now - next(iter(self._kept.values())) > HOLD_S:
            del self._kept[next(iter(self._kept))]
        # One that was closed several times comes several times.
        return [self._part(trace) for trace in taken if trace.notes]

    @property
    def is_empty(self) -> bool:
        """Whether it holds nothing, and knows of nothing that is kept."""
        return not (self._ended or self._held or self._kept)

    def kept(self) -> list[str]:
        """The traces that are kept, as far as others may hold parts of them."""
        return [*self._kept]

    def _part(self, trace: Trace) -> Part:
        trace.kept_for = trace.kept_for or "elsewhere"
        self.dropped += trace.lost
        trace.lost = 0
        return Part(trace, [Noted(*line) for line in trace.take()])

    def _let_go(self, now: float) -> None:
        held = self._held
        while held and now - held[0].since >= HOLD_S:
            held.popleft().shorten(inf)
        too_many = sum(each.spans() for each in held) - self._most
        while too_many > 0:
            gone = held[0].shorten(too_many)
            too_many -= gone
            self.forgotten += gone
            if not held[0].traces:
                held.popleft()


class _Batch(Struct):
    """Traces that have ended between two times of taking."""

    since: float
    traces: list[Trace]

    def spans(self) -> int:
        """How many were noted in them."""
        return sum([len(each.notes) for each in self.traces])

    def take(self, kept: Collection[str]) -> list[Trace]:
        """Those that are kept; they are in it no longer."""
        # A trace that has no id yet is known to no one else.
        taken = [each for each in self.traces if each.given in kept]
        if taken:
            self.traces = [each for each in self.traces if each.given not in kept]
        return taken

    def shorten(self, spans: float) -> int:
        """Let go of the oldest, so many spans or a few more; gives how many."""
        gone = many = 0
        since = self.since
        for each in self.traces:
            if gone >= spans:
                break
            many += 1
            notes = each.notes
            gone += len(notes)
            each.notes = []
            if notes and notes[-1][_ENDED] > since:
                # Work went on after its request had been answered; this is of a later batch.
                each.notes = [line for line in notes if line[_ENDED] > since]
                gone -= len(each.notes)
        del self.traces[:many]
        return gone
