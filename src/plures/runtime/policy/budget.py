"""How many calls a client may send once more: a share of those that it makes, so that a failing callee gets little more than usual."""

from math import exp
from time import monotonic

from .settings import Policy

_WINDOW_S = 10.0
_STEADY_PER_S = 1.0


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
        """A call is made; on the path of each one, so it only counts."""
        self._calls += 1

    @property
    def left(self) -> float:
        """How many calls may be sent once more now."""
        if not self._share:
            return 0.0
        kept = exp((self._at - monotonic()) / _WINDOW_S)
        return self._left * kept + _STEADY_PER_S * _WINDOW_S * (1 - kept) + self._share * self._calls

    def take(self) -> bool:
        """Whether a call may be sent once more; it counts as sent then."""
        self._left = self.left
        self._calls, self._at = 0, monotonic()
        if self._left < 1:
            return False
        self._left -= 1
        return True
