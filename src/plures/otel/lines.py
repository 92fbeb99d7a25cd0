"""Lines of the log, as OpenTelemetry sends them: each with the trace and the span of the call that wrote it."""

import logging
from collections.abc import MutableMapping
from threading import Thread, current_thread
from time import time_ns
from typing import Final, cast

from opentelemetry._logs import Logger, LogRecord, SeverityNumber
from opentelemetry.context import Context, get_current
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, get_current_span, set_span_in_context

from plures.logs import extra_of, message_of, plain_json
from plures.runtime import current

from .sendable import sendable_text
from .sending import LineSender, Sending

FLUSH_S: Final = 2.0
_NS: Final = 1_000_000_000
_MOST_LOGGERS: Final = 1_000
_MOST_CHARACTERS: Final = 16_384
_MOST_INT: Final = 1 << 63
_SENDERS: Final = "OtelBatch"
"""How the names of threads begin that send. What is logged there would be sent, and logged again, without end."""
_LEVELS: Final = (
    (logging.CRITICAL, SeverityNumber.FATAL),
    (logging.ERROR, SeverityNumber.ERROR),
    (logging.WARNING, SeverityNumber.WARN),
    (logging.INFO, SeverityNumber.INFO),
    (logging.DEBUG, SeverityNumber.DEBUG),
)


class Lines(logging.Handler):
    """Sends records, from a thread of its own; no line waits for it.

    Args:
        resource: What the process says of itself.
        lost: What could not be sent is counted there.
    """

    def __init__(self, resource: Resource, lost: MutableMapping[str, int]) -> None:
        super().__init__()
        self._sending = Sending("lines", lost, "OTEL_BLRP_MAX_QUEUE_SIZE")
        # The end of the process is ours to bound.
        self._provider = LoggerProvider(resource, shutdown_on_exit=False)
        self._provider.add_log_record_processor(BatchLogRecordProcessor(LineSender(OTLPLogExporter(), self._sending)))
        self._loggers: dict[str, Logger] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record, soon."""
        if record.name.partition(".")[0] == "opentelemetry" or current_thread().name.startswith(_SENDERS):
            return
        try:
            line = _line_of(record)
            if self._sending.admits():
                self._logger(record.name).emit(line)
        except Exception:  # noqa: BLE001 - as handlers of `logging` do: a line is no reason for work to fail
            self.handleError(record)

    def stop(self) -> None:
        """Send what is left; blocks, `FLUSH_S` at most."""
        sending = Thread(target=self._provider.shutdown, name="opentelemetry-lines", daemon=True)
        sending.start()
        sending.join(FLUSH_S)

    def _logger(self, name: str) -> Logger:
        found = self._loggers.get(name)
        if found is None:
            found = self._provider.get_logger(sendable_text(name))
            if len(self._loggers) < _MOST_LOGGERS:
                self._loggers[name] = found
        return found


def _line_of(record: logging.LogRecord) -> LogRecord:
    extra = extra_of(record)
    said = {sendable_text(key): _value(key, value) for key, value in extra.items()}
    capability = getattr(record, "capability", None)
    return LogRecord(
        timestamp=int(record.created * _NS),
        observed_timestamp=time_ns(),
        context=_context_of(record),
        severity_text=record.levelname,
        severity_number=next((number for level, number in _LEVELS if record.levelno >= level), SeverityNumber.TRACE),
        body=sendable_text(message_of(record)[:_MOST_CHARACTERS]),
        attributes={**said, **({"plures.capability": capability} if capability else {})},
        exception=record.exc_info[1] if record.exc_info else None,
    )


def _value(key: str, value: object) -> str | int | float | bool:
    """What is no text, number or truth is told as JSON: one value that cannot be sent would keep a whole batch from being sent."""
    if type(value) is str:
        return sendable_text(value[:_MOST_CHARACTERS])
    if type(value) in (bool, float) or (type(value) is int and abs(value) < _MOST_INT):
        return cast("int | float | bool", value)
    return plain_json({key: value})[:_MOST_CHARACTERS]


def _context_of(record: logging.LogRecord) -> Context:
    """A context in which the span is current that the record belongs to: one of user code, or that of its call."""
    trace, span = (int(getattr(record, name, None) or "0", 16) for name in ("trace_id", "span_id"))
    here = get_current_span().get_span_context()
    if not trace or here.trace_id == trace:
        return get_current()
    call = current.get()
    is_kept = call is not None and call.trace is not None and bool(call.trace.kept_for)
    told = SpanContext(trace, span, is_remote=False, trace_flags=TraceFlags(is_kept))
    return set_span_in_context(NonRecordingSpan(told), Context())
