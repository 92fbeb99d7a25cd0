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
    """The further attempts of one call.

    Attributes:
        denied: Why the last one that was asked for is not made; empty where it is.
    """

    __slots__ = ("_budget", "_context", "_is_idempotent", "_left", "_pause_s", "_random", "denied")

    def __init__(
        self, operation: OperationDescription, context: CallContext, policy: Policy, budget: RetryBudget, random: Random
    ) -> None:
        self._is_idempotent = operation.declaration.idempotent
        self._context = context
        self._budget = budget
        self._random = random
        self._left = policy.attempts - 1
        self._pause_s = _FIRST_PAUSE_S
        self.denied = ""

    def allow(self, *, may_have_run: bool, after_s: float = 0.0) -> float | None:
        """How long to wait before the call is sent once more, in seconds; None where it is not.

        Args:
            may_have_run: Whether the attempt that failed may have run.
            after_s: What the peer asked to wait at least, in seconds.
        """
        # Full jitter: those that failed together do not come back together.
        pause_s = max(after_s, self._random.uniform(0, self._pause_s))
        self.denied = self._denial(monotonic() + pause_s, may_have_run=may_have_run)
        if self.denied:
            return None
        self._left -= 1
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
        return pause_s

    def _denial(self, at: float, *, may_have_run: bool) -> str:
        """Why no attempt may be made at a moment; empty where one may, which counts then."""
        if may_have_run and not self._is_idempotent:
            return "it may have run, and neither is it a query nor idempotent"
        if self._left <= 0:
            return "no attempt is left"
        if at >= self._context.deadline:
            return "its deadline would have passed"
        return "" if self._budget.take() else "the retry budget is used up"
