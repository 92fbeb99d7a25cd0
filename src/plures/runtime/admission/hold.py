"""Calls of a capability that wait while it leaves this process, so that those under way can end."""

import asyncio
from collections.abc import Callable, Collection

from plures.runtime.context import CallContext


class Hold:
    """From its making until `end`, calls wait.

    Args:
        under_way: Gives the requests on whose behalf the capability works: their calls are not held, or those that they wait for would never end.
    """

    def __init__(self, under_way: Callable[[], Collection[str]]) -> None:
        self._under_way = under_way
        self._ended = asyncio.Event()

    def lets_pass(self, context: CallContext | None) -> bool:
        """Whether a call that is made within this one, or is this one, goes on at once."""
        return not self._ended.is_set() and context is not None and context.request_id in self._under_way()

    async def wait(self) -> None:
        """Return when calls may go on, wherever that is now."""
        await self._ended.wait()

    def end(self) -> None:
        self._ended.set()
