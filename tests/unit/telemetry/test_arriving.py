"""Spans of other makes: OTLP of OpenTelemetry's own encoder, and in JSON, turned into what is noted here; whatever is none of it is refused."""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from time import time_ns
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from plures.telemetry import ProcessName, Rate, Reading, Store, Subject, Telemetry, Trace
from plures.telemetry import SpanKind as Kind
from plures.telemetry.arriving import NotOtlp, Origin, Request, arrived, read_otlp

OPERATIONS = {"shop.mail.v1.Mail/Send": ("shop.mail.v1", "mail/Send")}
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
UNSAMPLED = [{"key": "plures.sampled", "value": {"boolValue": False}}]
AT = (time_ns() // 1_000_000 - 1_000) * 1_000_000


class Kept(SpanExporter):
    """What a tracer of OpenTelemetry has ended."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.spans += spans
        return SpanExportResult.SUCCESS


def of_the_sdk() -> bytes:
    """Two spans, as OpenTelemetry's encoder writes them."""
    kept = Kept()
    provider = TracerProvider(
        resource=Resource({"service.name": "mail", "service.instance.id": "mail.2", "process.pid": 77})
    )
    provider.add_span_processor(SimpleSpanProcessor(kept))
    tracer = provider.get_tracer("tests")
    elsewhere = Link(SpanContext(1, 2, is_remote=True, trace_flags=TraceFlags(1)))
    said = {
        "rpc.service": "shop.mail.v1.Mail",
        "rpc.method": "Send",
        "sizes": [1, 2],
        "share": 0.5,
        "big": -7,
        "ok": True,
    }
    with tracer.start_as_current_span("Send", kind=SpanKind.SERVER, attributes=said, links=[elsewhere]) as span:  # noqa: SIM117
        with tracer.start_as_current_span("write") as inner:
            inner.add_event("retry", {"why": "busy"})
            inner.set_status(Status(StatusCode.ERROR, "disk"))
    assert span.is_recording() is False
    return encode_spans(kept.spans).SerializeToString()


def notes(found: dict[Origin, list[Trace]], origin: Origin) -> list[Any]:
    return [line for trace in found[origin] for line in trace.notes]


def of_json(body: bytes) -> Request:
    return read_otlp(body, is_json=True)


def of_bytes(body: bytes) -> Request:
    return read_otlp(body, is_json=False)


def in_json(**more: object) -> bytes:
    """A request with one span."""
    span = {"traceId": TRACE, "spanId": SPAN, "name": "Send", "startTimeUnixNano": str(AT), "endTimeUnixNano": AT + 5}
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span | more]}]}]}).encode()


def test_what_an_sdk_sends() -> None:
    found = arrived(of_bytes(of_the_sdk()), OPERATIONS, 0)
    assert (found.spans, found.rejected) == (2, 0)
    inner, outer = notes(found.traces, Origin("mail", 2, 77))
    assert outer[0] == Subject(Kind.SERVER, "mail/Send", "mail", "", "remote", "shop.mail.v1")
    assert inner[0] == Subject(Kind.INTERNAL, "write")
    # A span within the other, in time as in the tree.
    assert inner[8] == outer[7]
    assert outer[8] == 0
    assert outer[3] <= inner[3] <= inner[4] <= outer[4]
    assert (inner[5], outer[5]) == ("unknown", "")
    said = json.loads(outer[6])
    assert (said["sizes"], said["share"], said["big"], said["ok"]) == ([1, 2], 0.5, -7, True)
    assert said["links"] == [f"{1:032x}-{2:016x}"]
    of_inner = json.loads(inner[6])
    assert (of_inner["events"][0]["name"], of_inner["events"][0]["why"], of_inner["status"]) == (
        "retry",
        "busy",
        "disk",
    )
    [trace] = found.traces["mail", 2, 77, "", ""]  # type: ignore[index]
    assert trace.kept_for == "drawn"


@pytest.mark.parametrize(
    ("more", "kept"),
    [
        ({"parentSpanId": SPAN}, "elsewhere"),
        ({"parentSpanId": SPAN, "attributes": UNSAMPLED}, ""),
        ({"parentSpanId": SPAN, "attributes": UNSAMPLED, "status": {"code": 2}}, "failed"),
        ({}, "drawn"),
    ],
)
def test_whether_its_trace_is_kept(more: dict[str, object], kept: str) -> None:
    [[trace]] = arrived(of_json(in_json(**more)), OPERATIONS, 0).traces.values()
    assert trace.kept_for == kept


@pytest.mark.parametrize(
    "more",
    [
        {"traceId": "0" * 32},
        {"traceId": TRACE[:-1]},
        {"spanId": "0" * 16},
        {"startTimeUnixNano": "0"},
        {"endTimeUnixNano": str(1 << 63)},
    ],
)
def test_a_span_that_is_none_is_refused_and_the_others_are_taken(more: dict[str, object]) -> None:
    found = arrived(of_json(in_json(**more)), OPERATIONS, 0)
    assert (found.spans, found.rejected, found.traces) == (0, 1, {})
    assert found.why


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"resourceSpans": 5}',
        b'{"resourceSpans":' + b"[" * 100_000,
        in_json(startTimeUnixNano="soon"),
    ],
    # Named: an id that tells the time is another one in each process that runs the tests.
    ids=["nothing", "a list", "the beginning", "a number", "nests without end", "no time"],
)
def test_json_that_is_no_request(body: bytes) -> None:
    with pytest.raises(NotOtlp):
        arrived(of_json(body), OPERATIONS, 0)


def test_a_value_that_nests_without_end() -> None:
    value: dict[str, Any] = {"stringValue": "deep"}
    for _ in range(100):
        value = {"arrayValue": {"values": [value]}}
    [[trace]] = arrived(of_json(in_json(attributes=[{"key": "deep", "value": value}])), OPERATIONS, 0).traces.values()
    assert "deep" in json.loads(trace.notes[0][6])


def test_damaged_bytes_are_refused_or_read_and_nothing_else() -> None:
    body, chance = of_the_sdk(), random.Random(7)
    for _ in range(2_000):
        damaged = bytearray(body)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        cut = bytes(damaged[: chance.randint(0, len(damaged))])
        try:
            request = of_bytes(cut)
        except NotOtlp:
            continue
        assert isinstance(request, Request)
        arrived(request, OPERATIONS, 0)


def test_a_message_within_itself_without_end_is_refused() -> None:
    value = b""
    for _ in range(3_000):
        # A list of one value, as the field of a value that holds lists.
        listed = b"\x0a" + varint(len(value)) + value
        value = b"\x2a" + varint(len(listed)) + listed
    pair = b"\x12" + varint(len(value)) + value
    attribute = b"\x0a" + varint(len(pair)) + pair
    resource = b"\x0a" + varint(len(attribute)) + attribute
    with pytest.raises(NotOtlp, match="too deep"):
        of_bytes(b"\x0a" + varint(len(resource)) + resource)


def varint(number: int) -> bytes:
    data = bytearray()
    while number > 127:
        data.append(number & 127 | 128)
        number >>= 7
    return bytes([*data, number])


def test_they_are_kept_as_of_the_process_that_sent_them(tmp_path: Path) -> None:
    store = Store(tmp_path, Telemetry(Rate(1, 1)), ProcessName("shop", 1))
    sent = of_json(in_json(attributes=[{"key": "<b>", "value": {"stringValue": "\ud800"}}]))
    assert store.put_sent(arrived(sent, OPERATIONS, store.offset_s()).traces)
    store.write()
    reading = Reading(tmp_path)
    [line] = reading.traces()
    assert (line.id, line.processes, line.began) == (TRACE, ("unknown.1",), AT // 1000)
    trace = reading.trace(TRACE)
    assert trace is not None
    assert [(span.id, span.parent) for span in trace.spans] == [(int(SPAN, 16), 0)]
    # Sent once more, as after an answer that was lost.
    assert store.put_sent(arrived(sent, OPERATIONS, store.offset_s()).traces)
    store.write()
    again = reading.trace(TRACE)
    assert again is not None
    assert len(again.spans) == 1
    assert {each.name for each in reading.processes()} == {"shop", "unknown"}


def test_a_span_that_is_not_sampled_waits_for_who_keeps_its_trace(tmp_path: Path) -> None:
    telemetry = Telemetry(Rate(1, 1))
    store = Store(tmp_path, telemetry, ProcessName("shop", 1))
    sent = of_json(in_json(attributes=UNSAMPLED, parentSpanId=SPAN[::-1]))
    assert store.put_sent(arrived(sent, OPERATIONS, store.offset_s()).traces)
    store.write()
    assert Reading(tmp_path).traces() == []
    late = Trace(TRACE, kept_for="slow")
    late.note((Subject(Kind.CLIENT, "mail/Send"), late.next_span(), 0, 1.0, 2.0, "", "", int(SPAN[::-1], 16), 0))
    telemetry.recorder.close(late)
    store.write()
    # What has been kept is read at the next time.
    store.write()
    trace = Reading(tmp_path).trace(TRACE)
    assert trace is not None
    assert len(trace.spans) == 2


def test_too_much_is_refused_until_what_waits_is_written(tmp_path: Path) -> None:
    store = Store(tmp_path, Telemetry(Rate(1, 1)), ProcessName("shop", 1))

    def put(first: int) -> bool:
        traces = [Trace(f"{number + 1:032x}", kept_for="elsewhere") for number in range(first, first + 15_000)]
        for trace in traces:
            trace.note((Subject(Kind.SERVER, "x"), trace.next_span(), 0, 1.0, 2.0, "", "", 1, 0))
        return store.put_sent({Origin("mail"): traces})

    assert put(0)
    assert not put(15_000)
    store.write()
    assert put(15_000)
