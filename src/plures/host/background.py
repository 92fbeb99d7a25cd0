"""Background work of services: runs until the replica stops, and starts again after it failed."""

import asyncio
import logging
from typing import Final

from plures.application import Hook, Lifecycle

_LOG: Final = logging.getLogger("plures.background")
_PAUSE_S: Final = 1.0


class Background:
    """The background tasks of one replica.

    Args:
        pause_s: Between a failure of a piece of work and its next start.
    """

    def __init__(self, pause_s: float = _PAUSE_S) -> None:
        self._pause_s = pause_s
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, lifecycle: Lifecycle, owner: str) -> None:
        """Start what a service registered."""
        self._tasks += [asyncio.create_task(self._keep_running(work, owner)) for work in lifecycle.background_work]

    async def stop(self) -> None:
        """Cancel all and wait until they have ended."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def _keep_running(self, work: Hook, owner: str) -> None:
        while True:
            try:
                await work()
            except Exception:  # noqa: BLE001 - whatever it was, it is logged, and the work must go on
                _LOG.exception("background work of %s failed; it starts again in %g s", owner, self._pause_s)
                await asyncio.sleep(self._pause_s)
            else:
                return
