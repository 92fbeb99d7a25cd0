"""Runs an operation again whose transaction met others, where nothing of the failed attempt remains and nothing has left it."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from random import random
from time import monotonic
from typing import Any, Final, TypeVar

from plures.contract import OperationDescription
from plures.data import Database, StatementFailed, Work
from plures.errors import Outcome, Unavailable
from plures.runtime import Refusal, current

MOST_ATTEMPTS: Final = 6
_FIRST_PAUSE_S: Final = 0.005
_LONGEST_PAUSE_S: Final = 0.2

W = TypeVar("W", bound=Work)


def repeating(operation: OperationDescription, method: Callable[..., Any], database: Database) -> Callable[..., Any]:
    """An operation of a service that keeps data, with its transactions repeated where that is safe."""

    def call(*args: Any, **kwargs: Any) -> Awaitable[Any]:
        # Outside of the coroutine: arguments that do not fit are a TypeError of the caller.
        return _run(method(*args, **kwargs), lambda: method(*args, **kwargs))

    async def _run(first: Awaitable[Any], again: Callable[[], Awaitable[Any]]) -> Any:
        work = Work(database)
        try:
            with work.under_way():
                return await first
        except StatementFailed as error:
            await _pause_before(1, operation, work, error)
        return await repeated(operation, partial(Work, database), lambda work: attempted(work, again), failed=1)

    return call


async def attempted(work: Work, method: Callable[[], Awaitable[Any]]) -> Any:
    """The answer of one attempt."""
    with work.under_way():
        return await method()


async def repeated(
    operation: OperationDescription,
    make: Callable[[], W],
    attempt: Callable[[W], Awaitable[Any]],
    *,
    failed: int = 0,
) -> Any:
    """The answer of the first attempt that meets no other transaction.

    Args:
        attempt: Runs the operation once, as this work.
        failed: Attempts before.

    Raises:
        Refusal: There is no next attempt.
    """
    while True:
        work = make()
        try:
            return await attempt(work)
        except StatementFailed as error:
            failed += 1
            await _pause_before(failed, operation, work, error)


async def _pause_before(failed: int, operation: OperationDescription, work: Work, error: StatementFailed) -> None:
    """Wait at random before the next attempt, longer each time.

    Raises:
        StatementFailed: The error itself, where the same would happen again.
        Refusal: There is no next attempt.
    """
    if not error.may_be_repeated:
        raise error
    context = current.get()
    has_left = work.has_committed or (context is not None and context.has_called)
    pause_s = random() * min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2**failed)  # noqa: S311 - it spreads load, it keeps no secret
    is_late = context is not None and context.deadline <= monotonic() + pause_s
    if has_left or is_late or failed >= MOST_ATTEMPTS:
        remains = "a part of what it did remains" if has_left else "nothing of it remains"
        why = f"its database could not take what it wrote, and may later; {remains}"
        raise Refusal(Unavailable(operation.full_name, why, outcome=Outcome.MAY_HAVE_RUN)) from error
    await asyncio.sleep(pause_s)
