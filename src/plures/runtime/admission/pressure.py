"""Whether the event loop keeps up with what arrives, and which share of it to refuse where it does not.

Work that waits for nothing is never seen as many calls at once: it queues for its turn of the loop. So what is measured is the length
of a turn in which requests begin. A controller of the kind of PIE (RFC 8033) makes of it the share to refuse.
"""

import asyncio
from math import exp
from random import Random
from time import monotonic
from typing import Final

from plures.contract import Criticality

_TARGET_S: Final = 0.03
"""A turn may take so long. Longer ones mean that requests wait for each other."""
_PROPORTIONAL: Final = 8.0
_DIFFERENTIAL: Final = 3.0
_RECOVERY_S: Final = 0.5
_MOST: Final = 3.0
# Where nothing at all but critical requests are admitted: from here on, of these too a share is refused.
_CRITICAL_FROM: Final = 2.0
_SHEDDABLE_TIMES: Final = 2.0


class Pressure:
    """How far a process is behind. Lives on one event loop.

    Attributes:
        level: 0 where it keeps up; up to 1 the share of normal requests to refuse; beyond 2, of critical ones too.
        begun: Requests that have begun in this turn of the loop.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self.level = 0.0
        self.begun = 0
        self._turn_at = self._ended_at = self._last_s = 0.0
        self._was_long = False

    def begin(self) -> None:
        """A request begins."""
        if not self.begun:
            self._turn_at = monotonic()
            asyncio.get_running_loop().call_soon(self._end_turn)
        self.begun += 1

    def refuses(self, criticality: Criticality) -> bool:
        """Whether a request that arrives now is to be refused; drawn by chance, so that each client gets its share."""
        level = self.level
        if not level:
            return False
        if criticality is Criticality.CRITICAL:
            level -= _CRITICAL_FROM
        elif criticality is Criticality.SHEDDABLE:
            level *= _SHEDDABLE_TIMES
        return self._random.random() < level

    def _end_turn(self) -> None:
        now = monotonic()
        self.begun = 0
        self.observe(now - self._turn_at, now)

    def observe(self, took_s: float, now: float) -> None:
        """A turn took so long, and ended then."""
        since_s, self._ended_at = now - self._ended_at, now
        last_s, self._last_s = self._last_s, took_s
        if took_s < _TARGET_S / 2:
            self._was_long = False
            if self.level:
                # Faded below a thousandth, it is over: to draw for each request would go on otherwise.
                level = min(self.level, 1.0) * exp(-since_s / _RECOVERY_S)
                self.level = level if level > 0.001 else 0.0  # noqa: PLR2004 - as the comment says
            return
        # One long turn is a garbage collection, or the first use of something; only a second one in a row is a queue.
        if took_s < _TARGET_S or self._was_long:
            change = _PROPORTIONAL * (took_s - _TARGET_S) * min(since_s, 1.0) + _DIFFERENTIAL * (took_s - last_s)
            self.level = min(_MOST, max(0.0, self.level + change))
        self._was_long = took_s >= _TARGET_S
