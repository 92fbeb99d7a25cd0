"""How long is waited for what."""

from collections.abc import Callable
from dataclasses import dataclass
from random import random


@dataclass(frozen=True)
class Pace:
    """The waits of a relay, in seconds.

    Attributes:
        retry_first_s: After the first failed attempt; each next wait is twice as long.
        retry_most_s: The longest of them.
        attempts: So many may fail, then an event is parked.
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
    retry_most_s: float = 300.0
    attempts: int = 10
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
        return self._wait_s(self.retry_first_s, self.retry_most_s, failed)

    def unreachable_s(self, failed: int) -> float:
        """The wait after so many deliveries in a row that could not be sent."""
        return self._wait_s(self.unreachable_first_s, self.unreachable_most_s, failed)

    def _wait_s(self, first_s: float, most_s: float, failed: int) -> float:
        # The power is bounded, since a float is.
        wait_s: float = min(most_s, first_s * 2 ** min(failed - 1, 40))
        return wait_s * (0.5 + self.random() / 2)
