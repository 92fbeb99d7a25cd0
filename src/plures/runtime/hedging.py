"""Asks a second replica where the first is slow, and takes the answer that comes first; for queries that declare it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from .transport import Reply


async def hedged(ask: Callable[[], Coroutine[Any, Any, Reply]], after_s: float, may_hedge: Callable[[], bool]) -> Reply:
    """The first answer of at most two.

    Args:
        ask: Asks a replica that was not asked before.
        after_s: When the second one is asked, in seconds.
        may_hedge: Whether it may be, once that time is over.

    Raises:
        CallError: Both failed; the error of the one that failed last.
    """
    asking = {asyncio.ensure_future(ask())}
    try:
        done, _ = await asyncio.wait(asking, timeout=after_s)
        if not done and may_hedge():
            asking.add(asyncio.ensure_future(ask()))
        while True:
            done, left = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                asking.discard(each)
                if not left or each.exception() is None:
                    return each.result()
    finally:
        for each in asking:
            each.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
