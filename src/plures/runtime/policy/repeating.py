"""Which failed calls are sent once more, and when: those that a peer certainly did not begin, and those that may run twice."""

from random import Random
from time import monotonic

from plures.contract import OperationDescription
from plures.runtime.context import CallContext

from .budget import RetryBudget
from .settings import Policy

_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 1.0


class Repeats:
    """The further attempts of one call."""

    __slots__ = ("_budget", "_context", "_is_idempotent", "_left", "_pause_s", "_random")

    def __init__(
        self, operation: OperationDescription, context: CallContext, policy: Policy, budget: RetryBudget, random: Random
    ) -> None:
        self._is_idempotent = operation.declaration.idempotent
        self._context = context
        self._budget = budget
        self._random = random
        self._left = policy.attempts - 1
        self._pause_s = _FIRST_PAUSE_S

    def allow(self, *, may_have_run: bool, after_s: float = 0.0) -> float | None:
        """How long to wait before the call is sent once more, in seconds; None where it is not.

        Args:
            may_have_run: Whether the attempt that failed may have run.
            after_s: What the peer asked to wait at least, in seconds.
        """
        if may_have_run and not self._is_idempotent:
            return None
        # Full jitter: those that failed together do not come back together.
        pause_s = max(after_s, self._random.uniform(0, self._pause_s))
        if self._left <= 0 or monotonic() + pause_s >= self._context.deadline or not self._budget.take():
            return None
        self._left -= 1
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
        return pause_s
