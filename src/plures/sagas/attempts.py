"""The attempts of one step: what may pass is tried again, for a while here, then after a rest outside of the memory."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from plures.contract import ContractError
from plures.errors import CallError, Internal, Outcome
from plures.logs import tell

from .declaring import Called, is_passing
from .errors import Suspended
from .pace import Pace

_LOG: Final = logging.getLogger("plures.sagas")


class Patience(msgspec.Struct, frozen=True):
    """How long a step is tried.

    Attributes:
        most: So many attempts.
        check: Called before each; raises a `CallError` where there must be none.
        failed: Called after each that failed.
    """

    pace: Pace
    most: int
    check: Callable[[Called], None]
    failed: Callable[[BaseException], None] = lambda _: None


async def tried(step: Called, once: Callable[[], Awaitable[Any]], patience: Patience, failed: int) -> Any:
    """What a step answers, in the end.

    Args:
        failed: So many attempts in a row have failed before.

    Raises:
        ContractError: One that the operation, or the saga, declares.
        CallError: The last failure.
        Suspended: The next attempt is a while away.
    """
    while True:
        patience.check(step)
        try:
            return await once()
        # A step that ends the process would end it again after each start.
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it was, the saga learns of it
            patience.failed(error)
            failure = _failure(error, step)
            failed += 1
            if not is_passing(error) or failed >= patience.most:
                raise failure from (None if failure is error else error)
        wait_s = patience.pace.retry_s(failed)
        if wait_s > patience.pace.in_memory_s:
            raise Suspended(wait_s, failed, failure.what + (f": {failure.why}" if failure.why else ""))
        await asyncio.sleep(wait_s)


def _failure(error: Exception | SystemExit, step: Called) -> ContractError | CallError:
    """What the saga learns of it: the same as if the step were a call to another process."""
    if isinstance(error, CallError) or (isinstance(error, ContractError) and step.declares(error)):
        return error
    tell(_LOG, error, "the step %s of a saga raised an error that nothing declares", step.name)
    why = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
    return Internal(step.operation.full_name, why, outcome=Outcome.MAY_HAVE_RUN)
