"""Runs one call within its context and deadline, on whichever side of the wire."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import aclosing
from typing import Any, TypeVar

from plures.contract import OperationDescription
from plures.errors import Outcome

from .context import CallContext, current
from .deadlines import Deadlines
from .policy import out_of_time

T = TypeVar("T")


async def run(operation: OperationDescription, context: CallContext, deadlines: Deadlines, work: Awaitable[T]) -> T:
    """Await `work` as the call `context`.

    Raises:
        DeadlineExceeded: The deadline passed first; the work was cancelled.
    """
    token = current.set(context)
    guard = deadlines.enter(context.deadline)
    try:
        return await work
    except asyncio.CancelledError:
        if guard.absorb():
            raise out_of_time(operation, Outcome.MAY_HAVE_RUN) from None
        raise
    finally:
        deadlines.leave(guard)
        current.reset(token)


async def run_stream(
    operation: OperationDescription, context: CallContext, deadlines: Deadlines, items: AsyncIterator[T]
) -> AsyncGenerator[T, None]:
    """Yield what `items` yields, each step as the call `context`; closes `items` when the consumer stops early."""
    stream: Any = items
    async with aclosing(stream):
        while True:
            try:
                item = await run(operation, context, deadlines, anext(items))
            except StopAsyncIteration:
                return
            yield item
