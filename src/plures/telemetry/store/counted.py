"""What meters and gauges have told since the last time, added up by slots of ten seconds and of five minutes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from msgspec import Struct, field

from plures.telemetry.measuring import Meter, is_fault
from plures.telemetry.tracing import Subject

from .anchor import MICROSECONDS
from .lines import Gauge
from .schema import COARSE_S, FINE_S

WIDTHS = (FINE_S, COARSE_S)
K = TypeVar("K")


def slot_of(at: int, width_s: int) -> int:
    """When the slot begins in which a moment lies; both in microseconds."""
    return at - at % (width_s * MICROSECONDS)


class _Total(NamedTuple):
    """What the meters of one subject have counted so far."""

    calls: int
    seconds: float
    codes: Mapping[str, int]
    buckets: Mapping[int, int]
    sent: int
    received: int
    in_flight: int


class Point(Struct):
    """What was measured of a subject in a slot."""

    calls: int = 0
    faults: int = 0
    seconds: float = 0
    sent_bytes: int = 0
    received_bytes: int = 0
    in_flight: int = 0
    codes: dict[str, int] = field(default_factory=dict[str, int])
    buckets: dict[int, int] = field(default_factory=dict[int, int])


class Mean(Struct):
    """What a figure was in a slot."""

    total: float = 0
    many: int = 0
    most: float = float("-inf")


PointKey = tuple[int, Subject, int]
"""Width in seconds, subject, and when the slot begins in microseconds."""


class Counted:
    """Points and gauges of one process, of the slots that are not over or not written yet."""

    def __init__(self) -> None:
        self._last: dict[Subject, _Total] = {}
        self._points: dict[PointKey, Point] = {}
        self._gauges: dict[PointKey, Mean] = {}
        self._changed: set[PointKey] = set()

    def count(self, meters: Sequence[Meter], at: int) -> None:
        """Add what meters have counted since the last time to the slots of this moment."""
        for subject, total in _totals(meters).items():
            last = self._last.get(subject)
            self._last[subject] = total
            if last is not None and last[:4] == total[:4] and last.in_flight == total.in_flight == 0:
                continue
            if last is None and not (total.calls or total.in_flight):
                continue
            for width in WIDTHS:
                key = (width, subject, slot_of(at, width))
                _add(self._points.setdefault(key, Point()), total, last)
                self._changed.add(key)

    def note(self, gauges: Iterable[Gauge]) -> None:
        """Add figures to the slots in which they were seen."""
        for at, name, value, capability in gauges:
            subject = Subject("gauge", name, capability)  # type: ignore[arg-type]
            for width in WIDTHS:
                key = (width, subject, slot_of(at, width))
                mean = self._gauges.setdefault(key, Mean())
                mean.total += value
                mean.many += 1
                mean.most = max(mean.most, value)
                self._changed.add(key)

    def changed(self) -> tuple[list[tuple[PointKey, Point]], list[tuple[PointKey, Mean]]]:
        """The slots that are to be written, again as a whole."""
        points = [(key, self._points[key]) for key in self._changed if key in self._points]
        return points, [(key, self._gauges[key]) for key in self._changed if key in self._gauges]

    def written(self, at: int) -> None:
        """Those of `changed` are written; slots in which nothing more can happen are let go."""
        self._changed.clear()
        self._let_go(at)

    def let_go(self, at: int) -> int:
        """Nothing can be written: give up slots that are over for an hour. Gives how many."""
        before = len(self._points) + len(self._gauges)
        old = at - 3600 * MICROSECONDS
        self._points = {key: each for key, each in self._points.items() if key[2] > old}
        self._gauges = {key: each for key, each in self._gauges.items() if key[2] > old}
        return before - len(self._points) - len(self._gauges)

    def _let_go(self, at: int) -> None:
        current = {width: slot_of(at, width) for width in WIDTHS}
        self._points = {key: each for key, each in self._points.items() if key[2] == current[key[0]]}
        self._gauges = {key: each for key, each in self._gauges.items() if key[2] == current[key[0]]}


def _totals(meters: Sequence[Meter]) -> dict[Subject, _Total]:
    """By subject: each client has a meter of its own. The copies are made at once, while calls go on in other threads."""
    totals: dict[Subject, _Total] = {}
    for meter in [*meters]:
        ended = meter.ended
        total = _Total(
            ended,
            meter.seconds,
            {**meter.errors},
            {**meter.buckets},
            meter.sent_bytes,
            meter.received_bytes,
            max(0, meter.begun - ended),
        )
        other = totals.get(meter.subject)
        totals[meter.subject] = total if other is None else _sum(total, other)
    return totals


def _sum(one: _Total, other: _Total) -> _Total:
    return _Total(
        one.calls + other.calls,
        one.seconds + other.seconds,
        _added(one.codes, other.codes),
        _added(one.buckets, other.buckets),
        one.sent + other.sent,
        one.received + other.received,
        one.in_flight + other.in_flight,
    )


def _add(point: Point, total: _Total, last: _Total | None) -> None:
    """Add what is new in a total."""
    codes = _new(total.codes, last.codes if last else {})
    point.calls += total.calls - (last.calls if last else 0)
    point.seconds += total.seconds - (last.seconds if last else 0)
    point.sent_bytes += total.sent - (last.sent if last else 0)
    point.received_bytes += total.received - (last.received if last else 0)
    point.faults += sum(many for code, many in codes.items() if is_fault(code))
    point.in_flight = total.in_flight
    point.codes = _added(point.codes, codes)
    point.buckets = _added(point.buckets, _new(total.buckets, last.buckets if last else {}))


def _new(total: Mapping[K, int], last: Mapping[K, int]) -> dict[K, int]:
    return {key: many - last.get(key, 0) for key, many in total.items() if many > last.get(key, 0)}


def _added(one: Mapping[K, int], other: Mapping[K, int]) -> dict[K, int]:
    added = dict(one)
    for key, many in other.items():
        added[key] = added.get(key, 0) + many
    return added
