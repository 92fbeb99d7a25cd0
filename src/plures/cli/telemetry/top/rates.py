"""What was called lately: by operation, and by capability."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from time import time
from typing import TYPE_CHECKING, Final

from plures.application import EDGE
from plures.telemetry import Buckets, quantile

if TYPE_CHECKING:
    from plures.telemetry import Figures, Reading

_SERVED: Final = frozenset({"server", "internal", "consumer"})
"""A call over a wire is measured at both ends; it is counted where the work is done."""

_SECOND: Final = 1_000_000


@dataclass
class Served:
    """What an operation, or all those of a capability, did.

    Attributes:
        name: Empty for a whole capability.
        in_flight: Calls that had begun and not ended, when that was written last.
        cpu: How many processors it took, on average; None where that is not known.
        database: How many seconds of each second it spent in statements and commits; None where it made none.
    """

    capability: str
    name: str = ""
    calls: int = 0
    faults: int = 0
    in_flight: int = 0
    buckets: Buckets = field(default_factory=lambda: defaultdict(int))
    cpu: float | None = None
    database: float | None = None

    def add(self, figures: "Figures") -> None:
        """More of it."""
        self.calls += figures.calls
        self.faults += figures.faults
        self.in_flight += figures.in_flight
        for index, many in figures.buckets.items():
            self.buckets[index] += many

    def slowest_us(self, part: float) -> float | None:
        """What that part of all calls took at most, in microseconds; None where there were none."""
        seconds = quantile(self.buckets, part)
        return None if seconds is None else seconds * _SECOND


@dataclass
class Rates:
    """What was called until now.

    Attributes:
        until: In microseconds since 1970.
        seconds: For how long.
        capabilities: With the processors that they took; what belongs to none has an empty name.
        replicas: Those that have written lately.
    """

    until: int
    seconds: float
    operations: list[Served]
    capabilities: list[Served]
    replicas: int


def read_rates(store: "Reading", seconds: int) -> Rates:
    """What was called in the last seconds, or in those before the application stopped. Raises `PluresError`."""
    from plures.telemetry import CPU_SHARE, DATABASE_SHARE

    processes = store.processes()
    alive = [each for each in processes if each.is_alive]
    # Of what has stopped, its last seconds are of interest.
    until = int(time() * _SECOND) if alive or not processes else max(each.until for each in processes) + 1
    since = until - seconds * _SECOND
    figures = store.points(since, until)
    # It begins with a slot of ten seconds.
    begun = since - since % (10 * _SECOND)
    cpu, database = (_named(store.shares(since, until, name)) for name in (CPU_SHARE, DATABASE_SHARE))
    rates = _added(figures, cpu, database)
    return Rates(until, max(1.0, (until - begun) / _SECOND), *rates, len(alive))


def _added(
    found: "Iterable[Figures]", cpu: Mapping[str, float], database: Mapping[str, float]
) -> tuple[list[Served], list[Served]]:
    operations: dict[tuple[str, str], Served] = {}
    capabilities = {name: Served(name, cpu=cpu.get(name), database=database.get(name)) for name in {**cpu, **database}}
    for each in found:
        if each.kind in _SERVED:
            operations.setdefault((each.capability, each.name), Served(each.capability, each.name)).add(each)
            capabilities.setdefault(each.capability, Served(each.capability)).add(each)
    return [*operations.values()], [*capabilities.values()]


def _named(shares: Mapping[str, float]) -> dict[str, float]:
    """Requests to the edge are the row without a capability."""
    return {"" if name == EDGE else name: value for name, value in shares.items()}
