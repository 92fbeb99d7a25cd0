"""How long is waited for what."""

from collections.abc import Callable
from dataclasses import dataclass
from random import random


@dataclass(frozen=True)
class Pace:
    """The waits of a relay, in seconds.

    Attributes:
        retry_first_s: After the first failed attempt; each next wait is four times as long.
        retry_most_s: The longest of them.
        attempts: So many may fail, then an event is parked. The waits between them last two hours together, more or less.
        deferred_most_s: The longest wait of an event whose handler needs something that cannot be reached.
        deferred_for_s: So long after it was published, that is no attempt; then it is.
        unreachable_first_s: After a delivery that could not be sent; each next wait is twice as long.
        unreachable_most_s: The longest of them.
        position_s: How long a new position may wait to be written: what was delivered meanwhile comes again after a crash.
        look_s: Between two looks at what others may have changed.
        sweep_s: Between two times at which old events are deleted.
        lease_s: How long another replica waits for one that has died.
        end_s: Most time for the last notes of a relay that is stopped: a write may wait for the server, or for a move.
        random: Between 0 and 1, so that not all waits end at once.
    """

    retry_first_s: float = 0.5
    retry_most_s: float = 3600.0
    attempts: int = 10
    deferred_most_s: float = 60.0
    deferred_for_s: float = 24 * 3600.0
    unreachable_first_s: float = 0.1
    unreachable_most_s: float = 5.0
    position_s: float = 1.0
    look_s: float = 1.0
    sweep_s: float = 600.0
    lease_s: float = 6.0
    end_s: float = 5.0
    random: Callable[[], float] = random

    def retry_s(self, failed: int) -> float:
        """The wait after so many failed attempts."""
        return self._jittered(_longest_s(self.retry_first_s, self.retry_most_s, 4.0, failed))

    def longest_s(self, failed: int) -> float:
        """No wait after so many failed attempts, or fewer, is longer."""
        return max(self.deferred_most_s, _longest_s(self.retry_first_s, self.retry_most_s, 4.0, failed))

    def deferred_s(self, age_s: float) -> float:
        """The wait of an event that was published so long ago: as long again as it has waited already."""
        return self._jittered(min(self.deferred_most_s, max(self.retry_first_s, age_s)))

    def unreachable_s(self, failed: int) -> float:
        """The wait after so many deliveries in a row that could not be sent."""
        return self._jittered(_longest_s(self.unreachable_first_s, self.unreachable_most_s, 2.0, failed))

    def _jittered(self, longest_s: float) -> float:
        return longest_s * (0.5 + self.random() / 2)


def _longest_s(first_s: float, most_s: float, growth: float, failed: int) -> float:
    # The power is bounded, since a float is.
    longest_s: float = min(most_s, first_s * growth ** min(failed - 1, 40))
    return longest_s
