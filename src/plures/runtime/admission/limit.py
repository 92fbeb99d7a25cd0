"""How many calls at once a capability finishes as fast as it can: found from how long they take, by their gradient.

While calls take as long as usual, the limit grows; when they take longer, because they wait for each other, it shrinks.
"""

from math import exp, sqrt
from typing import Final

_EVERY_S: Final = 0.1
_FADES_S: Final = 600.0
_TOLERANCE: Final = 2.0
_SMOOTHING: Final = 0.2
_STEEPEST: Final = 0.5
_FALLS_BY: Final = 0.05
_FIRST: Final = 10


class Usual:
    """How long one operation takes in the long run, in seconds, beside what it took lately."""

    __slots__ = ("_at", "_periods", "count", "seconds", "took_s")

    def __init__(self) -> None:
        self.seconds = self.took_s = self._at = 0.0
        self.count = self._periods = 0

    def learn(self, now: float) -> tuple[float, float]:
        """What the calls of this period should have taken together, and what they took; they become part of the usual."""
        took_s, count, mean_s = self.took_s, self.count, self.took_s / self.count
        self.took_s, self.count = 0.0, 0
        self._periods += 1
        usual_s = self.seconds or mean_s
        # What has changed for good becomes the usual within some ten minutes; at first there is nothing better to go by.
        share = 1 / self._periods if self._periods <= _FIRST else 1 - exp((self._at - now) / _FADES_S)
        # A usual of busy times would let everything pass in quiet ones.
        if 2 * mean_s < usual_s:
            share = max(share, _FALLS_BY)
        self.seconds, self._at = usual_s + (mean_s - usual_s) * share, now
        return usual_s * count, took_s


class AdaptiveLimit:
    """The limit of one capability in one process.

    Args:
        least: It does not shrink below this.
        most: It does not grow beyond this; it begins here, since calls that only wait for others are no load.
    """

    def __init__(self, least: int, most: int) -> None:
        self._least = least
        self._most = most
        self.value = float(most)
        self._busiest = 0
        self._next_at = 0.0
        self._lately: list[Usual] = []

    def observe(self, usual: Usual, took_s: float, now: float, at_once: int) -> None:
        """A call has ended well: how long it took, and how many were under way."""
        if not usual.count:
            self._lately.append(usual)
        usual.took_s += took_s
        usual.count += 1
        # Each call comes by here, and `max` takes longer.
        if at_once > self._busiest:  # noqa: PLR1730
            self._busiest = at_once
        if now >= self._next_at:
            self._adapt(now)

    def _adapt(self, now: float) -> None:
        together = [usual.learn(now) for usual in self._lately]
        should_s, took_s = (sum(each) for each in zip(*together, strict=True))
        busiest, self._busiest, self._next_at = self._busiest, 0, now + _EVERY_S
        self._lately.clear()
        gradient = max(_STEEPEST, min(1.0, _TOLERANCE * should_s / took_s)) if took_s else 1.0
        # A limit that is not reached says nothing by the time that calls take.
        if gradient >= 1.0 and 2 * busiest < self.value:
            return
        # What is under way is what took so long, where the limit is far above it.
        limit = min(self.value, 2.0 * busiest)
        wanted = limit * gradient + sqrt(limit)
        self.value = max(self._least, min(self._most, self.value + (wanted - self.value) * _SMOOTHING))
