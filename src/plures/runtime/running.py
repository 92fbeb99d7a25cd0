"""Runs one call within its context and its deadline, at the caller and at the callee."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import aclosing, nullcontext
from time import monotonic
from typing import Any, Final, TypeVar

from .context import CallContext, current
from .deadlines import Watch

T = TypeVar("T")

_MOST_AT_ONCE_S: Final = 0.001
"""How long a stream may hold the event loop before others get a turn. A turn costs some microseconds."""


class Expired(Exception):
    """The deadline of a call passed while it ran. What runs the call turns this into the failure that the caller sees."""


class GaveUp(Exception):
    """The work of a call ended as cancelled although its task was not asked to end: it awaited something that was."""


async def run(context: CallContext, deadlines: Watch, work: Awaitable[T]) -> T:
    """Await `work` as the call `context`.

    Raises:
        Expired: The deadline passed before the work ended. Work that waits was cancelled; work that never waits was not.
        GaveUp: The work raised `CancelledError` of its own.
    """
    token = current.set(context)
    deadlines.enter(context)
    try:
        answer = await work
    except asyncio.CancelledError as error:
        if context.absorb():
            raise Expired from None
        if context.is_asked_to_end():
            raise
        raise Expired if context.is_over() else GaveUp from error
    except Exception:
        if context.is_over():
            raise Expired from None
        raise
    else:
        # The work may have caught our cancellation, or never waited, and returned all the same: its time is over nevertheless.
        if context.deadline <= monotonic():
            context.absorb()
            raise Expired
        return answer
    finally:
        deadlines.leave(context)
        current.reset(token)


async def run_stream(context: CallContext, deadlines: Watch, items: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    """Yield what `items` yields, each step as the call `context`; closes `items` when the consumer stops early.

    Where neither the service nor the consumer waits, it gives way to others on the event loop now and then.

    Raises:
        Expired: The deadline passed, whether the service or the consumer was slow.
    """
    stream: Any = items
    pause_at = monotonic() + _MOST_AT_ONCE_S
    # A contract asks for an iterator; one that is no generator has nothing to close.
    async with aclosing(stream) if hasattr(stream, "aclose") else nullcontext():
        while True:
            now = monotonic()
            if context.deadline <= now:
                raise Expired
            if pause_at <= now:
                await asyncio.sleep(0)
                pause_at = monotonic() + _MOST_AT_ONCE_S
            try:
                item = await run(context, deadlines, _step(context, items))
            except StopAsyncIteration:
                return
            yield item


def _step(context: CallContext, items: AsyncIterator[T]) -> Awaitable[T]:
    bridged = None if context.trace is None else context.trace.bridged
    return anext(items) if bridged is None else bridged.step(context.span, anext(items))
