"""How much of its time an operation spends itself, and not in the calls that it makes."""

from collections import defaultdict
from collections.abc import Sequence

from plures.telemetry import KeptSpan

from .places import SERVED

Operation = tuple[str, str]
"""Capability, and name as in `search/Find`."""


def own_shares(spans: Sequence[KeptSpan]) -> dict[Operation, float]:
    """The share of each operation, 0 to 1, over all of these spans. What it waits for at the same time counts once."""
    asked: defaultdict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for each in spans:
        asked[each.trace, each.parent].append((each.began, each.began + each.lasted))
    whole: defaultdict[Operation, int] = defaultdict(int)
    own: defaultdict[Operation, int] = defaultdict(int)
    for each in spans:
        if each.kind in SERVED and each.capability:
            operation = each.capability, each.name
            whole[operation] += each.lasted
            own[operation] += each.lasted - _covered(asked[each.trace, each.id], each.began, each.began + each.lasted)
    return {operation: own[operation] / lasted for operation, lasted in whole.items() if lasted}


def _covered(asked: list[tuple[int, int]], begin: int, end: int) -> int:
    """How much of a time these take."""
    covered, at = 0, begin
    for began, ended in sorted(asked):
        covered += max(0, min(ended, end) - max(began, at))
        at = max(at, min(ended, end))
    return covered
