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
        self._held: deque[_Batch] = deque()
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
        fresh = {each for each in kept_elsewhere if each not in self._kept}
        batch = self._batch(now, fresh)
        self._kept.update(dict.fromkeys((*kept_elsewhere, *fresh), now))
        # Those of `fresh` alone can be in what was looked through before.
        taken = [part for each in self._held for part in each.take(fresh)] if fresh else []
        taken += batch.take(self._kept)
        self._held.append(batch)
        self._spans_held = sum(each.spans for each in self._held)
        self._let_go(now)
        while self._kept and now - next(iter(self._kept.values())) > HOLD_S:
            del self._kept[next(iter(self._kept))]
        return [Part(trace, [Noted(*line) for line in lines]) for trace, lines in taken]

    @property
    def is_empty(self) -> bool:
        """Whether it holds nothing, and knows of nothing that is kept."""
        return not (self._ended or self._held or self._kept)

    def kept(self) -> list[str]:
        """The traces that are kept, as far as others may hold parts of them."""
        return [*self._kept]

    def _batch(self, now: float, fresh: set[str]) -> "_Batch":
        """What has ended since the last time; adds the traces in it that are kept to `fresh`."""
        batch, ended = _Batch(now), self._ended
        while ended:
            trace = ended.popleft()
            # Where it is closed, each later end closes it once more.
            trace.closes = inf
            notes, trace.notes = trace.notes, []
            if trace.kept_for:
                self.dropped += trace.lost
                fresh.add(trace.id)
            trace.lost = 0
            if notes:
                batch.parts.append((trace, notes))
                batch.spans += len(notes)
        return batch

    def _let_go(self, now: float) -> None:
        while self._held and now - self._held[0].since >= HOLD_S:
            self._spans_held -= self._held.popleft().spans
        while self._spans_held > self._most:
            gone = self._held[0].shorten(self._spans_held - self._most)
            self._spans_held -= gone
            self.forgotten += gone
            if not self._held[0].parts:
                self._held.popleft()


class _Batch:
    """Parts that have ended between two times of taking.

    Attributes:
        spans: How many are in them.
    """

    __slots__ = ("parts", "since", "spans")

    def __init__(self, since: float) -> None:
        self.since = since
        self.parts: list[tuple[Trace, list[Line]]] = []
        self.spans = 0

    def take(self, kept: Collection[str]) -> list[tuple[Trace, list[Line]]]:
        """The parts of these traces; they are in it no longer."""
        # A trace that has no id yet is known to no one else.
        taken = [each for each in self.parts if each[0].given in kept]
        if taken:
            self.parts = [each for each in self.parts if each[0].given not in kept]
            self.spans -= sum(len(lines) for _, lines in taken)
            for trace, _ in taken:
                trace.kept_for = trace.kept_for or "elsewhere"
        return taken

    def shorten(self, spans: int) -> int:
        """Let go of the oldest, so many spans or a few more; gives how many."""
        gone = many = 0
        for _, lines in self.parts:
            if gone >= spans:
                break
            gone += len(lines)
            many += 1
        del self.parts[:many]
        self.spans -= gone
        return gone
