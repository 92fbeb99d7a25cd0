"""What protobuf cannot hold does not take its batch with it; what a receiver does not take is counted, and told once."""

import logging
from collections.abc import Sequence
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk._logs import LoggerProvider, ReadableLogRecord
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, SpanContext, Status, StatusCode, TraceFlags

from plures.otel.sendable import sendable_line, sendable_resource, sendable_span, sendable_value
from plures.otel.sending import Sending, SentSpans, held, reason
from tests.integration.opentelemetry.otlp import otlp_receiver

LONE = "half \udcff"
WHOLE = r"half \udcff"


class Odd:
    """A value of user code."""

    def __str__(self) -> str:
        return LONE


class Broken:
    """A value that has no text."""

    def __str__(self) -> str:
        raise LookupError


def deep(many: int) -> Any:
    value: Any = 1
    for _ in range(many):
        value = {"in": [value]}
    return value


@pytest.fixture
def exported() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracer(exported: InMemorySpanExporter) -> Any:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exported))
    return provider.get_tracer(LONE, LONE, attributes={LONE: LONE})


def sent(span: ReadableSpan) -> Any:
    """The span as a receiver reads it."""
    made = sendable_span(span)
    assert made is not None
    read = ExportTraceServiceRequest.FromString(encode_spans([made]).SerializeToString())
    return read.resource_spans[0].scope_spans[0]


def test_a_span_with_all_that_cannot_be_sent_is_sent_with_the_rest(
    tracer: Any, exported: InMemorySpanExporter, caplog: pytest.LogCaptureFixture
) -> None:
    other = SpanContext(1 << 100, 1 << 50, is_remote=True, trace_flags=TraceFlags(1))
    with tracer.start_as_current_span(LONE, links=[Link(other, {LONE: 1 << 80})]) as span:
        span.set_attributes({LONE: LONE, "large": 1 << 63, "small": -(1 << 63), "nan": float("nan"), "bytes": b"\xff"})
        span.set_attribute("nested", {LONE: [LONE, 1 << 64, {"fine": 1}]})
        span.add_event(LONE, {LONE: -(1 << 70)}, timestamp=-1)
        span.set_status(Status(StatusCode.ERROR, LONE))
    caplog.clear()
    [made] = exported.get_finished_spans()
    scope = sent(made)
    [it] = scope.spans
    assert (scope.scope.name, scope.scope.version) == (WHOLE, WHOLE)
    assert (it.name, it.status.message) == (WHOLE, WHOLE)
    said = {each.key: each.value for each in it.attributes}
    assert said[WHOLE].string_value == WHOLE
    assert (said["large"].string_value, said["small"].int_value) == (str(1 << 63), -(1 << 63))
    assert said["nan"].double_value != said["nan"].double_value
    assert said["bytes"].bytes_value == b"\xff"
    [nested] = said["nested"].kvlist_value.values
    assert nested.key == WHOLE
    assert [each.string_value for each in nested.value.array_value.values] == [WHOLE, str(1 << 64), ""]
    [event], [link] = it.events, it.links
    assert (event.name, event.time_unix_nano, event.attributes[0].value.string_value) == (WHOLE, 0, str(-(1 << 70)))
    assert (link.span_id.hex(), link.attributes[0].value.string_value) == (f"{1 << 50:016x}", str(1 << 80))
    assert (it.trace_id.hex(), it.start_time_unix_nano) == (f"{made.context.trace_id:032x}", made.start_time)
    # The SDK writes a traceback for each attribute that it cannot encode.
    assert not caplog.records


def test_a_span_that_is_fine_is_sent_as_it_is(exported: InMemorySpanExporter) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exported))
    with provider.get_tracer("fine").start_as_current_span("déjà vu") as span:
        span.set_attributes({"ß": "ü", "list": ["a", "b"], "none": None, "deep": deep(3)})  # type: ignore[dict-item]
    [made] = exported.get_finished_spans()
    assert sendable_span(made) is made


def test_a_span_of_which_nothing_can_be_made_is_left_out_of_its_batch() -> None:
    context = SpanContext(1 << 130, 5, is_remote=False)
    assert sendable_span(ReadableSpan(LONE, context, resource=Resource({}))) is None


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (Odd(), WHOLE),
        (Broken(), "(its text raises LookupError)"),
        (True, True),
        (1.5, 1.5),
        ({"a", LONE} - {"a"}, str({LONE}).encode("utf-8", "backslashreplace").decode()),
    ],
    ids=["odd", "broken", "bool", "float", "set"],
)
def test_values_of_user_code(value: Any, found: Any) -> None:
    assert sendable_value(value) == found


def test_what_nests_without_end_is_cut_before_receivers_refuse_it(exported: InMemorySpanExporter) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exported))
    with provider.get_tracer("deep").start_as_current_span("deep") as span:
        span.set_attribute("deep", deep(60))
    [made] = exported.get_finished_spans()
    assert sent(made).spans[0].name == "deep"


def test_lines_are_sent_with_what_is_next_to_them() -> None:
    exporter = InMemoryLogRecordExporter()
    provider = LoggerProvider(Resource({}), shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    body = {LONE: [1 << 70]}
    provider.get_logger(LONE).emit(body=body, attributes={LONE: LONE}, severity_text=LONE, event_name=LONE)  # type: ignore[dict-item]
    provider.get_logger("fine").emit(body="fine")
    odd, fine = exporter.get_finished_logs()
    read: list[ReadableLogRecord] = [sendable_line(odd), sendable_line(fine)]
    assert read[1] is fine
    first, _ = encode_logs(read).resource_logs[0].scope_logs
    [line] = first.log_records
    assert (first.scope.name, line.severity_text, line.event_name) == (WHOLE, WHOLE, WHOLE)
    assert (line.body.kvlist_value.values[0].key, line.attributes[0].key) == (WHOLE, WHOLE)


def test_what_a_process_says_of_itself_can_be_sent() -> None:
    fine = Resource({"service.name": "shop"})
    assert sendable_resource(fine) is fine
    assert sendable_resource(Resource({LONE: LONE})).attributes[WHOLE] == WHOLE


class Refusing(SpanExporter):
    """Takes nothing until it is told to; says so for each batch, as the SDK does."""

    def __init__(self) -> None:
        self.takes = False
        self.batches = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.batches += 1
        if self.takes:
            return SpanExportResult.SUCCESS
        logging.getLogger(__name__).error("Failed to export spans batch code: 503")
        return SpanExportResult.FAILURE


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Any:
    caplog.set_level(logging.INFO)
    return lambda: [(each.name, each.getMessage()) for each in caplog.records]


def test_what_is_not_taken_is_counted_and_told_once(told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "3600000")
    exporter, lost = Refusing(), dict[str, int]()
    processor = SentSpans(exporter, Sending("spans", lost))
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(processor)
    tracer = provider.get_tracer("refused")
    for _ in range(5):
        for _ in range(3):
            tracer.start_span("one").end()
        processor.force_flush()
    assert (exporter.batches, lost) == (5, {"spans": 15})
    [(name, said)] = told()
    assert name == "plures.telemetry"
    assert said.startswith("Spans cannot be sent by OTLP: Failed to export spans batch code: 503.")
    exporter.takes = True
    for _ in range(2):
        tracer.start_span("one").end()
        processor.force_flush()
    assert lost == {"spans": 15}
    assert [text for _, text in told()[1:]] == ["Spans are sent by OTLP again; 15 were lost so far"]
    # It may go back and forth for hours.
    exporter.takes = False
    tracer.start_span("one").end()
    processor.force_flush()
    assert lost == {"spans": 16}
    assert len(told()) == 2
    provider.shutdown()


def test_no_more_wait_than_fit(told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "3600000")
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "10")
    monkeypatch.setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "10")
    lost: dict[str, int] = {}
    exporter = Refusing()
    exporter.takes = True
    sending = Sending("spans", lost, "OTEL_BSP_MAX_QUEUE_SIZE")
    for _ in range(10):
        assert sending.admits()
    assert not sending.admits()
    assert lost == {"spans": 1}
    sending.tell(10, 10)
    processor = SentSpans(exporter, sending)
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(processor)
    provider.get_tracer("few").start_span("one").end()
    provider.shutdown()
    assert (lost, exporter.batches, told()) == ({"spans": 1}, 1, [])


def test_a_failure_of_the_exporter_itself_is_one_of_the_batch(told: Any) -> None:
    class Raising(Refusing):
        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            raise OSError("no socket")

    lost: dict[str, int] = {}
    processor = SentSpans(Raising(), Sending("spans", lost))
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(processor)
    provider.get_tracer("raised").start_span("one").end()
    processor.force_flush()
    provider.shutdown()
    assert lost == {"spans": 1}
    [(_, said)] = told()
    assert "no socket" in said


def test_what_the_sdk_says_of_a_receiver_that_refuses_is_not_in_the_log(told: Any) -> None:
    with otlp_receiver() as receiver:
        receiver.status = 400
        exporter = OTLPSpanExporter(f"{receiver.url}/v1/traces")
        with held(exporter) as said:
            assert exporter.export([]) is SpanExportResult.FAILURE
        assert "400" in reason(said)
        assert not told()
        # Elsewhere it says it as it does without us.
        assert exporter.export([]) is SpanExportResult.FAILURE
        assert len(told()) == 1
        exporter.shutdown()
