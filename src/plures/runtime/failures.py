"""What a caller learns of an operation that failed: the same in every placement, and never the text of an undeclared error."""

import logging
from typing import Final, cast

from plures.contract import ContractError, Malformed, OperationDescription, TooDeep
from plures.errors import (
    CallError,
    DeadlineExceeded,
    Internal,
    InvalidRequest,
    KeyReused,
    LimitExceeded,
    NeedUnreachable,
    Outcome,
    Overloaded,
    Unavailable,
)
from plures.logs import mark_told, tell

from .context import CallContext, current
from .policy import out_of_time
from .running import Expired

_LOG: Final = logging.getLogger("plures.calls")
_MOST_SHOWN: Final = 20


class Refusal(Exception):
    """Ends an operation with a failure that its caller is told as it is; the platform raises it around a service, which never does."""

    def __init__(self, failure: CallError) -> None:
        super().__init__(failure.what)
        self.failure = failure


def failure_of(
    error: BaseException, operation: OperationDescription, context: CallContext
) -> CallError | ContractError:
    """What to raise to the caller for an error that left the operation; an error that is not declared is logged."""
    declared = operation.declared_by(error)
    if declared is not None:
        return declared
    if isinstance(error, Refusal):
        return error.failure
    if isinstance(error, KeyReused) and _is_of_another_version(error, operation):
        # Of another version of the contract, which this one is an adapter of.
        return KeyReused(operation.full_name, error.why, outcome=Outcome.MAY_HAVE_RUN)
    if _is_out_of_time(error):
        # An inner call that ran into the deadline of this one may notice a moment earlier; the outcome is the same.
        return out_of_time(operation, Outcome.MAY_HAVE_RUN, is_inherited=context.is_inherited)
    if isinstance(error, Unavailable):
        with context.resumed():
            _LOG.warning("%s failed, since something it needs did not answer: %s", operation.full_name, error.what)
        return _short_of(error, operation)
    with context.resumed():
        tell(_LOG, error, "%s raised an error that its contract does not declare", operation.full_name)
    return _internal(operation, context.request_id)


def _short_of(error: Unavailable, operation: OperationDescription) -> Unavailable:
    """The failure of an operation that met this one in something that it needs."""
    if isinstance(error, Overloaded):
        # It travels up as it is: what is overloaded is not asked again from any hop above it.
        return Overloaded(operation.full_name, "something that it needs is overloaded", outcome=Outcome.MAY_HAVE_RUN)
    is_unreachable = error.outcome is Outcome.NOT_SENT or isinstance(error, NeedUnreachable)
    kind = NeedUnreachable if is_unreachable else Unavailable
    why = "something that it needs cannot be reached" if is_unreachable else "something that it needs did not answer"
    return kind(operation.full_name, why, outcome=Outcome.MAY_HAVE_RUN)


def bad_request(error: Malformed | TooDeep, operation: OperationDescription) -> CallError:
    """The failure of a request that breaks the contract; names the problems."""
    if isinstance(error, TooDeep):
        return LimitExceeded(operation.full_name, "the JSON nests too deep", outcome=Outcome.NOT_SENT)
    shown = "; ".join(error.problems[:_MOST_SHOWN])
    return InvalidRequest(operation.full_name, shown, outcome=Outcome.NOT_SENT)


def bad_answer(error: Malformed | TooDeep, operation: OperationDescription) -> CallError:
    """The failure of an operation whose answer breaks the contract."""
    _LOG.error("%s answered with what its contract does not allow: %s", operation.full_name, error)
    call = current.get()
    return _internal(operation, "" if call is None else call.request_id)


def _is_of_another_version(error: CallError, operation: OperationDescription) -> bool:
    """Whether the call that failed was one of the same contract in another version."""
    theirs, own = error.operation.split("."), operation.full_name.split(".")
    return theirs[:-2] == own[:-2] and theirs[-2:-1] != own[-2:-1]


def _is_out_of_time(error: BaseException) -> bool:
    if isinstance(error, ExceptionGroup):
        # Of calls that were made together, one noticed first.
        return any(map(_is_out_of_time, cast("ExceptionGroup[Exception]", error).exceptions))
    return isinstance(error, Expired) or (isinstance(error, DeadlineExceeded) and error.is_inherited)


def _internal(operation: OperationDescription, request_id: str) -> CallError:
    """A failure without details: the text of an undeclared error may hold secrets of its capability."""
    why = "it failed inside; the log of the process that hosts it says why"
    failure = Internal(operation.full_name, why, outcome=Outcome.MAY_HAVE_RUN)
    failure.request_id = request_id
    mark_told(failure)
    return failure
