"""Runs one call within its context and its deadline, at the caller and at the callee."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import aclosing, nullcontext
from time import monotonic
from typing import Any, TypeVar

from .context import CallContext, current
from .deadlines import Deadlines

T = TypeVar("T")


class Expired(Exception):
    """The deadline of a call passed while it ran. What runs the call turns this into the failure that the caller sees."""


class GaveUp(Exception):
    """The work of a call ended as cancelled although its task was not asked to end: it awaited something that was."""


async def run(context: CallContext, deadlines: Deadlines, work: Awaitable[T]) -> T:
    """Await `work` as the call `context`.

    Raises:
        Expired: The deadline passed first; the work was cancelled.
        GaveUp: The work raised `CancelledError` of its own.
    """
    token = current.set(context)
    deadlines.enter(context)
    try:
        answer = await work
    except (asyncio.CancelledError, Exception) as error:
        if context.absorb():
            raise Expired from None
        if isinstance(error, asyncio.CancelledError) and not context.is_asked_to_end():
            raise GaveUp from error
        raise
    else:
        # The work may have caught our cancellation and returned all the same; its time is over nevertheless.
        if context.absorb():
            raise Expired
        return answer
    finally:
        deadlines.leave(context)
        current.reset(token)


async def run_stream(context: CallContext, deadlines: Deadlines, items: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    """Yield what `items` yields, each step as the call `context`; closes `items` when the consumer stops early.

    Raises:
        Expired: The deadline passed, whether the service or the consumer was slow.
    """
    stream: Any = items
    # A contract asks for an iterator; one that is no generator has nothing to close.
    async with aclosing(stream) if hasattr(stream, "aclose") else nullcontext():
        while True:
            # The timer cannot cancel a step that never waits.
            if context.deadline <= monotonic():
                raise Expired
            try:
                item = await run(context, deadlines, anext(items))
            except StopAsyncIteration:
                return
            yield item
