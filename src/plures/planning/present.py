"""What runs, as it was measured: the processes that wrote last, and what they did since all of them were there."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from plures.telemetry import Figures, GaugeRead, ProcessRead, Reading

from .errors import NothingMeasured
from .values import EDGE

US: Final = 1_000_000
_SILENT: Final = 15 * US
_GAP: Final = 60 * US
"""A replica that is back after that was restarted; longer, and it was not part of what ran."""
_WARMING: Final = 10 * US
"""A process that was just started imports, migrates and fills its caches."""
_SLOT: Final = 10 * US
ROUTES: Final = "server"


class Present(Struct, frozen=True):
    """What was measured of it.

    Attributes:
        processes: Name → its replicas, by their number.
        homes: Capability, and the edge, → the processes in which it was called.
        figures: Of all subjects, in this time.
        cpu: Process, as in `search.1` → processors, on average.
        memory: The same → bytes, lately.
        requests: Figures of each kind of request that came from outside.
    """

    since: int
    until: int
    processes: Mapping[str, frozenset[int]]
    homes: Mapping[str, frozenset[str]]
    figures: Sequence[Figures]
    cpu: Mapping[str, float]
    memory: Mapping[str, float]
    requests: Sequence[Figures]

    @property
    def seconds(self) -> float:
        return (self.until - self.since) / US

    @property
    def calls(self) -> int:
        """How many requests came."""
        return sum(each.calls for each in self.requests)


def present(reading: Reading, since: int, until: int, *, after: int = 0) -> Present:
    """What ran last before a moment, within a time.

    Args:
        after: Only what was started after that, where it is not 0.

    Raises:
        NothingMeasured: No request was.
        NoTelemetry, TelemetryNewer, TelemetryUnreadable: As of `Reading`.
    """
    rows = [each for each in reading.processes() if each.since < until and each.until > since and each.since >= after]
    if not rows:
        raise NothingMeasured("in this time" if not after else "since the plan was made")
    last = min(until, max(each.until for each in rows))
    running = [each for each in rows if min(each.until, until) >= last - _SILENT]
    first = _began(rows, running, since)
    begins, ends = _whole(first + _WARMING, up=True), _whole(last, up=False)
    if ends - begins < 2 * _SLOT:
        # So little is better than nothing.
        begins, ends = first, last + 1
    figures = reading.points(begins, ends)
    requests = [each for each in figures if is_request(each)]
    if not sum(each.calls for each in requests):
        raise NothingMeasured("since the processes that ran last were started")
    processes: dict[str, set[int]] = defaultdict(set)
    for each in running:
        processes[each.name].add(each.number)
    names = {f"{each.name}.{each.number}" for each in running}
    gauges = [each for each in reading.gauges(begins, ends) if each.process in names and not each.capability]
    return Present(
        begins,
        ends,
        {name: frozenset(numbers) for name, numbers in processes.items()},
        _homes(reading, begins, ends),
        figures,
        _means(gauges, "cpu.share"),
        _latest(gauges, "memory.bytes"),
        requests,
    )


def is_request(figures: Figures) -> bool:
    """Whether they are of requests from outside: pages, and operations that are called by others than this application."""
    return figures.kind == ROUTES and not figures.capability and not figures.caller


def _began(rows: Sequence[ProcessRead], running: Sequence[ProcessRead], since: int) -> int:
    """Since when all that runs has been there, and nothing else, in one version."""
    known = {(each.name, each.version) for each in running}
    first = since
    for each in rows:
        if (each.name, each.version) not in known:
            first = max(first, each.until)
    for name, version in known:
        begun = min(each.since for each in running if each.name == name)
        earlier = sorted(
            (each for each in rows if (each.name, each.version) == (name, version)), key=lambda each: -each.until
        )
        for each in earlier:
            if each.until >= begun - _GAP:
                begun = min(begun, each.since)
        first = max(first, begun)
    return first


def _whole(moment: int, *, up: bool) -> int:
    return (moment + _SLOT - 1 if up else moment) // _SLOT * _SLOT


def _homes(reading: Reading, since: int, until: int) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for capability, process in reading.hosts(since, until):
        found[capability or EDGE].add(process.rpartition(".")[0])
    return {name: frozenset(where) for name, where in found.items()}


def _means(gauges: Iterable[GaugeRead], name: str) -> dict[str, float]:
    values: dict[str, list[float]] = defaultdict(list)
    for each in gauges:
        if each.name == name:
            values[each.process].append(each.value)
    return {process: sum(them) / len(them) for process, them in values.items()}


def _latest(gauges: Iterable[GaugeRead], name: str) -> dict[str, float]:
    return {each.process: each.value for each in sorted(gauges, key=lambda each: each.at) if each.name == name}
