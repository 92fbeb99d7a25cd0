"""What capabilities take of processors and databases, from figures of the processes in which they run."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from .values import GaugeRead

CPU_SHARE: Final = "cpu.share"
"""The gauge of how many processors a capability took, on average; of a process where it names no capability."""
DATABASE_SHARE: Final = "database.share"
"""The gauge of how many seconds of each second a capability spent in statements and commits."""


def shares(gauges: Iterable[GaugeRead]) -> dict[str, float]:
    """Capability → the sum, over processes, of its mean in each. What has no name is of whole processes, and left out."""
    seen: dict[tuple[str, str], list[float]] = defaultdict(list)
    for each in gauges:
        if each.capability:
            seen[each.capability, each.process].append(each.value)
    found: dict[str, float] = defaultdict(float)
    for (capability, _), values in seen.items():
        found[capability] += sum(values) / len(values)
    return dict(found)
