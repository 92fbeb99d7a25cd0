"""Who arrives when, and what is popular. The same seed gives the same arrivals."""

from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import isfinite
from random import Random
from typing import Final, Generic, NamedTuple, TypeVar

from plures.errors import InvalidInput, Rule

T = TypeVar("T")

BAD_RAMP: Final = Rule(
    "load.bad_ramp",
    "the rate becomes {times} times as high over {over_s} s",
    "Give both a number above 0, as in Ramp(10, over_s=60).",
)


@dataclass(frozen=True)
class Ramp:
    """The rate rises, or falls, evenly, and stays there.

    Args:
        times: How many times the first rate it becomes.
        over_s: In how many seconds.
    """

    times: float
    over_s: float

    def __post_init__(self) -> None:
        if not all(isfinite(each) and each > 0 for each in (self.times, self.over_s)):
            raise InvalidInput("The ramp", [BAD_RAMP.broken("Ramp", times=self.times, over_s=self.over_s)])

    @property
    def highest(self) -> float:
        """How many times the first rate it is at most."""
        return max(1.0, self.times)

    def times_at(self, second: float) -> float:
        """How many times the first rate it is at a moment after the start."""
        return 1.0 + (self.times - 1.0) * min(1.0, max(0.0, second) / self.over_s)

    def times_until(self, second: float) -> float:
        """The sum of the above from the start on: so many times the first rate have arrived by then."""
        risen = min(second, self.over_s)
        return risen * (1.0 + self.times_at(risen)) / 2 + (second - risen) * self.times


class Arrival(NamedTuple, Generic[T]):
    """One visitor: when they are due, in seconds after the start, and what they come for."""

    due_s: float
    what: T


def arrivals(
    weights: Mapping[T, float], *, per_s: float, seconds: float, random: Random, ramp: Ramp | None = None
) -> Iterator[Arrival[T]]:
    """Independent arrivals at a mean rate, one at a time: nothing is kept of those that have come.

    Args:
        weights: What they come for → how often, in proportion.
        ramp: How the rate rises from `per_s`; None where it stays.
    """
    kinds, shares = list(weights), list(weights.values())
    until = list(accumulate(shares))
    ramp = ramp or Ramp(1, over_s=1)
    # Drawn at the highest rate, and thinned to the rate of the moment: exact for any course of the rate.
    most = per_s * ramp.highest
    due = random.expovariate(most)
    while due < seconds:
        if random.random() * ramp.highest <= ramp.times_at(due):
            yield Arrival(due, kinds[min(bisect(until, random.random() * until[-1]), len(kinds) - 1)])
        due += random.expovariate(most)


class Zipf(Generic[T]):
    """Draws items. The n-th most popular one comes 1/n as often as the first."""

    def __init__(self, items: Sequence[T], random: Random) -> None:
        self._items = random.sample(items, len(items))
        self._random = random
        self._until = list(accumulate(1 / rank for rank in range(1, len(items) + 1)))

    def draw(self, random: Random | None = None) -> T:
        """One item.

        Args:
            random: What draws it, such as that of a visitor. Default: what the items were put in order with.
        """
        return self._items[bisect(self._until, (random or self._random).random() * self._until[-1])]
