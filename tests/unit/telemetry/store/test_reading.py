"""What reading gives of what processes have written."""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from time import time

import pytest
from msgspec.structs import replace

from plures.telemetry import SpanKind, Subject, Telemetry, Trace
from plures.telemetry.store import KEPT_IN, LogLine, ProcessName, Store
from plures.telemetry.store.reading import (
    LogFilter,
    NoTelemetry,
    Reading,
    SubjectFilter,
    TelemetryNewer,
    TelemetryUnreadable,
    TraceFilter,
)

from .conftest import PLACE, RESERVE, request, run_to_end

NOW = int(time() * 1e6)
HOUR = 3600 * 1_000_000


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    return Reading(tmp_path)


def ids(reading: Reading, wanted: TraceFilter, **page: int) -> list[str]:
    return [each.id for each in reading.traces(wanted, **page)]


def test_a_trace_is_found_by_all_that_is_known_of_it(store: Store, telemetry: Telemetry, reading: Reading) -> None:
    plain = request(telemetry, lasts_s=0.1).id
    slow = request(telemetry, lasts_s=4, attributes='{"order":"A\'1"}').id
    faulty = request(telemetry, inner="unavailable").id
    declared = request(telemetry, code="SoldOut").id
    store.write()
    everything = [declared, faulty, slow, plain]
    for wanted, found in (
        (TraceFilter(), everything),
        (TraceFilter(operation=RESERVE.name), everything),
        (TraceFilter(operation="stock"), []),
        (TraceFilter(capability="checkout", over=3_000_000), [slow]),
        # The span of it took half as long.
        (TraceFilter(caller="checkout", over=3_000_000), []),
        (TraceFilter(over=3_000_000), [slow]),
        (TraceFilter(faults=True), [faulty]),
        (TraceFilter(operation=PLACE.name, faults=True), []),
        (TraceFilter(operation=RESERVE.name, faults=True), [faulty]),
        (TraceFilter(code="SoldOut"), [declared]),
        (TraceFilter(code="SoldOut", operation=RESERVE.name), []),
        (TraceFilter(attribute=("order", "A'1")), [slow]),
        (TraceFilter(attribute=("order", "A")), []),
        (TraceFilter(since=NOW - HOUR), everything),
        (TraceFilter(until=NOW - HOUR), []),
    ):
        assert ids(reading, wanted) == found, wanted
    first = reading.traces(limit=3)
    assert [each.id for each in first] == everything[:3]
    assert ids(reading, TraceFilter(), before=first[-1].number) == [plain]
    assert reading.trace_ids(slow[:9]) == [(slow, reading.traces(TraceFilter(over=3_000_000))[0].began)]
    assert reading.trace_ids("xyz") == reading.trace_ids("a" * 33) == []


def test_what_is_rare_is_found_among_many(store: Store, telemetry: Telemetry, reading: Reading) -> None:
    rare = request(telemetry, code="internal").id
    for _ in range(5_000):
        request(telemetry)
    store.write()
    assert ids(reading, TraceFilter(faults=True)) == [rare]
    assert len(ids(reading, TraceFilter(operation=PLACE.name), limit=4_000)) == 4_000


def test_one_trace_with_its_spans_and_lines(store: Store, telemetry: Telemetry, reading: Reading) -> None:
    trace = request(telemetry, attributes='{"a":1}')
    first = trace.span_id(min(line[1] for line in trace.notes))
    store.put_log(LogLine(NOW, logging.INFO, "shop", "reserved", trace.id, first, "stock"))
    store.put_log(LogLine(NOW, logging.INFO, "shop", "of no trace"))
    store.write()
    found = reading.trace(trace.id)
    assert found is not None
    outer, nested = found.spans
    assert (outer.id, outer.parent, outer.name, outer.process) == (first, 0, PLACE.name, "shop.1")
    assert (nested.parent, nested.caller, nested.placement, nested.attributes) == (
        outer.id,
        "checkout",
        "remote",
        '{"a":1}',
    )
    assert [(line.message, line.span) for line in found.logs] == [("reserved", outer.id)]
    assert (found.line.spans, found.line.processes, found.logs_total) == (2, ("shop.1",), 1)
    assert reading.trace("no id") is reading.trace("ab" * 16) is None


def test_a_trace_of_fifty_thousand_spans(tmp_path: Path, reading: Reading) -> None:
    telemetry = Telemetry()
    store = Store(tmp_path, telemetry, ProcessName("jobs", 1))
    trace = Trace(kept_for="drawn")
    # A process notes 10,000 between two rounds of writing.
    for _ in range(5):
        for _ in range(10_000):
            trace.note((RESERVE, trace.next_span(), 1, 1.0, 2.0, ""))
        telemetry.recorder.close(trace)
        store.write()
    found = reading.trace(trace.id)
    assert found is not None
    assert (found.line.spans, len(found.spans), store.lost) == (50_000, 50_000, 0)
    beginning = reading.trace(trace.id, most_spans=100)
    assert beginning is not None
    assert len(beginning.spans) == 100


def test_edges_and_series(tmp_path: Path, telemetry: Telemetry, reading: Reading) -> None:
    local = Subject(SpanKind.INTERNAL, "tax/Rate", "tax", "checkout", "local", "shop.tax.v1")
    for name in ("shop", "extra"):
        mine = Telemetry()
        for subject, calls in ((RESERVE, 3), (replace(RESERVE, name="stock/Free"), 1), (local, 5), (PLACE, 4)):
            meter = mine.meter(subject)
            meter.begun, meter.ended, meter.seconds, meter.errors = calls + 1, calls, 0.5, {"unavailable": 1}
            meter.buckets[320] = calls
        Store(tmp_path, mine, ProcessName(name, 1)).write()
    until = int(time() * 1e6) + 10_000_000
    edges = {(it.caller, it.capability, it.placement): it for it in reading.edges(until - HOUR, until)}
    assert edges.keys() == {("checkout", "stock", "remote"), ("checkout", "tax", "local")}
    stock = edges["checkout", "stock", "remote"]
    assert (stock.calls, stock.faults, stock.in_flight, stock.codes) == (8, 4, 4, {"unavailable": 4})
    assert 1_000_000 <= (stock.p50_us or 0) <= 1_100_000
    assert len(reading.edges(until - HOUR, until, by_operation=True)) == 3
    assert reading.edges(until - 3 * HOUR, until - 2 * HOUR) == []
    (point,) = reading.series(until - HOUR, until, SubjectFilter(capability="stock"), step_s=3600)
    assert (point.calls, point.faults) == (8, 4)
    assert sum(each.calls for each in reading.points(until - HOUR, until)) == 26


def test_lines_are_found_and_followed(store: Store, reading: Reading) -> None:
    for number, (level, logger, text) in enumerate(
        (
            (logging.INFO, "shop.orders", "order placed"),
            (logging.ERROR, "shop", 'payment declined: ünïcode " OR NEAR( *'),
            (logging.DEBUG, "shopping", "placement"),
            (logging.INFO, "shop", "***"),
        )
    ):
        store.put_log(LogLine(NOW + number, level, logger, text, fields='{"card":"visa"}' if number == 1 else ""))
    store.write()

    def found(**wanted: object) -> list[int]:
        return [line.id for line in reading.logs(LogFilter(**wanted))]  # type: ignore[arg-type]

    assert found() == [1, 2, 3, 4]
    assert found(level=logging.WARNING) == [2]
    assert found(logger="shop") == [1, 2, 4]
    assert found(text="place") == [1, 3]
    assert found(text="visa declined") == [2]
    assert found(text='" OR NEAR(') == [2]
    assert found(text="***") == [4]
    assert found(process="shop") == found(process="shop.1") == [1, 2, 3, 4]
    assert found(process="shop.2") == found(trace="zz") == found(capability="tax") == []
    assert found(since=NOW + 1, until=NOW + 3) == [2, 3]
    assert [line.id for line in reading.logs(after=2)] == [3, 4]
    assert [line.id for line in reading.logs(after=1, limit=2)] == [2, 3]
    assert [line.id for line in reading.logs(before=3, limit=1)] == [2]
    assert reading.last_log() == 4


def test_processes_and_gauges(store: Store, reading: Reading) -> None:
    store.put_gauge("cpu.share", 0.5, "stock")
    store.write()
    (process,) = reading.processes()
    assert (process.name, process.number, process.is_alive, process.lost) == ("shop", 1, True, 0)
    (gauge,) = reading.gauges(NOW - HOUR, NOW + HOUR, "cpu.share")
    assert (gauge.capability, gauge.process, gauge.value, gauge.most) == ("stock", "shop.1", 0.5, 0.5)
    run_to_end(store)
    assert [each.is_alive for each in reading.processes()] == [False]


def test_why_it_cannot_be_read(store: Store, reading: Reading, tmp_path: Path) -> None:
    with pytest.raises(NoTelemetry):
        reading.traces()
    assert not (tmp_path / KEPT_IN).exists()
    store.write()
    with closing(sqlite3.connect(tmp_path / KEPT_IN)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(TelemetryNewer):
        reading.traces()
    run_to_end(store)
    (tmp_path / KEPT_IN).write_bytes(b"no database" * 1000)
    with pytest.raises(TelemetryUnreadable):
        reading.traces()
