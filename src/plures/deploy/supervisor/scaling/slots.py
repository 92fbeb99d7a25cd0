"""The replicas of one process, as a scaler adds and removes them."""

from collections.abc import Mapping
from typing import Protocol

from plures.deploy.supervisor.addresses import ReplicaName
from plures.deploy.supervisor.slot import Slot


class Places(Protocol):
    """What it needs of the supervisor."""

    def slots_of(self, process: str) -> Mapping[ReplicaName, Slot]: ...
    def add_slot(self, name: ReplicaName) -> Slot: ...
    def forget_slot(self, name: ReplicaName) -> None: ...


class ScaledSlots:
    """Numbers are given again: a replica that is added gets the lowest that is free, the highest is removed first."""

    def __init__(self, places: Places, process: str) -> None:
        self._places, self._process = places, process
        self._leaving: set[str] = set()

    def present(self) -> list[Slot]:
        """Those that run and are to go on, in the order of their numbers."""
        return [slot for slot in self._places.slots_of(self._process).values() if slot.name not in self._leaving]

    def add(self) -> Slot:
        """A further one, which does not run yet."""
        taken = {name.number for name in self._places.slots_of(self._process)}
        free = next(number for number in range(1, len(taken) + 2) if number not in taken)
        return self._places.add_slot(ReplicaName(self._process, free))

    async def remove(self, slot: Slot) -> None:
        """Stop one without losing a request, and forget it."""
        if slot.name in self._leaving:
            return
        self._leaving.add(slot.name)
        try:
            await slot.end()
        finally:
            self._leaving.discard(slot.name)
            self._places.forget_slot(ReplicaName(self._process, int(slot.name.rpartition(".")[2])))
