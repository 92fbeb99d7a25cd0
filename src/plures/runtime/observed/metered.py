"""A stream over the wire, measured from its beginning to its end."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

from plures.contract import OperationDescription
from plures.runtime.context import CallContext, current
from plures.runtime.policy import admit
from plures.telemetry import Meter

from .measured import code_of


def metered_stream(
    operation: OperationDescription,
    meter: Meter,
    answer: Callable[[CallContext, tuple[Any, ...], dict[str, Any]], AsyncGenerator[Any, None]],
) -> Callable[..., Any]:
    """A streaming operation as its caller sees it.

    Args:
        answer: What its caller gets, from the context of the call and its arguments.
    """

    async def call(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        context = admit(operation, current.get())
        meter.begin(context)
        try:
            async with aclosing(answer(context, args, kwargs)) as items:
                async for item in items:
                    yield item
        except (Exception, asyncio.CancelledError) as error:
            context.code = code_of(error)
            raise
        finally:
            meter.end(context)

    return call
