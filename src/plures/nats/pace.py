"""How long the parts of the transport wait."""

from collections.abc import Callable
from dataclasses import dataclass
from random import random


@dataclass(frozen=True)
class Pace:
    """The waits, in seconds.

    Attributes:
        taken_s: Within so long a replica of the subscriber must have asked for a message; else it was not sent.
        ask_s: How long a replica asks a publisher that does not answer.
        silent_s: After so long without a sign of the replica that has a message, the server gives it to another.
        pull_s: How long a request for messages stays open.
        beat_s: How often the server says meanwhile that it knows of the request.
        again_first_s: Before the next try to connect; each next wait is twice as long.
        again_most_s: The longest of them.
        lasting_s: A connection that held for so long was a good one: the waits begin anew.
        random: Between 0 and 1, so that not all replicas come back at once.
    """

    taken_s: float = 2.0
    ask_s: float = 10.0
    silent_s: float = 5.0
    pull_s: float = 30.0
    beat_s: float = 5.0
    again_first_s: float = 0.1
    again_most_s: float = 5.0
    lasting_s: float = 10.0
    random: Callable[[], float] = random

    def again_s(self, failures: int) -> float:
        """The wait after so many failures in a row."""
        # The power is bounded, since a float is.
        wait_s: float = min(self.again_most_s, self.again_first_s * 2 ** min(failures - 1, 40))
        return wait_s * (0.5 + self.random() / 2)
