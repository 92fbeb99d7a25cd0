"""Each view as JSON, of what processes have written."""

import json
from pathlib import Path
from time import monotonic, time
from typing import Any

import pytest

from plures.dashboard import About, AboutCapability, Dashboard
from plures.telemetry import Noted, Rate, SpanKind, Subject, Telemetry, Trace
from plures.telemetry.store import KEPT_IN, LogLine, ProcessName, Store

ROUTE = Subject(SpanKind.SERVER, "POST /checkout")
PLACE = Subject(SpanKind.INTERNAL, "checkout/Place", "checkout", "the edge", "local", "shop.checkout.v1")
RESERVE = Subject(SpanKind.CLIENT, "stock/Reserve", "stock", "checkout", "remote", "shop.stock.v1")
RESERVED = Subject(SpanKind.SERVER, "stock/Reserve", "stock", "", "remote", "shop.stock.v1")
PROBE = Subject(SpanKind.SERVER, "GET /health")
NOW = int(time() * 1_000_000)
HOSTILE = "<script>alert(1)</script>"
ABOUT = About(
    "shop",
    (
        AboutCapability("checkout", "money", calls=("stock",)),
        AboutCapability("stock", "stores", "What is there.", (("shop.stock.v1", "stable"),), hears=("checkout",)),
    ),
)


class Shop:
    """Two processes that write, and the dashboard that reads."""

    def __init__(self, folder: Path) -> None:
        self.front, self.back = Telemetry(Rate(1, 1e6)), Telemetry(Rate(1, 1e6))
        self.stores = (
            Store(folder, self.front, ProcessName("front", 1)),
            Store(folder, self.back, ProcessName("back", 1)),
        )
        self.dashboard = Dashboard(folder, ABOUT)

    def write(self) -> None:
        for store in self.stores:
            store.write()

    def order(self, code: str = "", lasts_s: float = 0.1, attributes: str = "") -> str:
        """A request over both processes; gives the id of its trace."""
        trace = Trace(kept_for="drawn")
        end = monotonic()
        began = end - lasts_s
        spans = [trace.next_span() for _ in range(3)]
        trace.note(Noted(RESERVE, spans[2], spans[1], began + lasts_s * 0.2, began + lasts_s * 0.8, code, attributes))
        trace.note(Noted(PLACE, spans[1], spans[0], began + lasts_s * 0.1, began + lasts_s * 0.9, code))
        trace.note(Noted(ROUTE, spans[0], 0, began, end, code))
        self.front.recorder.close(trace)
        other = Trace(trace.id, trace.span_id(spans[2]), "drawn")
        other.note(Noted(RESERVED, other.next_span(), 0, began + lasts_s * 0.3, began + lasts_s * 0.7, code))
        self.back.recorder.close(other)
        return trace.id

    def asked(self, path: str, status: int = 200) -> Any:
        path, _, query = path.partition("?")
        answered = self.dashboard.answer(f"/api/{path}", query.encode())
        assert answered.status == status, answered.body
        return json.loads(answered.body)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_traces_are_found_by_what_is_known_of_them(shop: Shop) -> None:
    plain, slow = shop.order(), shop.order(lasts_s=3)
    failed = shop.order("unavailable", attributes='{"card":"visa"}')
    shop.write()

    def found(query: str) -> list[str]:
        return [each["id"] for each in shop.asked(f"traces?{query}")["traces"]]

    assert {*found("")} == {plain, slow, failed}
    assert found("min_ms=2000") == [slow]
    assert {*found("max_ms=2000")} == {*found("operation=stock/Reserve&max_ms=1000")} == {plain, failed}
    assert found("order=longest")[0] == slow
    assert found("faults=1") == [failed]
    assert found("attribute=card%3Dvisa") == [failed]
    assert {*found("operation=stock/Reserve&caller=checkout")} == {plain, slow, failed}
    assert found("caller=nobody") == []
    assert len(found("limit=2")) == 2
    page = shop.asked("traces?limit=2")
    assert len(found(f"limit=2&before={page['next']}")) == 1


def test_health_probes_are_left_out_unless_they_are_asked_for(shop: Shop) -> None:
    trace = Trace(kept_for="drawn")
    trace.note(Noted(PROBE, trace.next_span(), 0, monotonic(), monotonic()))
    shop.front.recorder.close(trace)
    shop.write()
    assert shop.asked("traces")["traces"] == []
    assert [each["id"] for each in shop.asked("traces?probes=1")["traces"]] == [trace.id]


def test_a_trace_of_two_processes_is_one_tree(shop: Shop) -> None:
    told = shop.order()
    shop.stores[1].put_log(LogLine(NOW, 40, "stock", HOSTILE, told, 5, "stock"))
    shop.write()
    trace = shop.asked(f"traces/{told}")
    names = [
        (depth, trace["subjects"][subject]["name"], trace["processes"][process])
        for depth, subject, process in zip(
            *(trace["spans"][each] for each in ("depth", "subject", "process")), strict=True
        )
    ]
    assert names == [
        (0, "POST /checkout", "front.1"),
        (1, "checkout/Place", "front.1"),
        (2, "stock/Reserve", "front.1"),
        (3, "stock/Reserve", "back.1"),
    ]
    assert trace["orphans"] == 0
    critical = trace["critical"]
    assert critical["span"] == [0, 1, 2, 3, 2, 1, 0]
    assert sum(critical["ended"]) - sum(critical["began"]) == trace["lasted"]
    # As text; what becomes of it is for the page.
    assert [line["message"] for line in trace["logs"]] == [HOSTILE]


def test_half_of_a_trace_says_so(shop: Shop) -> None:
    told = shop.order()
    shop.stores[1].write()
    trace = shop.asked(f"traces/{told}")
    # That its first span is part of another one is no loss by itself: a client may have begun the trace.
    assert trace["orphans"] == 0
    assert [subject["name"] for subject in trace["subjects"]] == ["stock/Reserve"]
    lost = Trace(kept_for="drawn")
    first, second = lost.next_span(), lost.next_span()
    now = monotonic()
    lost.note(Noted(ROUTE, first, 0, now - 2, now))
    lost.note(Noted(PLACE, second, 99, now - 1, now))
    shop.front.recorder.close(lost)
    shop.write()
    assert shop.asked(f"traces/{lost.id}")["orphans"] == 1


def test_the_topology_shows_who_calls_whom_and_where(shop: Shop) -> None:
    for telemetry, subject in ((shop.front, PLACE), (shop.front, RESERVE), (shop.back, RESERVED)):
        meter = telemetry.meter(subject)
        meter.begun, meter.ended, meter.seconds = 10, 10, 0.5
        meter.buckets[290] = 10
        meter.errors["unavailable"] = 2
    shop.write()
    told = shop.asked("topology")
    assert [(each["name"], each["live"], each["capabilities"]) for each in told["processes"]] == [
        ("back", 1, ["stock"]),
        ("front", 1, ["checkout"]),
    ]
    edges = {(each["from"], each["to"], each["kind"]): each for each in told["edges"]}
    assert edges["checkout", "stock", "remote"]["calls"] == 10
    assert edges["checkout", "stock", "remote"]["faults"] == 2
    assert edges["the edge", "checkout", "local"]["p99"] > 0
    earlier = shop.asked("topology?ago=60")
    assert all(not each["calls"] for each in earlier["edges"])
    stock = shop.asked("capabilities/stock")
    assert [(each["name"], each["kind"], each["calls"]) for each in stock["callers"]] == [("checkout", "remote", 10)]
    assert sum(calls or 0 for calls in stock["series"]["calls"]) == 10
    assert sum(calls or 0 for calls in shop.asked("metrics?operation=stock/Reserve")["series"]["calls"]) == 10
    assert [(each["name"], each["processes"]) for each in shop.asked("capabilities")["capabilities"]] == [
        ("checkout", ["front"]),
        ("stock", ["back"]),
    ]


def test_a_job_is_one_tree_with_a_name(shop: Shop) -> None:
    # What stock does in a hook: two calls, one after the other, that no request asked for.
    trace, now = Trace(kept_for="drawn"), monotonic()
    call = Subject(SpanKind.CLIENT, "checkout/Orders", "checkout", "stock", "remote", "shop.checkout.v1")
    for began, ended in ((0.9, 0.6), (0.5, 0.1)):
        trace.note(Noted(call, trace.next_span(), 0, now - began, now - ended))
    shop.back.recorder.close(trace)
    shop.write()
    [listed] = shop.asked("traces")["traces"]
    assert (listed["name"], listed["capability"]) == ("job of stock", "stock")
    told = shop.asked(f"traces/{trace.id}")
    assert [told["subjects"][each]["name"] for each in told["spans"]["subject"]] == [
        "job of stock",
        *["checkout/Orders"] * 2,
    ]
    assert told["spans"]["depth"] == [0, 1, 1]
    assert told["spans"]["lasted"][0] == told["lasted"]
    assert sum(told["critical"]["ended"]) - sum(told["critical"]["began"]) == told["lasted"]


def test_what_capabilities_take_is_told_of_all_processes_together(shop: Shop) -> None:
    for store, share in zip(shop.stores, (0.25, 0.5), strict=True):
        store.put_gauge("cpu.share", share, "stock")
        store.put_gauge("cpu.share", 0.9)
    shop.stores[1].put_gauge("database.share", 0.125, "stock")
    shop.write()
    for told in (shop.asked("topology"), shop.asked("capabilities")):
        took = {each["name"]: (each["cpu"], each["database"]) for each in told["capabilities"]}
        assert (took["stock"], took["checkout"]) == ((0.75, 0.125), (None, None))
    series = shop.asked("capabilities/stock")["series"]
    assert sum(each or 0 for each in series["cpu"]) == 0.75


def test_a_tail_goes_on_behind_the_last_line(shop: Shop) -> None:
    store = shop.stores[0]
    for text, level in (("one", 20), ("two", 40)):
        store.put_log(LogLine(NOW, level, "shop", text))
    shop.write()
    told = shop.asked("logs")
    assert [line["message"] for line in told["logs"]] == ["one", "two"]
    assert [line["message"] for line in shop.asked("logs?level=warning")["logs"]] == ["two"]
    assert shop.asked(f"logs?after={told['last']}") == {"logs": [], "last": told["last"]}
    store.put_log(LogLine(NOW, 20, "shop", "three"))
    shop.write()
    assert [line["message"] for line in shop.asked(f"logs?after={told['last']}")["logs"]] == ["three"]


def test_all_that_is_wrong_with_a_question_is_said_at_once(shop: Shop) -> None:
    shop.write()
    said = shop.asked("traces?min_ms=soon&limit=0&attribute=card&order=odd", 400)["message"]
    assert "min_ms must be" in said
    assert "limit must be" in said
    assert "order must be newest or longest" in said
    assert "attribute must be written as name=value" in said
    assert shop.asked("logs?level=loud", 400)["code"] == "invalid_argument"
    assert shop.asked("topology?ago=nan", 400)["code"] == "invalid_argument"
    for path in ("nowhere", "traces/zz", f"traces/{'0' * 32}", "capabilities/nobody", "../about"):
        assert shop.asked(path, 404)["code"] == "not_found"


def test_without_a_store_and_with_a_damaged_one_it_says_what_to_do(shop: Shop, tmp_path: Path) -> None:
    dashboard = Dashboard(tmp_path / "empty", ABOUT)
    answered = dashboard.answer("/api/traces", b"")
    assert answered.status == 503
    assert b"no telemetry yet" in answered.body
    (tmp_path / KEPT_IN).write_bytes(b"no database at all, but long enough to be looked at" * 99)
    assert shop.asked("traces", 503)["code"] == "unavailable"
    assert shop.asked("about")["application"] == "shop"


def test_a_trace_of_fifty_thousand_spans_is_answered_whole(shop: Shop) -> None:
    trace = Trace(kept_for="drawn")
    now = monotonic()
    # In parts, as a process that works for long flushes them.
    root = trace.next_span()
    for part in range(5):
        for _ in range(9_999 if part else 10_000):
            trace.note(Noted(PLACE, trace.next_span(), root, now - 5, now - 4))
        if part == 4:
            trace.note(Noted(ROUTE, root, 0, now - 6, now))
        shop.front.recorder.close(trace)
        shop.stores[0].write()
    told = shop.asked(f"traces/{trace.id}")
    assert told["total_spans"] == len(told["spans"]["id"]) == 49_997
