"""Where components run, and who waits for whom."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from plures.telemetry import Slot

from .names import plain

SERVED: Final = frozenset({"server", "internal"})
"""Kinds of spans in which a capability works; of a call by reference, both sides are one."""


@dataclass(frozen=True)
class Placed:
    """Where components run. Processes have no numbers of replicas here.

    Attributes:
        shared: Processes that also answer the requests of pages and the like.
    """

    in_process: Mapping[str, frozenset[str]]
    process_of: Mapping[str, str]
    shared: frozenset[str]

    def beside(self, name: str) -> frozenset[str]:
        """What runs in the same process."""
        return self.in_process.get(self.process_of.get(name, ""), frozenset()) - {name}

    def is_alone(self, name: str) -> bool:
        """Whether nothing else runs in its process."""
        return name in self.process_of and not self.beside(name) and self.process_of[name] not in self.shared


def placed(slots: Iterable[Slot], component_of: Mapping[str, str]) -> Placed:
    """By where calls of them were served last: a component that was moved is where it is now."""
    seen: dict[str, tuple[int, str]] = {}
    edge: dict[str, int] = {}
    for slot in slots:
        component = component_of.get(slot.capability)
        if component and slot.kind in SERVED:
            seen[component] = max(seen.get(component, (0, "")), (slot.at, base(slot.process)))
        if slot.kind == "server" and not slot.capability:
            edge[base(slot.process)] = max(edge.get(base(slot.process), 0), slot.at)
    within: defaultdict[str, set[str]] = defaultdict(set)
    for component, (_, process) in seen.items():
        within[process].add(component)
    return Placed(
        {name: frozenset(them) for name, them in within.items()},
        {name: process for name, (_, process) in seen.items()},
        frozenset(edge),
    )


def base(process: str) -> str:
    """The name of a process without the number of its replica."""
    return plain(process.rpartition(".")[0] or process)


def strangers(
    slots: Iterable[Slot], name: str, beside: frozenset[str], component_of: Mapping[str, str]
) -> frozenset[str]:
    """Those beside it that do not call it, not through others either: a caller fails and is slower with it, wherever it runs."""
    callers: defaultdict[str, set[str]] = defaultdict(set)
    for slot in slots:
        caller, callee = component_of.get(slot.caller), component_of.get(slot.capability)
        if caller and callee:
            callers[callee].add(caller)
    waiting, left = {name}, {name}
    while left:
        left = {each for known in left for each in callers[known]} - waiting
        waiting |= left
    return beside - waiting
