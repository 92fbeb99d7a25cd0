"""Notices that a caller hung up, so that the work it asked for can be given up.

Listening costs a task, and nearly all calls end sooner than anyone would hang up: only calls older than a tick get one.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

_TICK_S: Final = 0.1


class Caller:
    """The caller of one call in flight."""

    __slots__ = ("gone", "is_new", "listener", "receive", "task")

    def __init__(self, task: "asyncio.Task[Any]", receive: Receive) -> None:
        self.task = task
        self.receive = receive
        self.is_new = True
        self.gone = False
        self.listener: asyncio.Task[None] | None = None

    async def listen(self) -> None:
        """Wait until the caller hangs up, then cancel its call."""
        while (await self.receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        self.task.cancel()


class Disconnects:
    """The callers of all calls in flight on the running event loop."""

    def __init__(self) -> None:
        self._callers: set[Caller] = set()
        self._timer: asyncio.TimerHandle | None = None

    def enter(self, task: "asyncio.Task[Any]", receive: Receive) -> Caller:
        """Watch the caller of a call whose request was read to its end."""
        caller = Caller(task, receive)
        self._callers.add(caller)
        if self._timer is None:
            self._arm()
        return caller

    def leave(self, caller: Caller) -> None:
        """The call has ended."""
        self._callers.discard(caller)
        if caller.listener is not None:
            caller.listener.cancel()
        if not self._callers:
            self.close()  # A process that has little to do should not be woken once more for each call.

    def close(self) -> None:
        """Stop watching."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(_TICK_S, self._tick)

    def _tick(self) -> None:
        for caller in self._callers:
            if caller.is_new:
                caller.is_new = False
            elif caller.listener is None:
                caller.listener = asyncio.ensure_future(caller.listen())
        self._timer = None
        if self._callers:
            self._arm()
