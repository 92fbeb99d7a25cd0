"""Runs one call within its context and deadline, on whichever side of the wire."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import aclosing, nullcontext
from time import monotonic
from typing import Any, TypeVar

from .context import CallContext, current
from .deadlines import Deadlines

T = TypeVar("T")


class Expired(Exception):
    """The deadline of a call passed while it ran. Whoever runs a call turns it into what the caller is told."""


class GaveUp(Exception):
    """The work of a call ended as cancelled, although nobody had asked for that: it awaited something that was."""


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
        if context.absorb():  # The work did not let itself be cancelled; its time is over all the same.
            raise Expired
        return answer
    finally:
        deadlines.leave(context)
        current.reset(token)


async def run_stream(context: CallContext, deadlines: Deadlines, items: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    """Yield what `items` yields, each step as the call `context`; closes `items` when the consumer stops early.

    Raises:
        Expired: The deadline passed, be it that the work or that the consumer took its time.
    """
    stream: Any = items
    # A contract asks for an iterator; those that are no generators have nothing to close.
    async with aclosing(stream) if hasattr(stream, "aclose") else nullcontext():
        while True:
            if context.deadline <= monotonic():  # A step that never waits would not notice.
                raise Expired
            try:
                item = await run(context, deadlines, anext(items))
            except StopAsyncIteration:
                return
            yield item
