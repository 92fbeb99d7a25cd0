"""Which replica of each process does what one of them does: migrations at the start, a scheduler.

A replica leads until its process has ended. Only then the next one does, so that two never do; and as the supervisor starts all of them, it
knows. Nothing is asked of a database.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress

from .children import Child
from .slot import Slot


class Leading:
    """The leaders of one run.

    Args:
        slots: Process → its slots.
    """

    def __init__(self, slots: Callable[[str], Iterable[Slot]]) -> None:
        self._slots = slots
        # None while the first one is being started.
        self._leaders: dict[str, Child | None] = {}
        self._following: set[asyncio.Task[None]] = set()

    def claim(self, process: str) -> bool:
        """Let the replica that is about to start lead, where none does."""
        if process in self._leaders:
            return False
        self._leaders[process] = None
        return True

    def give_back(self, process: str) -> None:
        """The replica that was about to lead could not be started."""
        self._leaders.pop(process, None)

    def joined(self, process: str, child: Child, *, leads: bool) -> None:
        """A replica was started: it leads, or is told of the leader as soon as that is ready."""
        if leads:
            self._began(process, child)
        elif self._is_ready(process):
            child.lead(leads=False)

    def _is_ready(self, process: str) -> bool:
        leader = self._leaders.get(process)
        return leader is not None and any(slot.in_charge is leader for slot in self._slots(process))

    def _began(self, process: str, child: Child) -> None:
        self._leaders[process] = child
        following = asyncio.create_task(self._follow(process, child), name=f"leader of {process}")
        self._following.add(following)
        following.add_done_callback(self._following.discard)

    def announce(self) -> None:
        """Tell the others of each process, once its leader is ready: what it does at the start is done."""
        for process, leader in self._leaders.items():
            if self._is_ready(process):
                for child in (child for slot in self._slots(process) for child in slot.alive if child is not leader):
                    child.lead(leads=False)

    async def close(self) -> None:
        """Choose no more leaders."""
        for following in self._following:
            following.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*self._following, return_exceptions=True)

    async def _follow(self, process: str, child: Child) -> None:
        await child.ended()
        del self._leaders[process]
        others = (slot.in_charge for slot in self._slots(process))
        chosen = next((each for each in others if each is not None and each is not child), None)
        if chosen is not None:
            self._began(process, chosen)
            chosen.lead(leads=True)
