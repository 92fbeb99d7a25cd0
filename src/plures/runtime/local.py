"""Calls by reference: caller and callee share the process; arguments and answer are passed as they are.

The shape of an answer is checked (`values`), and a declared error fully: errors are rare.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from time import monotonic
from typing import Any

from plures.contract import ContractError, OperationDescription
from plures.telemetry import Meter, SpanKind

from . import connect
from .beside import with_headers
from .blocking import Direct, mark_direct, plain_of
from .context import CallContext, current
from .deadlines import Watch
from .failures import failure_of
from .observed import LOCAL, MeterFor, code_of, unread
from .policy import admit
from .running import Expired, run_stream
from .values import answer_shape, refuse_misfit, with_copies, within_limits


def by_reference(
    operation: OperationDescription, method: Callable[..., Any], deadlines: Watch, meter_for: MeterFor = unread
) -> Callable[..., Any]:
    """The operation as a caller in the same process sees it."""
    meter = meter_for(operation, SpanKind.INTERNAL, LOCAL)
    # What listens to headers awaits the method, and so does what measures messages.
    is_plain = operation.beside is None and not operation.declaration.limits
    plain = plain_of(method) if is_plain else None
    method = with_headers(operation, with_copies(operation, method))
    if operation.streams:
        return within_limits(operation, _stream(operation, method, deadlines, meter))
    enter, leave, fits = deadlines.enter, deadlines.leave, answer_shape(operation)
    begin, end = meter.begin, meter.end

    async def call(*args: Any, **kwargs: Any) -> Any:
        context = admit(operation, current.get())
        # Outside of the `try`: arguments that do not fit are a TypeError of the caller.
        work = method(*args, **kwargs)
        # From here on it is `running.run`, written out: that saves a coroutine on the path that most calls take.
        token = current.set(context)
        enter(context)
        begin(context)
        try:
            answer = await work
        except asyncio.CancelledError as error:
            if context.absorb():
                raise _failure(Expired(), operation, context) from None
            if context.is_asked_to_end():
                context.code = code_of(error)
                raise
            raise _failure(Expired() if context.is_over() else error, operation, context) from None
        except Exception as error:  # noqa: BLE001 - the caller is told of each error that a service raises, as a failure
            raise _failure(Expired() if context.is_over() else error, operation, context) from None
        else:
            if context.deadline <= monotonic():
                context.absorb()
                raise _failure(Expired(), operation, context)
            if not fits(answer):
                _refuse_misfit(operation, answer, context)
            return answer
        finally:
            leave(context)
            current.reset(token)
            end(context)

    mark_direct(
        call, plain and Direct(operation, plain, deadlines, _failure, meter_for(operation, SpanKind.INTERNAL, LOCAL))
    )
    return within_limits(operation, call)


def _stream(
    operation: OperationDescription, method: Callable[..., Any], deadlines: Watch, meter: Meter
) -> Callable[..., Any]:
    fits = answer_shape(operation)

    async def call(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        context = admit(operation, current.get())
        items = method(*args, **kwargs)
        meter.begin(context)
        try:
            async with aclosing(run_stream(context, deadlines, items)) as stream:
                async for item in stream:
                    if not fits(item):
                        refuse_misfit(operation, item)
                    yield item
        except Exception as error:  # noqa: BLE001 - as above
            raise _failure(error, operation, context) from None
        except asyncio.CancelledError as error:
            context.code = code_of(error)
            raise
        finally:
            meter.end(context)

    return call


def _failure(error: BaseException, operation: OperationDescription, context: CallContext) -> Exception:
    """What the caller would see of an error if it were elsewhere."""
    failure = failure_of(error, operation, context)
    context.code = code_of(failure)
    if not isinstance(failure, ContractError):
        return failure
    return operation.seen_by_callers(connect.error_that_crosses(failure, operation))


def _refuse_misfit(operation: OperationDescription, answer: object, context: CallContext) -> None:
    try:
        refuse_misfit(operation, answer)
    except Exception as error:
        context.code = code_of(error)
        raise
