"""Replicas with one processor each, and the calls that wait in them. Each call takes the one of two drawn at random in which fewer are."""

from collections import deque
from math import log
from random import Random


class Replica:
    """One replica: it computes one call at a time, in the order in which they came.

    Attributes:
        ready_at: From then on it takes calls.
        free_at: When all its calls are computed.
        ends: When each call in it has its answer, in order.
        work: Seconds of computing that it was given so far.
        given: Calls that it was given so far.
    """

    __slots__ = ("ends", "free_at", "given", "ready_at", "work")

    def __init__(self, ready_at: float) -> None:
        self.ready_at = ready_at
        self.free_at = ready_at
        self.ends: deque[float] = deque()
        self.work = 0.0
        self.given = 0

    def at(self, now: float) -> int:
        """How many calls are in it at a moment."""
        ends = self.ends
        while ends and ends[0] <= now:
            ends.popleft()
        return len(ends)

    def done(self, now: float) -> int:
        """How many calls have ended until a moment."""
        return self.given - self.at(now)

    def computed(self, now: float) -> float:
        """Seconds that it has computed until a moment."""
        return self.work - max(0.0, self.free_at - now)


def serve(ready: list[Replica], due: list[float], cpu_s: float, wait_s: float, random: Random) -> list[float]:
    """Let calls come to replicas; how long each took, in seconds.

    Args:
        ready: Those that take calls; there is at least one.
        due: When the calls come, in order.
        cpu_s: What one computes on average; how much is drawn for each.
        wait_s: How long each waits for others without computing.
    """
    took: list[float] = []
    many, drawn = len(ready), random.random
    # Millions of calls pass here, and a method call each would take longer than the rest.
    for now in due:
        chosen, other = ready[int(drawn() * many)], ready[int(drawn() * many)]
        ends, more = chosen.ends, other.ends
        while ends and ends[0] <= now:
            ends.popleft()
        while more and more[0] <= now:
            more.popleft()
        if len(more) < len(ends):
            chosen, ends = other, more
        work = -log(1.0 - drawn()) * cpu_s
        free_at = (chosen.free_at if chosen.free_at > now else now) + work  # noqa: FURB136 - `max` takes as long as the rest
        chosen.free_at = free_at
        chosen.work += work
        chosen.given += 1
        ends.append(free_at + wait_s)
        took.append(free_at + wait_s - now)
    return took
