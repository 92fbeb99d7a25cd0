"""Runs one call within its context and deadline, on whichever side of the wire."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import aclosing
from typing import Any, TypeVar

from .context import CallContext, current
from .deadlines import Deadlines

T = TypeVar("T")


class Expired(Exception):
    """The deadline of a call passed while it ran. Whoever runs a call turns it into what the caller is told."""


async def run(context: CallContext, deadlines: Deadlines, work: Awaitable[T]) -> T:
    """Await `work` as the call `context`.

    Raises:
        Expired: The deadline passed first; the work was cancelled.
    """
    token = current.set(context)
    deadlines.enter(context)
    try:
        return await work
    except asyncio.CancelledError:
        if context.absorb():
            raise Expired from None
        raise
    finally:
        deadlines.leave(context)
        current.reset(token)


async def run_stream(context: CallContext, deadlines: Deadlines, items: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    """Yield what `items` yields, each step as the call `context`; closes `items` when the consumer stops early."""
    stream: Any = items
    async with aclosing(stream):
        while True:
            try:
                item = await run(context, deadlines, anext(items))
            except StopAsyncIteration:
                return
            yield item
