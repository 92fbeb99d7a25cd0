"""How long is waited for what."""

from collections.abc import Callable
from dataclasses import dataclass
from random import random


@dataclass(frozen=True)
class Pace:
    """The waits of a worker, in seconds.

    Attributes:
        retry_first_s: After the first failed attempt of a step; each next wait is four times as long.
        retry_most_s: The longest of them.
        in_memory_s: A saga that waits for longer leaves the memory meanwhile.
        look_s: Between two looks at what is due, and at what other workers have left.
        lease_s: How long others wait for a worker that has died.
        pause_s: After the database did not answer; longer while it goes on.
        replay_s: How long a saga that runs again may take until it comes to a step that it has taken.
        long_s: What a worker has had in hand for longer does not keep others out.
        sweep_s: Between two times at which sagas that ended long ago are deleted.
        random: Between 0 and 1, so that not all waits end at once.
    """

    retry_first_s: float = 0.1
    retry_most_s: float = 3600.0
    in_memory_s: float = 2.0
    look_s: float = 1.0
    lease_s: float = 6.0
    pause_s: float = 0.5
    replay_s: float = 60.0
    long_s: float = 60.0
    sweep_s: float = 600.0
    random: Callable[[], float] = random

    def rest_s(self, failed: int) -> float:
        """The wait after the database did not answer so many times."""
        return self.pause_s * min(failed, 10)

    def retry_s(self, failed: int) -> float:
        """The wait after so many failed attempts."""
        # The power is bounded, since a float is.
        wait_s: float = min(self.retry_most_s, self.retry_first_s * 4 ** min(failed - 1, 40))
        return wait_s * (0.5 + self.random() / 2)
