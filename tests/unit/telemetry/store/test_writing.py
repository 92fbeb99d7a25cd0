"""What is in the file once a process has written."""

import json
import stat
from pathlib import Path
from time import time

from plures.telemetry import Noted, Telemetry, Trace
from plures.telemetry.store import KEPT_IN, LogLine, ProcessName, Store

from .conftest import PLACE, RESERVE, Rows, request


def test_a_trace_with_its_spans(store: Store, telemetry: Telemetry, rows: Rows, tmp_path: Path) -> None:
    trace = request(telemetry, inner="unavailable", attributes='{"order":7,"paid":true,"deep":{"a":1}}')
    store.write()
    ((id_, began, ended, spans, faults, kept_for, name),) = rows(
        "SELECT trace, began, ended, spans, faults, kept_for, name FROM traces JOIN subjects ON subject = subjects.id"
    )
    assert (id_.hex(), spans, faults, kept_for, name) == (trace.id, 2, 1, "drawn", PLACE.name)
    assert abs(ended - time() * 1e6) < 5e6
    assert abs((ended - began) - 500_000) <= 2
    found = dict(rows("SELECT name, lasted FROM spans JOIN subjects ON subject = subjects.id"))
    assert abs(found[RESERVE.name] - 250_000) <= 1
    assert rows("SELECT count(*) FROM spans a JOIN spans b ON a.parent = b.id") == [(1,)]
    assert sorted(rows("SELECT name, value FROM attributes")) == [("order", "7"), ("paid", "true")]
    assert stat.S_IMODE((tmp_path / KEPT_IN).stat().st_mode) == 0o600


def test_ids_of_spans_may_have_all_64_bits(store: Store, telemetry: Telemetry, rows: Rows) -> None:
    trace = Trace(kept_for="drawn")
    # The number of a span is added to what is this process's own.
    outer = ((1 << 64) - 2 - trace.span_id(0)) % (1 << 64)
    trace.note(Noted(RESERVE, outer + 1, outer, 1.0, 2.0))
    trace.note(Noted(PLACE, outer, 0, 1.0, 2.0))
    telemetry.recorder.close(trace)
    store.write()
    # -1 is the largest there is.
    assert sorted(rows("SELECT id, parent FROM spans")) == [(-2, 0), (-1, -2)]


def test_what_meters_counted_is_a_point_of_ten_seconds_and_of_five_minutes(
    store: Store, telemetry: Telemetry, rows: Rows
) -> None:
    for _ in range(2):
        # Each client has a meter of its own.
        meter = telemetry.meter(RESERVE)
        meter.begun, meter.ended, meter.seconds, meter.errors, meter.sent_bytes = (
            4,
            3,
            1.5,
            {"unavailable": 1, "SoldOut": 1},
            100,
        )
        meter.buckets[320] = 3
    store.write()
    found = rows(
        "SELECT width, calls, faults, codes, seconds, buckets, sent_bytes, in_flight FROM points ORDER BY width"
    )
    assert [row[:3] + row[4:5] + row[6:] for row in found] == [(10, 6, 2, 3.0, 200, 2), (300, 6, 2, 3.0, 200, 2)]
    assert json.loads(found[0][3]) == {"unavailable": 2, "SoldOut": 2}
    assert json.loads(found[0][5]) == {"320": 6}


def test_lines_and_figures_that_others_put(store: Store, rows: Rows) -> None:
    now = int(time() * 1e6)
    store.put_log(
        LogLine(now, 30, "shop.orders", "no \x00 stock \udcff left", "ab" * 16, (1 << 64) - 1, "stock", '{"sku":"tea"}')
    )
    store.put_gauge("loop.delay", 0.25)
    store.put_gauge("loop.delay", 0.75)
    store.write()
    assert rows(
        "SELECT logs.level, logs.trace, logs.span FROM logs_text JOIN logs ON logs.id = logs_text.rowid WHERE logs_text MATCH 'stock tea'"
    ) == [(30, bytes.fromhex("ab" * 16), -1)]
    assert rows(
        "SELECT kind, name, value, most FROM gauges JOIN subjects ON subject = subjects.id WHERE width = 300"
    ) == [("gauge", "loop.delay", 0.5, 0.75)]


def test_a_trace_that_another_process_keeps_is_whole(
    store: Store, telemetry: Telemetry, rows: Rows, tmp_path: Path
) -> None:
    elsewhere = Telemetry()
    other = Store(tmp_path, elsewhere, ProcessName("stock", 2))
    held = request(elsewhere, id_="cd" * 16)
    held.kept_for = ""
    other.write()
    assert rows("SELECT count(*) FROM spans") == [(0,)]
    request(telemetry, id_="cd" * 16, code="internal")
    store.write()
    other.write()
    assert rows("SELECT spans, faults, kept_for FROM traces") == [(4, 1, "drawn")]
    assert sorted(rows("SELECT spans, failures, faults FROM steps")) == [(2, 0, 0), (2, 1, 1)]
    assert sorted(rows("SELECT name, number FROM processes")) == [("shop", 1), ("stock", 2)]
