"""The work that services do beside their calls: runs until the replica stops, also after a failure."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Final

from plures.application import Hook, Lifecycle
from plures.host.guard import run_patiently
from plures.logs import tell
from plures.telemetry import one_job

_LOG: Final = logging.getLogger("plures.background")
_PAUSE_S: Final = 1.0


class Background:
    """The background tasks of one replica.

    Args:
        pause_s: Between a failure of a piece of work and its next start.
    """

    def __init__(self, pause_s: float = _PAUSE_S) -> None:
        self._pause_s = pause_s
        self._tasks: dict[str, list[asyncio.Task[None]]] = {}

    def start(self, lifecycle: Lifecycle, owner: str) -> None:
        """Start what a service registered."""
        self._begin(lifecycle.background_work, lifecycle.periodic_work, owner)

    def start_once(self, lifecycle: Lifecycle, owner: str) -> None:
        """Start what one replica at a time does."""
        self._begin(lifecycle.once_work, lifecycle.once_periodic, owner)

    async def end(self, owner: str) -> None:
        """Cancel all of an owner, and wait until it has ended."""
        await cancel_all(self._tasks.pop(owner, ()))

    async def stop(self) -> None:
        """The same of all owners."""
        await asyncio.gather(*(self.end(owner) for owner in [*self._tasks]))

    def _begin(self, work: Iterable[Hook], periodic: Iterable[tuple[float, Hook]], owner: str) -> None:
        tasks = self._tasks.setdefault(owner, [])
        tasks += [asyncio.create_task(self._keep_running(each, owner)) for each in work]
        tasks += [asyncio.create_task(_repeat(*each, owner)) for each in periodic]

    async def _keep_running(self, work: Hook, owner: str) -> None:
        complaint = "background work of %s failed; it starts again in %g s"
        while not await _succeeds(work, complaint, owner, self._pause_s):  # noqa: ASYNC110 - this sleep waits for no event
            await asyncio.sleep(self._pause_s)


async def wait_for_all(tasks: "set[asyncio.Task[object]]") -> None:
    """Wait until a set is empty from which each task vanishes when it has ended; tasks may join meanwhile."""
    while tasks:
        await asyncio.wait(tasks)


async def cancel_all(tasks: "Iterable[asyncio.Task[None]]") -> None:
    """Cancel tasks and wait until they have ended."""
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _repeat(interval_s: float, work: Hook, owner: str) -> None:
    while True:
        await _succeeds(work, "periodic work of %s failed; it runs again in %g s", owner, interval_s)
        await asyncio.sleep(interval_s)


async def _succeeds(work: Hook, complaint: str, owner: str, again_s: float) -> bool:
    try:
        with one_job():
            await run_patiently(work)
    except Exception as error:  # noqa: BLE001 - whatever it was, it is logged, and the work must go on
        tell(_LOG, error, complaint, owner, again_s, again=True)
        return False
    return True
