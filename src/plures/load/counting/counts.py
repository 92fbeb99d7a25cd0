"""Counts of journeys and their steps."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappushpop
from time import perf_counter
from typing import Final, NamedTuple

from .latencies import Latencies
from .timeline import Timeline

MOST_STEPS: Final = 200
"""Steps of one journey that are told apart: names that contain numbers would become too many."""
_MOST_REASONS: Final = 30
_MOST_SLOW: Final = 10
_LONGEST_REASON: Final = 200
OTHERS: Final = "(others)"


class Slow(NamedTuple):
    """A request that took longest."""

    took_s: float
    journey: str
    step: str
    trace: str


@dataclass
class StepCount:
    """One step of a journey.

    Attributes:
        sent: Requests that began.
        failed: Reason → how many.
        latencies: Of those that succeeded.
    """

    sent: int = 0
    failed: dict[str, int] = field(default_factory=dict[str, int])
    latencies: Latencies = field(default_factory=Latencies)

    @property
    def done(self) -> int:
        """Those that were answered as expected."""
        return self.latencies.count

    @property
    def failures(self) -> int:
        return sum(self.failed.values())


@dataclass
class JourneyCount:
    """One journey.

    Attributes:
        due: How many should have begun.
        unsent: Why those did not begin that did not → how many.
        failed: Why → how many did not get to their end.
    """

    due: int = 0
    begun: int = 0
    ended: int = 0
    unsent: dict[str, int] = field(default_factory=dict[str, int])
    failed: dict[str, int] = field(default_factory=dict[str, int])
    steps: dict[str, StepCount] = field(default_factory=dict[str, StepCount])


class Counts:
    """All counts of one load, which may begin now.

    Args:
        seconds: How long it is meant to last.

    Attributes:
        late: How much later than intended the generator itself began journeys.
        last_begun_s: When the last journey began, in seconds after the start.
        slowest: The requests that took longest, in any order.
    """

    def __init__(self, seconds: float) -> None:
        self.journeys: dict[str, JourneyCount] = {}
        self.timeline = Timeline(seconds)
        self.late = Latencies()
        self.last_begun_s = 0.0
        self.in_flight = self.most_in_flight = 0
        self.slowest: list[Slow] = []
        self.began = perf_counter()

    def begin(self) -> None:
        """Count time from now on."""
        self.began = perf_counter()

    @property
    def now_s(self) -> float:
        """Seconds since the start."""
        return perf_counter() - self.began

    def journey(self, name: str) -> JourneyCount:
        """The counts of a journey."""
        found = self.journeys.get(name)
        if found is None:
            found = self.journeys[name] = JourneyCount()
        return found

    def step(self, journey: str, name: str) -> StepCount:
        """The counts of a step; the two hundred and first joins one that stands for all others."""
        steps = self.journey(journey).steps
        if name not in steps and len(steps) >= MOST_STEPS:
            name = OTHERS
        found = steps.get(name)
        if found is None:
            found = steps[name] = StepCount()
        return found

    def steps(self) -> Iterator[StepCount]:
        for journey in self.journeys.values():
            yield from journey.steps.values()

    def succeeded(self, step: StepCount, slow: Slow, at_s: float) -> None:
        """A request was answered as expected, at a moment after the start."""
        step.latencies.add(slow.took_s)
        slot = self.timeline.at(at_s)
        slot.done += 1
        slot.latencies.add(slow.took_s)
        if len(self.slowest) < _MOST_SLOW:
            self.slowest.append(slow)
            self.slowest.sort()
        elif slow.took_s > self.slowest[0].took_s:
            heappushpop(self.slowest, slow)

    def went_wrong(self, step: StepCount, reason: str, at_s: float) -> None:
        """A request failed, at a moment after the start."""
        note(step.failed, reason)
        self.timeline.at(at_s).failed += 1


def note(reasons: dict[str, int], reason: str) -> None:
    """One more for a reason; so many reasons are told apart, and no more."""
    reason = " ".join(reason.split())[:_LONGEST_REASON] or "no reason given"
    if reason not in reasons and len(reasons) >= _MOST_REASONS:
        reason = OTHERS
    reasons[reason] = reasons.get(reason, 0) + 1
