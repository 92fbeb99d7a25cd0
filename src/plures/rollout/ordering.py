"""In which order processes can be replaced, so that two that cannot talk never run at once."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from .talking import Change
from .values import EDGE, Conflict


class Order(msgspec.Struct, frozen=True):
    """An order of a rollout.

    Attributes:
        processes: Each is replaced whole before the next one begins; those that are in no order to each other stand as callees before callers.
        impossible: What keeps all orders from working; the processes that they concern are left out of the order.
    """

    processes: tuple[str, ...]
    impossible: tuple[Conflict, ...]


def order_of(change: Change, conflicts: Sequence[Conflict], chosen: Sequence[str] = ()) -> Order:
    """An order that works.

    Args:
        chosen: The order that is to be taken, where there is one: conflicts that it does not respect are impossible.
    """
    replaced = [each.name for each in change.places if not each.stays]
    lost = [each for each in conflicts if not each.first]
    if chosen:
        late = [
            each
            for each in conflicts
            if each.first and each.second in chosen and chosen.index(each.first) > chosen.index(each.second)
        ]
        return Order(tuple(chosen), (*lost, *late))
    before: dict[str, set[str]] = {name: set() for name in replaced}
    for each in conflicts:
        if each.first and each.second in before:
            before[each.second].add(each.first)
    placed: list[str] = []
    preferred = _callees_first(change, replaced)
    while ready := next((name for name in preferred if name not in placed and before[name] <= set(placed)), None):
        placed.append(ready)
    left = before.keys() - set(placed)
    circles = [each for each in conflicts if each.first in left and _leads(before, each.first, each.second)]
    return Order(tuple(placed), (*lost, *circles))


def _leads(before: Mapping[str, Iterable[str]], start: str, end: str) -> bool:
    """Whether a process has to wait for another one, directly or not."""
    seen: set[str] = set()
    pending = [start]
    while pending:
        for name in before.get(pending.pop(), ()):
            if name == end:
                return True
            if name not in seen:
                seen.add(name)
                pending.append(name)
    return False


def _callees_first(change: Change, names: Sequence[str]) -> list[str]:
    placed: list[str] = []
    seen: set[str] = set()
    homes = {capability: each.name for each in change.places for capability in each.capabilities}
    callers = {each.name: (*each.capabilities, *((EDGE,) if each.edge else ())) for each in change.places}

    def place(name: str) -> None:
        if name in seen:
            return
        seen.add(name)
        for caller in callers[name]:
            for contract in change.comes.declared.calls.get(caller, ()):
                home = homes.get(change.comes.homes.get(contract, ""))
                if home is not None:
                    place(home)
        if name in names:
            placed.append(name)

    for name in names:
        place(name)
    return placed
