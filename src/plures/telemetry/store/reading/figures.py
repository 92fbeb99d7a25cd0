"""What was measured, added up over time and over subjects."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import msgspec

from plures.telemetry.measuring import quantile
from plures.telemetry.store.anchor import MICROSECONDS
from plures.telemetry.store.counted import slot_of
from plures.telemetry.store.schema import COARSE_S, FINE_FOR_S, FINE_S

from .filters import SubjectFilter
from .logs import REPLICAS
from .values import Figures, GaugeRead, SeriesPoint

_FINE: Final = FINE_S * MICROSECONDS
_COARSE: Final = COARSE_S * MICROSECONDS
_POINTS: Final = """
SELECT subject, at + width * 1000000, process, calls, faults, codes, seconds, buckets, sent_bytes, received_bytes, in_flight
FROM subjects CROSS JOIN points ON subject = subjects.id WHERE width = :width AND at >= :since AND at < :until
"""
_GAUGES: Final = """
SELECT at, subjects.name, capability, processes.name || '.' || processes.number, value, most
FROM subjects CROSS JOIN gauges ON subject = subjects.id LEFT JOIN processes ON processes.id = process
WHERE width = :width AND at >= :since AND at < :until AND kind = 'gauge'
"""
# What brings an event to its subscriber is noted where the event was published; the run of a saga where its capability is.
_HOSTS: Final = """
SELECT DISTINCT capability, processes.name || '.' || processes.number
FROM subjects CROSS JOIN points ON subject = subjects.id JOIN processes ON processes.id = process
WHERE (kind IN ('server', 'internal') OR kind = 'consumer' AND capability = caller) AND width = :width AND at >= :since AND at < :until
"""
_COLUMNS: Final = ("kind", "name", "capability", "caller", "placement")
_buckets: Final = msgspec.json.Decoder(dict[int, int])
_codes: Final = msgspec.json.Decoder(dict[str, int])
_NO_CODES: Final = "{}"


class _Slots(NamedTuple):
    """Slots of a width, in seconds, that begin from `since` and before `until`."""

    width: int
    since: int
    until: int


class _About(NamedTuple):
    kind: str
    name: str
    capability: str
    caller: str
    placement: str
    contract: str


@dataclass
class _Sum:
    calls: int = 0
    faults: int = 0
    seconds: float = 0
    sent: int = 0
    received: int = 0
    codes: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    buckets: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    # (subject, process) → by when, and how many.
    in_flight: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict[tuple[int, int], tuple[int, int]])

    def add(self, row: tuple[Any, ...]) -> None:
        subject, end, process, calls, faults, codes, seconds, buckets, sent, received, in_flight = row
        self.calls += calls
        self.faults += faults
        self.seconds += seconds
        self.sent += sent
        self.received += received
        if codes != _NO_CODES:
            for code, many in _codes.decode(codes).items():
                self.codes[code] += many
        # Hundreds of thousands of these are added up for one chart.
        total = self.buckets
        for index, many in _buckets.decode(buckets).items():
            total[index] += many
        key = (subject, process)
        if key not in self.in_flight or self.in_flight[key][0] <= end:
            self.in_flight[key] = (end, in_flight)

    def flying(self, until: int) -> int:
        """Calls in flight at the end, as far as that is known."""
        return sum(many for end, many in self.in_flight.values() if end >= until - 2 * _FINE)


def figures(
    connection: sqlite3.Connection, since: int, until: int, wanted: SubjectFilter, *, by_operation: bool
) -> list[Figures]:
    """What was measured of each subject; without operations, those that differ by them alone are taken together."""
    subjects = _subjects(connection, wanted)
    sums: dict[_About, _Sum] = {}
    for row in _rows(connection, since, until, wanted):
        about = subjects[row[0]]
        sums.setdefault(about if by_operation else about._replace(name="", contract=""), _Sum()).add(row)
    return [
        Figures(
            *about,
            calls=it.calls,
            faults=it.faults,
            seconds=it.seconds,
            p50_us=_us(it.buckets, 0.5),
            p99_us=_us(it.buckets, 0.99),
            sent_bytes=it.sent,
            received_bytes=it.received,
            in_flight=it.flying(until),
            codes=it.codes,
            buckets=it.buckets,
        )
        for about, it in sums.items()
    ]


def names(connection: sqlite3.Connection, wanted: SubjectFilter) -> list[str]:
    """Operations, routes and events of which anything was ever measured."""
    sql = f"SELECT DISTINCT name FROM subjects WHERE {_where(wanted)} ORDER BY name"  # noqa: S608 - names of columns
    return [name for (name,) in connection.execute(sql, _asked(wanted))]


def contracts(connection: sqlite3.Connection) -> list[str]:
    """Versions of contracts that were called."""
    return [
        name
        for (name,) in connection.execute(
            "SELECT DISTINCT contract FROM subjects WHERE contract != '' ORDER BY contract"
        )
    ]


def hosts(connection: sqlite3.Connection, since: int, until: int) -> list[tuple[str, str]]:
    """Which capabilities were called in which processes."""
    slots = _slots(since, until, _written(connection))
    found = (row for each in slots for row in connection.execute(_HOSTS, each._asdict()))
    return list(dict.fromkeys((capability, process) for capability, process in found))


def series(
    connection: sqlite3.Connection, since: int, until: int, wanted: SubjectFilter, step_s: int
) -> list[SeriesPoint]:
    """The same of all subjects together, by time; steps in which nothing was measured are left out."""
    width = _width(connection, since, step_s)
    step = max(width, step_s - step_s % width) * MICROSECONDS
    sums: dict[int, _Sum] = {}
    for row in _rows_of(connection, [_Slots(width, slot_of(since, width), until)], wanted):
        sums.setdefault(slot_of(row[1] - width * MICROSECONDS, step // MICROSECONDS), _Sum()).add(row)
    return [
        SeriesPoint(
            at,
            it.calls,
            it.faults,
            it.seconds,
            _us(it.buckets, 0.5),
            _us(it.buckets, 0.99),
            it.sent,
            it.received,
            it.flying(at + step),
        )
        for at, it in sorted(sums.items())
    ]


def gauges(connection: sqlite3.Connection, since: int, until: int, name: str, step_s: int) -> list[GaugeRead]:
    """Figures by time."""
    width = _width(connection, since, step_s)
    named = " AND subjects.name = :name" if name else ""
    values = {"width": width, "since": slot_of(since, width), "until": until, "name": name}
    return [GaugeRead(*row) for row in connection.execute(f"{_GAUGES}{named} ORDER BY at", values)]


def _rows(connection: sqlite3.Connection, since: int, until: int, wanted: SubjectFilter) -> Iterator[tuple[Any, ...]]:
    return _rows_of(connection, _slots(since, until, _written(connection)), wanted)


def _rows_of(
    connection: sqlite3.Connection, slots: Iterable[_Slots], wanted: SubjectFilter
) -> Iterator[tuple[Any, ...]]:
    asked, where = _asked(wanted), _where(wanted)
    if wanted.process:
        where = f"{where} AND process IN ({REPLICAS})"
        asked["process"] = wanted.process
    for each in slots:
        yield from connection.execute(f"{_POINTS} AND {where}", {**asked, **each._asdict()})


def _slots(since: int, until: int, written: int) -> list[_Slots]:
    """The slots that make up a time: few, and none twice. Where the fine ones are gone, a time begins a little earlier.

    Args:
        written: When something was written last: what is of that slot is of no later time.
    """
    fine_from = written - FINE_FOR_S * MICROSECONDS
    if since < fine_from:
        since = slot_of(since, COARSE_S)
    first, last = -(-since // _COARSE) * _COARSE, slot_of(until, COARSE_S)
    if until <= fine_from:
        return [_Slots(COARSE_S, since, until)]
    if until >= written - written % _FINE:
        last = slot_of(written, COARSE_S) + _COARSE
    if first >= last:
        return [_Slots(FINE_S, slot_of(since, FINE_S), until)]
    return [
        _Slots(FINE_S, slot_of(since, FINE_S), first),
        _Slots(COARSE_S, first, last),
        _Slots(FINE_S, last, until),
    ]


def _written(connection: sqlite3.Connection) -> int:
    (until,) = connection.execute("SELECT max(until) FROM processes").fetchone()
    return int(until or 0)


def _width(connection: sqlite3.Connection, since: int, step_s: int) -> int:
    return FINE_S if step_s < COARSE_S and since >= _written(connection) - FINE_FOR_S * MICROSECONDS else COARSE_S


def _subjects(connection: sqlite3.Connection, wanted: SubjectFilter) -> Mapping[int, _About]:
    sql = f"SELECT id, kind, name, capability, caller, placement, contract FROM subjects WHERE {_where(wanted)}"  # noqa: S608 - names of columns
    return {id_: _About(*about) for id_, *about in connection.execute(sql, _asked(wanted))}


def _asked(wanted: SubjectFilter) -> dict[str, str]:
    asked = {column: getattr(wanted, column) for column in _COLUMNS if getattr(wanted, column)}
    return asked | ({"kinds": msgspec.json.encode(wanted.kinds).decode()} if wanted.kinds else {})


def _where(wanted: SubjectFilter) -> str:
    conditions = [f"{column} = :{column}" for column in _COLUMNS if getattr(wanted, column)]
    kinds = ["kind IN (SELECT value FROM json_each(:kinds))"] if wanted.kinds else []
    edge = ["capability = ''"] if wanted.at_edge else []
    return " AND ".join([*conditions, *kinds, *edge]) or "1"


def _us(buckets: Mapping[int, int], share: float) -> int | None:
    seconds = quantile(buckets, share)
    return None if seconds is None else round(seconds * MICROSECONDS)
