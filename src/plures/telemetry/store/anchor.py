"""When something was, by the clock of the world: spans are timed by `time.monotonic()`, which no one can set."""

from collections.abc import Callable
from time import monotonic, time
from typing import Final

_STEP_S: Final = 0.001
"""What differs less is how exactly it was looked."""
_TRIES: Final = 5
_MOST: Final = 8

MICROSECONDS: Final = 1_000_000


class Anchor:
    """Moments of one process.

    The clock of the world may be set at any time, and both stop in different ways while a machine sleeps. What has begun before is told by how
    the clocks stood then, so that the spans of one part of a trace keep their order.
    """

    def __init__(self, world: Callable[[], float] = time, own: Callable[[], float] = monotonic) -> None:
        self._world, self._own = world, own
        self._known: list[tuple[float, float]] = [(float("-inf"), self._between())]

    def check(self) -> None:
        """Look at both clocks again; now and then."""
        between = self._between()
        if abs(between - self._known[-1][1]) > _STEP_S:
            self._known = [*self._known, (self._own(), between)][-_MOST:]

    def offset_s(self, moment: float) -> float:
        """What to add to a moment of `time.monotonic()`, and to what belongs to it, for seconds since 1970."""
        for since, between in reversed(self._known):
            if since <= moment:
                return between
        return self._known[0][1]

    def now_us(self) -> int:
        """Whole microseconds since 1970."""
        return int(self._world() * MICROSECONDS)

    def _between(self) -> float:
        """The world's clock less ours; the closest look of some, since a process may be interrupted between the two."""
        looks: list[tuple[float, float]] = []
        for _ in range(_TRIES):
            before = self._own()
            world = self._world()
            after = self._own()
            looks.append((after - before, world - (before + after) / 2))
        return min(looks)[1]
