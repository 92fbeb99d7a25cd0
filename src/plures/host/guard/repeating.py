"""Runs an operation again whose transaction met others, where nothing of the failed attempt remains and nothing has left it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from random import random
from time import monotonic
from typing import Any, Final, TypeVar

from plures.contract import OperationDescription
from plures.data import TRANSACTION_FAILED, Database, StatementFailed, Work
from plures.errors import Outcome, Unavailable
from plures.runtime import Refusal, current

MOST_ATTEMPTS: Final = 6
_FIRST_PAUSE_S: Final = 0.005
_LONGEST_PAUSE_S: Final = 0.2

_LOG: Final = logging.getLogger("plures.calls")

W = TypeVar("W", bound=Work)


def repeating(operation: OperationDescription, method: Callable[..., Any], database: Database) -> Callable[..., Any]:
    """An operation of a service that keeps data, with its transactions repeated where that is safe."""
    attempts = Attempts(operation)

    def call(*args: Any, **kwargs: Any) -> Awaitable[Any]:
        # Outside of the coroutine: arguments that do not fit are a TypeError of the caller.
        return _run(method(*args, **kwargs), lambda: method(*args, **kwargs))

    async def _run(first: Awaitable[Any], again: Callable[[], Awaitable[Any]]) -> Any:
        work = Work(database)
        try:
            with work.under_way():
                return await first
        except TRANSACTION_FAILED as error:
            failure = error
        return await attempts.again(partial(Work, database), lambda work: attempted(work, again), work, failure)

    return call


async def attempted(work: Work, method: Callable[[], Awaitable[Any]]) -> Any:
    """The answer of one attempt."""
    with work.under_way():
        return await method()


class Attempts:
    """The attempts of one operation in this replica."""

    def __init__(self, operation: OperationDescription) -> None:
        self._operation = operation
        # Attempts that met others come one at a time from then on: else many calls that change one row would meet again and again.
        self._turn = asyncio.Lock()

    async def until_answered(self, make: Callable[[], W], attempt: Callable[[W], Awaitable[Any]]) -> Any:
        """The answer of the first attempt that meets no other transaction.

        Args:
            attempt: Runs the operation once, as this work.

        Raises:
            Refusal: There is no next attempt.
        """
        work = make()
        try:
            return await attempt(work)
        except TRANSACTION_FAILED as error:
            failure = error
        return await self.again(make, attempt, work, failure)

    async def again(
        self, make: Callable[[], W], attempt: Callable[[W], Awaitable[Any]], work: Work, failure: Exception
    ) -> Any:
        """The answer of a later attempt; the first failed with this, as that work."""
        failed = 1
        while True:
            pause = self._pause_s(failed, work, failure)
            async with self._turn:
                await asyncio.sleep(pause)
                work = made = make()
                try:
                    return await attempt(made)
                except TRANSACTION_FAILED as error:
                    failure = error
            failed += 1

    def _pause_s(self, failed: int, work: Work, failure: Exception) -> float:
        """How long to wait before the next attempt: at random, and longer each time.

        Raises:
            StatementFailed: The failure itself, where the statement is at fault.
            Refusal: There is no next attempt.
        """
        if isinstance(failure, StatementFailed) and not failure.is_passing:
            raise failure
        context = current.get()
        has_left = work.has_committed or (context is not None and context.has_called)
        pause = pause_s(failed)
        is_late = context is not None and context.deadline <= monotonic() + pause
        if has_left or is_late or failed >= MOST_ATTEMPTS or not work.may_be_repeated_after(failure):
            raise self._refusal(failure, has_left=has_left) from failure
        return pause

    def _refusal(self, failure: Exception, *, has_left: bool) -> Refusal:
        """What the caller is told; the log says what the database said."""
        name = self._operation.full_name
        if isinstance(failure, StatementFailed) and failure.may_have_happened:
            remains = "its last commit may have happened"
        else:
            remains = "a part of what it did remains" if has_left else "nothing of it remains"
        _LOG.warning("%s failed, since its database did not take what it wrote (%s): %s", name, remains, failure)
        why = f"its database could not take what it wrote, and may later; {remains}"
        return Refusal(Unavailable(name, why, outcome=Outcome.MAY_HAVE_RUN))


def pause_s(failed: int) -> float:
    """How long to wait after so many attempts: at random, so that those who met do not meet again."""
    longest = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2.0**failed)
    return random() * longest  # noqa: S311 - it spreads load, it keeps no secret
