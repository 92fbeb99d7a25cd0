"""How many calls a client may send once more: a share of those that it makes, so that a failing callee gets little more than usual."""

from math import exp
from time import monotonic

from .settings import Policy

_WINDOW_S = 10.0
_STEADY_PER_S = 1.0
# So many calls are taken as spread over the time in which they were made.
_AT_ONCE = 64


class RetryBudget:
    """The repeats that one client of one capability may still make.

    What it has fades away within about ten seconds, as the calls that earned it do. A client that calls seldom still has one
    repeat a second.
    """

    __slots__ = ("_at", "_calls", "_left", "_share")

    def __init__(self, policy: Policy) -> None:
        self._share = policy.retry_budget
        self._calls = 0
        self._left = _STEADY_PER_S * _WINDOW_S
        self._at = monotonic()

    def earn(self) -> None:
        """A call is made; on the path of each one, so it counts, and reckons now and then alone."""
        self._calls += 1
        if self._calls >= _AT_ONCE:
            self._left, self._calls, self._at = self.left, 0, monotonic()

    @property
    def left(self) -> float:
        """How many calls may be sent once more now."""
        if not self._share:
            return 0.0
        passed_s = monotonic() - self._at
        kept = exp(-passed_s / _WINDOW_S)
        # What calls earned fades as what was there did: they came in the course of that time.
        faded = (1 - kept) * _WINDOW_S / passed_s if passed_s > 0 else 1.0
        return self._left * kept + _STEADY_PER_S * _WINDOW_S * (1 - kept) + self._share * self._calls * faded

    def take(self) -> bool:
        """Whether a call may be sent once more; it counts as sent then."""
        self._left = self.left
        self._calls, self._at = 0, monotonic()
        if self._left < 1:
            return False
        self._left -= 1
        return True
