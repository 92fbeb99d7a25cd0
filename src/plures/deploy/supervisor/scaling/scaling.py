"""All processes of a run that have as many replicas as they need."""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial

from plures.deploy.placing import is_scaled
from plures.topology import ResolvedProcess

from .scaler import Scaler
from .slots import Places, ScaledSlots


class Scaling:
    """From `begin` to `end`, replicas come and go.

    Args:
        say: Writes into the log, for a process.
    """

    def __init__(self, places: Places, say: Callable[[str, str], None]) -> None:
        self._places, self._say = places, say
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self, processes: Iterable[ResolvedProcess]) -> None:
        """Let each of them that may have more replicas have as many as it needs, from now on."""
        for process in filter(is_scaled, processes):
            slots, say = ScaledSlots(self._places, process.name), partial(self._say, process.name)
            running = Scaler(process.replicas, slots, say).run()
            self._tasks.append(asyncio.create_task(running, name=f"scaling {process.name}"))

    async def end(self) -> None:
        """Let each have the replicas that it has."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
