"""How long a capability has not answered a caller that can do without it: said once in the log, and counted."""

import logging
from collections.abc import Callable
from time import monotonic
from typing import Final

_LOG: Final = logging.getLogger("plures.calls")
QUIET_S: Final = 5.0
"""An outage is over with the first answer after so long without a failure: one that flickers is one outage."""


class Outage:
    """The outages of one capability, as one caller meets them.

    Attributes:
        went_without: Calls without an answer, in all.
        is_on: Whether the capability is out.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._began = 0.0
        self._last = 0.0
        self._before = 0
        self.went_without = 0
        self.is_on = False

    def failed(self, capability: str, failure: Exception) -> None:
        """A call got no answer. Call it in the context of the caller, which the log names."""
        now = self._last = self._clock()
        if not self.is_on:
            self.is_on, self._began, self._before = True, now, self.went_without
            reason = " ".join(str(failure).partition("\n")[0].split()) or "no answer in time"
            _LOG.warning("%s does not answer, and its caller goes without it: %s", capability, reason)
        self.went_without += 1

    def answered(self, capability: str) -> None:
        """A call got an answer."""
        if self.is_on and self._clock() - self._last >= QUIET_S:
            self.is_on = False
            calls, lasted_s = self.went_without - self._before, self._last - self._began
            _LOG.info("%s answers again: %d calls went without it, within %.0f s", capability, calls, lasted_s)
