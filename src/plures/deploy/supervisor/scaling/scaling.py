"""All processes of a run that have as many replicas as they need, or as they were told to have."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from plures.deploy.placing import is_scaled
from plures.topology import ResolvedProcess

from .scaler import Scaler
from .slots import Places, ScaledSlots


class Scaling:
    """From `begin` to `end`, replicas come and go.

    Attributes:
        told: Process → how many replicas it was told to have, whatever its load is.

    Args:
        say: Writes into the log, for a process.
    """

    def __init__(self, places: Places, say: Callable[[str, str], None]) -> None:
        self.told: dict[str, int] = {}
        self._places, self._say = places, say
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self, processes: Iterable[ResolvedProcess]) -> None:
        """Let each of them that may have more replicas have as many as it needs, or was told to have, from now on."""
        for process in filter(is_scaled, processes):
            slots, say = ScaledSlots(self._places, process.name), partial(self._say, process.name)
            told, bounds = self.told.get(process.name), process.replicas
            # What the file allows may have changed since.
            held = None if told is None else min(max(told, bounds.min), bounds.max)
            running = Scaler(bounds if held is None else replace(bounds, min=held, max=held), slots, say).run()
            self._tasks.append(asyncio.create_task(running, name=f"scaling {process.name}"))

    async def end(self) -> None:
        """Let each have the replicas that it has."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
