"""Starts and stops replicas of one process, as many as the load needs: measures, decides by `plures.scaling`, and does it."""

import asyncio
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any, Final

from plures.deploy.channel import Busy
from plures.deploy.supervisor.children import ReplicaProcess
from plures.deploy.supervisor.slot import Slot
from plures.errors import PluresError
from plures.scaling import Memory, Sample, Targets, decide
from plures.topology import Replicas

from .slots import ScaledSlots

EVERY_S: Final = 1.0
"""How often replicas say how busy they are, and it is decided how many there are to be."""

_SILENT_S: Final = 5.0
"""A replica that has said nothing for so long counts as busy, and not as idle."""

_FIRST_GUESS_S: Final = 2.0
_AFTER_FAILURE_S: Final = 30.0
"""For so long none is started where one could not start."""


class Scaler:
    """One process between its `min` and `max`.

    Args:
        slots: Its replicas.
        say: Writes into the log what is done, and why.
    """

    def __init__(self, replicas: Replicas, slots: ScaledSlots, say: Callable[[str], None]) -> None:
        self._targets = Targets(replicas.min, replicas.max, replicas.cpu, replicas.in_flight, replicas.cool_down_s)
        self._slots, self._say = slots, say
        self._memory = Memory()
        self._before: dict[int, Busy] = {}
        self._looked_at = monotonic()
        self._starts_in_s = _FIRST_GUESS_S
        self._not_before = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Go on until cancelled; what is being started or stopped then is left to the supervisor."""
        try:
            while True:
                await asyncio.sleep(EVERY_S)
                self.look(monotonic())
        finally:
            starting = [task for task in self._tasks if not task.done()]
            for task in starting:
                task.cancel()
            await asyncio.gather(*starting, return_exceptions=True)

    def look(self, now: float) -> None:
        """Measure, decide, and begin what is decided."""
        present = self._slots.present()
        decision = decide(self._targets, self._memory, self._sample(present, now))
        self._memory = decision.memory
        many, wanted = len(present), decision.replicas
        if wanted > many and now >= self._not_before:
            self._say(f"starts {_replicas(wanted - many)}, {wanted} then: {decision.why}")
            for _ in range(wanted - many):
                self._begin(self._start(self._slots.add()))
        elif wanted < many:
            self._say(f"stops {_replicas(many - wanted)}, {wanted} then: {decision.why}")
            for slot in present[wanted:]:
                self._begin(self._slots.remove(slot))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="scaling")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _start(self, slot: Slot) -> None:
        begun = monotonic()
        try:
            await slot.start()
        except asyncio.CancelledError:
            # It has no process, and no place until it is wanted again.
            await self._slots.remove(slot)
            raise
        except (PluresError, OSError) as error:
            self._say(f"{slot.name} could not start, so {len(self._slots.present()) - 1} go on: {error}")
            self._not_before = monotonic() + _AFTER_FAILURE_S
            await self._slots.remove(slot)
            return
        self._starts_in_s += (monotonic() - begun - self._starts_in_s) / 2

    def _sample(self, present: list[Slot], now: float) -> Sample:
        ready = [slot for slot in present if slot.ready]
        children = (slot.in_charge for slot in ready)
        heard = {each.pid: each.busy for each in children if isinstance(each, ReplicaProcess) and each.busy is not None}
        fresh = {pid: busy for pid, (at, busy) in heard.items() if at > now - _SILENT_S}
        known = [(busy, self._before[pid]) for pid, busy in fresh.items() if pid in self._before]
        passed_s = max(now - self._looked_at, 0.001)
        silent = len(ready) - len(fresh)
        self._before, self._looked_at = fresh, now
        if not known:
            return Sample(now, len(present), len(ready), len(ready))
        return Sample(
            now,
            len(present),
            len(ready),
            silent,
            arrived=sum(busy.arrived - before.arrived for busy, before in known) / passed_s,
            finished=sum(busy.finished - before.finished for busy, before in known) / passed_s,
            cpu=sum(busy.cpu_s - before.cpu_s for busy, before in known) / passed_s,
            in_flight=float(sum(busy.in_flight for busy in fresh.values())),
            starts_in_s=self._starts_in_s,
        )


def _replicas(many: int) -> str:
    return f"{many} replica{'s' if many != 1 else ''}"
