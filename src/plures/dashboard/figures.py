"""What was measured, added up by whatever a view asks for."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from plures.telemetry import (
    CPU_SHARE,
    DATABASE_SHARE,
    Figures,
    GaugeRead,
    Reading,
    SeriesPoint,
    SpanKind,
    quantile,
    shares,
)

_K = TypeVar("_K", bound=Hashable)
_US: Final = 1_000_000

CALLEES: Final = (SpanKind.SERVER.value, SpanKind.INTERNAL.value)
"""The side of a call that its callee sees; a call in one process has one side."""
CALLERS: Final = (SpanKind.CLIENT.value, SpanKind.INTERNAL.value)


@dataclass
class Sum:
    """Calls, added up."""

    calls: int = 0
    faults: int = 0
    buckets: Counter[int] = field(default_factory=Counter[int])

    def add(self, figures: Figures) -> None:
        """Add some more."""
        self.calls += figures.calls
        self.faults += figures.faults
        self.buckets.update(figures.buckets)

    def told(self) -> dict[str, Any]:
        """With quantiles, in microseconds."""
        return {
            "calls": self.calls,
            "faults": self.faults,
            "p50": _quantile(self.buckets, 0.5),
            "p99": _quantile(self.buckets, 0.99),
        }


def summed(figures: Iterable[Figures], key: Callable[[Figures], _K | None]) -> dict[_K, Sum]:
    """Figures by what a key says of them; those of which it says None are left out."""
    sums: dict[_K, Sum] = {}
    for each in figures:
        what = key(each)
        if what is not None:
            sums.setdefault(what, Sum()).add(each)
    return sums


def series_told(points: Sequence[SeriesPoint], *, since: int, until: int, step_s: int) -> dict[str, Any]:
    """Points over time, in columns; where nothing was measured there is None. All in microseconds, but the step, in seconds."""
    step = step_s * _US
    by_slot = {each.at - each.at % step: each for each in points}
    at = range(since - since % step, until, step)
    found = [by_slot.get(moment) for moment in at]
    columns = {"calls": "calls", "faults": "faults", "p50": "p50_us", "p99": "p99_us", "in_flight": "in_flight"}
    return {
        "at": [*at],
        "step": step_s,
        **{
            name: [None if each is None else getattr(each, column) for each in found]
            for name, column in columns.items()
        },
    }


def taken(reading: Reading, since: int, until: int) -> Callable[[str], dict[str, float | None]]:
    """Capability → its processors (`cpu`) and the seconds of each second that it spent in its database; None where that is not known."""
    cpu, database = (reading.shares(since, until, name) for name in (CPU_SHARE, DATABASE_SHARE))
    return lambda name: {"cpu": cpu.get(name), "database": database.get(name)}


def share_series(gauges: Iterable[GaugeRead], capability: str, at: Sequence[int], step_s: int) -> list[float | None]:
    """What a capability took in all processes together, at each of these moments; None where nothing was measured."""
    step = step_s * _US
    slots: dict[int, list[GaugeRead]] = {}
    for each in gauges:
        if each.capability == capability:
            slots.setdefault(each.at - each.at % step, []).append(each)
    return [shares(slots[moment])[capability] if moment in slots else None for moment in at]


def _quantile(buckets: Counter[int], share: float) -> int | None:
    found = quantile(buckets, share)
    return None if found is None else round(found * _US)
