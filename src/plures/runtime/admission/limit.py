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
_STUCK: Final = 4.0
"""Of many calls under way, one should have ended within so many times the usual."""


class AdaptiveLimit:
    """The limit of one kind of calls in one process.

    Args:
        least: It does not shrink below this.
        most: It does not grow beyond this; it begins here, since calls that only wait for others are no load.

    Attributes:
        value: The limit.
        usual_s: How long a call takes in the long run, in seconds.
    """

    __slots__ = (
        "_busiest",
        "_count",
        "_ended_at",
        "_learned_at",
        "_least",
        "_most",
        "_next_at",
        "_periods",
        "_took_s",
        "usual_s",
        "value",
    )

    def __init__(self, least: int, most: int) -> None:
        self._least = least
        self._most = most
        self.value = float(most)
        self.usual_s = self._took_s = self._next_at = self._learned_at = self._ended_at = 0.0
        self._count = self._busiest = self._periods = 0

    def observe(self, took_s: float, now: float, at_once: int) -> None:
        """A call has ended well: how long it took, and how many were under way."""
        self._took_s += took_s
        self._count += 1
        self._ended_at = now
        # Each call comes by here, and `max` takes longer.
        if at_once > self._busiest:  # noqa: PLR1730
            self._busiest = at_once
        if now >= self._next_at:
            self._adapt(now)

    def look(self, now: float, at_once: int, since: float) -> None:
        """Of many calls under way since some moment, none may have ended for long: they wait for each other, or for something else.

        The first of them would tell only when its deadline has passed, and until then many more would have come in.
        """
        for_s = now - max(since, self._ended_at)
        if now >= self._next_at and self.usual_s and for_s > max(_EVERY_S, _STUCK * self.usual_s):
            self._next_at = now + _EVERY_S
            self._follow(_TOLERANCE * self.usual_s / for_s, at_once)

    def _adapt(self, now: float) -> None:
        mean_s, busiest = self._took_s / self._count, self._busiest
        self._took_s, self._count, self._busiest, self._next_at = 0.0, 0, 0, now + _EVERY_S
        usual_s = self._learn(mean_s, now)
        self._follow(_TOLERANCE * usual_s / mean_s if mean_s else 1.0, busiest)

    def _follow(self, gradient: float, busiest: int) -> None:
        """Grow or shrink by what is tolerated beside what was seen."""
        gradient = max(_STEEPEST, min(1.0, gradient))
        is_reached, are_few = 2 * busiest >= self.value, busiest <= 2 * self._least
        # A few calls do not wait for each other; and a limit that is not reached is no reason to raise it.
        if (gradient >= 1.0 and not is_reached) or (gradient < 1.0 and are_few):
            return
        # What is under way is what took so long, where the limit is far above it.
        limit = min(self.value, 2.0 * busiest)
        wanted = limit * gradient + sqrt(limit)
        self.value = max(self._least, min(self._most, self.value + (wanted - self.value) * _SMOOTHING))

    def _learn(self, mean_s: float, now: float) -> float:
        """What was usual until now; the calls of this period become part of it."""
        self._periods += 1
        usual_s = self.usual_s or mean_s
        # What has changed for good becomes the usual within some ten minutes; at first there is nothing better to go by.
        share = 1 / self._periods if self._periods <= _FIRST else 1 - exp((self._learned_at - now) / _FADES_S)
        # A usual of busy times would let everything pass in quiet ones.
        if 2 * mean_s < usual_s:
            share = max(share, _FALLS_BY)
        self.usual_s, self._learned_at = usual_s + (mean_s - usual_s) * share, now
        return usual_s
