"""Background work of services: runs until the replica stops, and starts again after it failed."""

import asyncio
import logging
from typing import Final

from plures.application import Hook, Lifecycle

_LOG: Final = logging.getLogger("plures.background")
_PAUSE_S: Final = 1.0


class Background:
    """The background tasks of one replica."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, lifecycle: Lifecycle, owner: str) -> None:
        """Start what a service registered."""
        self._tasks += [asyncio.create_task(_keep_running(work, owner)) for work in lifecycle.background_work]

    async def stop(self) -> None:
        """Cancel all and wait until they have ended."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()


async def _keep_running(work: Hook, owner: str) -> None:
    while True:
        try:
            await work()
        except Exception:  # noqa: BLE001 - whatever it was, it is logged, and the work must go on
            _LOG.exception("background work of %s failed; it starts again in %s s", owner, _PAUSE_S)
            await asyncio.sleep(_PAUSE_S)
        else:
            return
