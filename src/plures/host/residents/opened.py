"""A service inside its context manager: opened when the replica starts, closed when it stops."""

import asyncio
import logging
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

_LOG: Final = logging.getLogger("plures.host")


class Opened:
    """Enters and leaves a context manager in one task of its own, since task groups and cancel scopes inside it ask for that."""

    def __init__(self, capability: str, manager: AbstractAsyncContextManager[object]) -> None:
        self._capability = capability
        self._manager = manager
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> object:
        """Enter; the service that it yields. What it raises passes."""
        opened: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        task = self._task = asyncio.create_task(self._hold(opened))
        either: list[asyncio.Future[Any]] = [task, opened]
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait([task])
            raise
        if not opened.done():
            await task
        return await opened

    async def close(self) -> None:
        """Leave. What it raises passes, also what made it end before."""
        self._closing.set()
        if self._task is not None:
            await self._task

    async def _hold(self, opened: "asyncio.Future[object]") -> None:
        async with self._manager as service:
            opened.set_result(service)
            try:
                await self._closing.wait()
            except asyncio.CancelledError:
                # A task group cancels the task that holds it when one of its tasks fails.
                _LOG.error(
                    "what the service of %s works with has ended; its calls may fail from now on", self._capability
                )
                raise
