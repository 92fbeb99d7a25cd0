"""How long a crashed replica waits before it is started again."""

import random
import time
from collections.abc import Callable

import msgspec


class BackoffPolicy(msgspec.Struct, frozen=True):
    """Delays double from `first_s` to at most `most_s`. After a life of `stable_s`, they begin at `first_s` again."""

    first_s: float = 0.5
    most_s: float = 30.0
    stable_s: float = 30.0


class Backoff:
    """Exponential, with jitter: replicas that died of the same cause must not come back at the same moment."""

    def __init__(
        self,
        policy: BackoffPolicy,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Start without failures; `chance` gives numbers from 0 to below 1."""
        self._policy = policy
        self._clock = clock
        self._chance = chance
        self._failures = 0
        self._started_at: float | None = None

    def started(self) -> None:
        """The replica became ready now."""
        self._started_at = self._clock()

    def failed(self) -> float:
        """The replica died or did not start: the pause before the next attempt, in seconds."""
        if self._started_at is not None and self._clock() - self._started_at >= self._policy.stable_s:
            self._failures = 0
        self._started_at = None
        # The exponent is capped, because 2 ** 1100 is no float.
        pause_s = min(self._policy.first_s * 2.0 ** min(self._failures, 64), self._policy.most_s)
        self._failures += 1
        return pause_s * (0.5 + 0.5 * self._chance())
