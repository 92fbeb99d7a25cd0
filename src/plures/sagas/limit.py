"""Until when the steps of one saga may begin."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from math import inf
from time import monotonic
from typing import Final

from plures.contract import Criticality, OperationDescription
from plures.errors import DeadlineExceeded, Outcome
from plures.runtime import Acting, CallContext, current, request_of

from .declaring import Called
from .keeping import Instance, Journal, State

_GRACE_S: Final = 1.0
"""Steps see the deadline by themselves; so long after it, what else the saga waits for is ended."""


class Limit:
    """That of one run, and what the calls of its steps are part of.

    Attributes:
        acting: On whose behalf the saga was begun.
    """

    acting: Acting | None = None

    def __init__(
        self, operation: OperationDescription, instance: Instance, journal: Journal, criticality: Criticality
    ) -> None:
        self._operation = operation
        self._run = CallContext(inf, 0, id=request_of(instance.request_id))
        self._journal = journal
        self._timeout: asyncio.Timeout | None = None
        has_none = instance.is_final or instance.state is State.COMPENSATING
        # What is half done ends first: to refuse it would leave others without what it holds.
        self._criticality = Criticality.CRITICAL if has_none else criticality
        # 0 where there is no such time.
        self._at = 0 if has_none else instance.deadline_at

    def context(self) -> CallContext:
        """What the calls of the steps are part of."""
        left_s = (self._at - self._journal.now()) / 1000 if self._at else inf
        deadline, criticality = monotonic() + left_s, self._criticality
        return CallContext(
            deadline,
            0,
            operation=self._operation,
            id=self._run.id,
            criticality=criticality,
            acting=self.acting,
            trace=self._run.trace,
            span=self._run.span,
        )

    def part_of(self, run: CallContext) -> None:
        """From now on, what it calls is a part of this run in the trace."""
        self._run = run

    def lift(self) -> None:
        """From now on there is none, and what it calls is critical."""
        self._at, self._criticality = 0, Criticality.CRITICAL
        if self._timeout is not None:
            self._timeout.reschedule(None)
        current.set(self.context())

    def or_earlier(self, until: int) -> int:
        """This time, or the limit where that comes first."""
        return min(until, self._at or until)

    def check(self, step: Called) -> None:
        """Raise `DeadlineExceeded` where no step may begin any more."""
        if self._at and self._at <= self._journal.now():
            raise self._too_late(step.operation.full_name)

    @asynccontextmanager
    async def holds(self) -> AsyncGenerator[None]:
        """The function of the saga runs here; it raises `DeadlineExceeded` where it waits for something else than a step."""
        left_s = (self._at - self._journal.now()) / 1000 + _GRACE_S if self._at else None
        timeout = asyncio.timeout(left_s)
        try:
            async with timeout:
                self._timeout = timeout
                try:
                    yield
                finally:
                    self._timeout = None
        except TimeoutError:
            if not timeout.expired():
                raise
            raise self._too_late(self._operation.full_name) from None

    def _too_late(self, name: str) -> DeadlineExceeded:
        return DeadlineExceeded(name, "the deadline of the saga has passed", outcome=Outcome.MAY_HAVE_RUN)
