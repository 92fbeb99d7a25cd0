"""Calls by reference: caller and callee share the process, the arguments and the answer are passed as they are."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

from plures.contract import OperationDescription
from plures.errors import Outcome

from .context import current
from .deadlines import Deadlines
from .failures import failure_of
from .policy import admit, out_of_time
from .running import run_stream


def by_reference(
    operation: OperationDescription, method: Callable[..., Any], deadlines: Deadlines
) -> Callable[..., Any]:
    """The operation as a caller in the same process sees it."""
    if operation.streams:
        return _stream(operation, method, deadlines)
    enter, leave = deadlines.enter, deadlines.leave

    async def call(*args: Any, **kwargs: Any) -> Any:
        context = admit(operation, current.get())
        work = method(
            *args, **kwargs
        )  # Arguments that do not fit are a TypeError of the caller, so this stands outside.
        # `running.run`, unrolled: one coroutine less on the hottest path there is.
        token = current.set(context)
        enter(context)
        try:
            return await work
        except asyncio.CancelledError:
            if context.absorb():
                raise out_of_time(operation, Outcome.MAY_HAVE_RUN) from None
            raise
        except Exception as error:  # noqa: BLE001 - whatever the service raised is its caller's to know, as a failure
            raise failure_of(error, operation) from None
        finally:
            leave(context)
            current.reset(token)

    return call


def _stream(operation: OperationDescription, method: Callable[..., Any], deadlines: Deadlines) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        context = admit(operation, current.get())
        items = method(*args, **kwargs)
        try:
            async with aclosing(run_stream(context, deadlines, items)) as stream:
                async for item in stream:
                    yield item
        except Exception as error:  # noqa: BLE001 - as above
            raise failure_of(error, operation) from None

    return call
