"""How long requests took, by buckets that are 1.1 % wide: any number of them fits in a few thousand counters."""

from math import log2
from typing import Final

_PER_DOUBLING: Final = 64
_SHIFT: Final = 40
_LEAST_S: Final = 1e-9


class Latencies:
    """Counts of durations, in seconds.

    Attributes:
        buckets: Index → how many lie in that bucket.
        count: How many there are.
        least_s: The shortest; 0 where there is none.
        most_s: The longest; 0 where there is none.
    """

    __slots__ = ("buckets", "count", "least_s", "most_s")

    def __init__(self) -> None:
        self.buckets: dict[int, int] = {}
        self.count = 0
        self.least_s = self.most_s = 0.0

    def add(self, seconds: float) -> None:
        """One more. A clock never goes back here, so what is below zero is no time at all."""
        seconds = max(seconds, _LEAST_S)
        index = int((log2(seconds) + _SHIFT) * _PER_DOUBLING)
        self.buckets[index] = self.buckets.get(index, 0) + 1
        self.least_s = min(self.least_s, seconds) if self.count else seconds
        self.most_s = max(self.most_s, seconds)
        self.count += 1

    def join(self, other: "Latencies") -> None:
        """Add all of another one."""
        if not other.count:
            return
        for index, many in other.buckets.items():
            self.buckets[index] = self.buckets.get(index, 0) + many
        self.least_s = min(self.least_s, other.least_s) if self.count else other.least_s
        self.most_s = max(self.most_s, other.most_s)
        self.count += other.count

    def quantile(self, share: float) -> float | None:
        """The duration that this share of all does not exceed, in seconds; None where there is none."""
        if not self.count:
            return None
        if share >= 1:
            return self.most_s
        wanted, seen = share * self.count, 0
        for index in sorted(self.buckets):
            seen += self.buckets[index]
            if seen >= wanted:
                middle = 2.0 ** ((index + 0.5) / _PER_DOUBLING - _SHIFT)
                return float(min(max(middle, self.least_s), self.most_s))
        return self.most_s
