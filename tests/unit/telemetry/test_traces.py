"""Which traces are kept, and what one process holds of them."""

from time import monotonic

import pytest

from plures.telemetry import (
    HOLD_S,
    Parent,
    Rate,
    Recorder,
    SpanKind,
    Subject,
    Telemetry,
    Trace,
    parent_of,
    span_id_of,
    trace_id_of,
    traceparent,
)
from plures.telemetry.measuring import meter as meter_module
from plures.telemetry.tracing import Draw
from plures.telemetry.tracing import recorder as recorder_module

FIND = Subject(SpanKind.INTERNAL, "search/Find", "search", "storefront", "local", "shop.search.v1")
ID = "4bf92f3577b34da6a3ce929d0e0e4736"


class Call:
    """A call in progress, as a meter sees it."""

    def __init__(self, root: "Call | None" = None, request_id: str = "") -> None:
        self.root, self.id = root, request_id
        self.trace: Trace | None = None if root is None else root.trace
        self.span = 0 if self.trace is None else self.trace.next_span()
        self.parent_span = 0 if root is None else root.span
        self.began = monotonic()
        self.code = ""


def names(recorder: Recorder, *elsewhere: str) -> list[list[tuple[int, int, str]]]:
    """What is taken: the numbers of spans and of their parents, counted from the lowest of each part, and their codes."""
    found = list[list[tuple[int, int, str]]]()
    for part in recorder.take(elsewhere):
        before = min(each.parent or each.span for each in part.notes) - 1
        found.append([(each.span - before, max(0, each.parent - before), each.code) for each in part.notes])
    return found


def run(telemetry: Telemetry, *, code: str = "", inner: str = "", request_id: str = ID) -> Trace:
    meter = telemetry.meter(FIND)
    call = Call(request_id=request_id)
    meter.begin(call)
    nested = Call(call)
    meter.begin(nested)
    nested.code = inner
    meter.end(nested)
    call.code = code
    meter.end(call)
    assert call.trace is not None
    return call.trace


def test_a_drawn_trace_is_kept() -> None:
    telemetry = Telemetry(Rate(1, 100))
    run(telemetry)
    assert names(telemetry.recorder) == [[(2, 1, ""), (1, 0, "")]]
    assert names(telemetry.recorder) == []
    assert telemetry.recorder.kept() == [ID]


def test_others_are_let_go_when_their_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    telemetry = Telemetry(Rate(0))
    run(telemetry)
    assert names(telemetry.recorder) == []
    monkeypatch.setattr(recorder_module, "monotonic", lambda: monotonic() + HOLD_S + 1)
    assert names(telemetry.recorder) == []
    assert names(telemetry.recorder, ID) == []


def test_one_that_another_process_keeps_is_kept() -> None:
    telemetry = Telemetry(Rate(0))
    run(telemetry)
    run(telemetry, request_id="0" * 31 + "1")
    assert names(telemetry.recorder) == []
    assert names(telemetry.recorder, ID) == [[(2, 1, ""), (1, 0, "")]]


@pytest.mark.parametrize(("code", "inner"), [("internal", ""), ("", "unavailable")])
def test_a_fault_anywhere_keeps_the_whole_trace(code: str, inner: str) -> None:
    telemetry = Telemetry(Rate(0))
    trace = run(telemetry, code=code, inner=inner)
    assert names(telemetry.recorder) == [[(2, 1, inner), (1, 0, code)]]
    assert trace.kept_for == "failed"


def test_a_declared_error_is_an_answer() -> None:
    telemetry = Telemetry(Rate(0))
    run(telemetry, code="OutOfStock")
    assert names(telemetry.recorder) == []
    assert telemetry.meters[0].errors == {"OutOfStock": 1}


def test_what_is_slower_than_99_of_100_is_kept() -> None:
    telemetry = Telemetry(Rate(0))
    meter = telemetry.meter(FIND)

    def one(seconds: float) -> str:
        call = Call()
        meter.begin(call)
        call.began -= seconds
        meter.end(call)
        assert call.trace is not None
        return call.trace.kept_for

    assert {one(0.010 if number % 100 else 0.020) for number in range(300)} == {""}
    telemetry.judge()
    assert (one(0.010), one(5)) == ("", "slow")


def test_what_ends_after_its_trace_is_taken_too() -> None:
    telemetry = Telemetry(Rate(1, 100))
    meter = telemetry.meter(FIND)
    call = Call(request_id=ID)
    meter.begin(call)
    late = Call(call)
    meter.begin(late)
    meter.end(call)
    assert names(telemetry.recorder) == [[(1, 0, "")]]
    meter.end(late)
    assert names(telemetry.recorder) == [[(2, 1, "")]]


def test_what_goes_on_after_its_request_is_held_as_long_as_others(monkeypatch: pytest.MonkeyPatch) -> None:
    telemetry, now = Telemetry(Rate(0)), 1000.0
    monkeypatch.setattr(recorder_module, "monotonic", lambda: now)
    monkeypatch.setattr(meter_module, "monotonic", lambda: now)
    meter = telemetry.meter(FIND)
    first = Call(request_id=ID)
    meter.begin(first)
    later = [Call(first), Call(first)]
    for call in (first, *later):
        if call is not first:
            meter.begin(call)
        meter.end(call)
        assert names(telemetry.recorder) == []
        now += HOLD_S / 2 + 1
    # The first of them is let go, and the last two are not.
    assert names(telemetry.recorder, ID) == [[(2, 1, ""), (3, 1, "")]]


def test_it_holds_so_many_spans_and_no_more() -> None:
    telemetry = Telemetry(Rate(0))
    telemetry.recorder = Recorder(most=10)
    for number in range(1, 11):
        run(telemetry, request_id=f"{number:032x}")
    telemetry.recorder.take()
    assert telemetry.recorder.forgotten == 10
    assert names(telemetry.recorder, f"{1:032x}", f"{10:032x}") == [[(2, 1, ""), (1, 0, "")]]


def test_nobody_takes_them() -> None:
    telemetry = Telemetry(Rate(0))
    telemetry.recorder = Recorder(most=10)
    for number in range(100):
        run(telemetry, request_id=f"{number + 1:032x}")
    assert telemetry.recorder.forgotten == 180


def test_a_job_that_never_ends_holds_so_many_too() -> None:
    trace = Trace()
    for number in range(10_001):
        trace.note((FIND, number, 0, 0.0, 0.0, ""))
    assert (len(trace.notes), trace.lost) == (10_000, 1)


def test_so_many_are_drawn_a_second() -> None:
    draw = Draw(Rate(1.0, 2))
    assert [draw(at) for at in (100.0, 100.1, 100.2, 100.9, 100.95)] == [True, True, False, True, False]
    assert not Draw(Rate(0))(1.0)
    assert not Draw(Rate(1.0, 0))(1.0)
    # Who looks for the trace of one request finds it.
    assert Draw(Rate(0.001))(1.0)


def test_what_no_one_reads_is_neither_drawn_nor_held() -> None:
    telemetry = Telemetry(Rate(1, 1e9))
    telemetry.recorder.is_read = False
    draw = telemetry.draw()
    assert not draw(100.0)
    alone, called = Call(request_id=ID), Call(request_id=ID)
    # What another process asks for has a trace, since that goes on from here.
    called.trace = Trace(ID)
    called.span = called.trace.closes = called.trace.next_span()
    for call in (alone, called):
        meter = telemetry.meter(FIND)
        meter.begin(call)
        meter.end(call)
        assert (meter.begun, meter.ended) == (1, 1)
    assert alone.trace is None
    assert (telemetry.recorder.take([ID]), telemetry.recorder.forgotten) == ([], 0)
    # An application that begins to export later is not too late.
    telemetry.recorder.is_read = True
    assert draw(100.5)


def test_a_share_is_drawn() -> None:
    draw = Draw(Rate(0.5, 1e9))
    assert 800 < sum(draw(float(at)) for at in range(2000)) < 1200


@pytest.mark.parametrize(
    ("header", "parent"),
    [
        (f"00-{ID}-00f067aa0ba902b7-01", Parent(ID, 0x00F067AA0BA902B7, True)),
        (f"00-{ID}-00f067aa0ba902b7-00", Parent(ID, 0x00F067AA0BA902B7, False)),
        (f"00-{ID}-00f067aa0ba902b7-03", Parent(ID, 0x00F067AA0BA902B7, True)),
        (f"cc-{ID}-00f067aa0ba902b7-01-what-comes-later", Parent(ID, 0x00F067AA0BA902B7, True)),
        (f"00-{ID}-00f067aa0ba902b7-01-more", None),
        (f"ff-{ID}-00f067aa0ba902b7-01", None),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", None),
        (f"00-{ID}-{'0' * 16}-01", None),
        (f"00-{ID.upper()}-00f067aa0ba902b7-01", None),
        (f"00-{ID}-00f067aa0ba902b7-01\n", None),
        ("", None),
    ],
)
def test_what_a_traceparent_says(header: str, parent: Parent | None) -> None:
    assert parent_of(header.encode()) == parent
    if parent is not None:
        again = parent_of(traceparent(parent.trace, parent.span, is_drawn=parent.is_drawn).encode())
        assert again == parent


def test_ids_that_are_known_everywhere() -> None:
    assert trace_id_of(ID) == ID
    assert trace_id_of("") == ""
    assert trace_id_of("order-17") == trace_id_of("order-17") != trace_id_of("order-18")
    assert len(trace_id_of("0" * 32)) == 32
    assert int(trace_id_of("0" * 32), 16)
    assert 0 < span_id_of("event 7") < 1 << 64


def test_spans_of_one_trace_have_ids_of_their_own() -> None:
    trace = Trace()
    ids = {trace.span_id(trace.next_span()) for _ in range(100)}
    assert len(ids) == 100
    assert all(0 < each < 1 << 64 for each in ids)
    assert len(trace.id) == 32
