"""Runs an operation again whose transaction met others on an engine of SQLAlchemy, where nothing of the failed attempt remains.

The service is code that exists, and may do more than write rows. So only what its contract lets run twice is run again: queries, and commands
that are idempotent.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from plures.contract import OperationDescription
from plures.runtime import current

from .repeating import MOST_ATTEMPTS, pause_s

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.exc import DBAPIError

# PostgreSQL undid the transaction, since others would not have come one after the other, or waited for each other.
_MET: Final = frozenset({"40001", "40P01"})


class _Attempt:
    """One run of an operation; its threads have it in their context."""

    commits = 0


_attempt: Final[ContextVar[_Attempt | None]] = ContextVar("plures_engine_attempt", default=None)


def may_meet(engine: "Engine") -> bool:
    """Whether its transactions run beside one another. On SQLite one waits for the other from its beginning."""
    return engine.dialect.name == "postgresql"


def count_commits(engine: "Engine") -> None:
    """Let attempts know what they have committed."""
    from sqlalchemy import event

    def commits(_: "Connection") -> None:
        attempt = _attempt.get()
        if attempt is not None:
            attempt.commits += 1

    event.listen(engine, "commit", commits)


def repeating_blocking(operation: OperationDescription, method: Callable[..., Any]) -> Callable[..., Any]:
    """An operation of a service that has an engine; itself where it must not run twice."""
    if operation.streams or not operation.declaration.idempotent:
        return method

    from sqlalchemy.exc import DBAPIError

    def call(*args: Any, **kwargs: Any) -> Awaitable[Any]:
        # Outside of the coroutine: arguments that do not fit are a TypeError of the caller.
        return run(method(*args, **kwargs), lambda: method(*args, **kwargs))

    async def run(attempt: Awaitable[Any], again: Callable[[], Awaitable[Any]]) -> Any:
        for failed in range(1, MOST_ATTEMPTS):
            known = _Attempt()
            token = _attempt.set(known)
            try:
                return await attempt
            except DBAPIError as error:
                pause = pause_s(failed)
                if not _leaves_nothing(error, known) or _is_late(pause):
                    raise
            finally:
                _attempt.reset(token)
            await asyncio.sleep(pause)
            attempt = again()
        return await attempt

    return call


def _leaves_nothing(error: "DBAPIError", attempt: _Attempt) -> bool:
    """Whether the failed transaction was the first that would have been committed, and nothing has gone to others."""
    if getattr(error.orig, "sqlstate", None) not in _MET:
        return False
    # A commit that fails has no statement, and was counted before.
    committed = attempt.commits - (error.statement is None)
    context = current.get()
    return committed <= 0 and not (context is not None and context.has_called)


def _is_late(pause: float) -> bool:
    context = current.get()
    return context is not None and context.deadline <= monotonic() + pause
