"""Spans of user code, noted in the trace of the call that they were made in: so the store has them too."""

import logging
from time import monotonic, time_ns
from typing import Any, Final

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.trace import StatusCode

from plures.logs import plain_json
from plures.runtime import current
from plures.telemetry import SpanKind, Subject

from .bridged import BridgedTrace

SCOPE: Final = "plures"
"""The tracer of our own spans."""

_NS: Final = 1_000_000_000
_FAILED: Final = "unknown"
"""The code of a span whose status is an error: OpenTelemetry has no others."""
_MOST_EVENTS: Final = 32
_MOST_CHARACTERS: Final = 2_000
_LOG: Final = logging.getLogger("plures.telemetry")


class Noting(SpanProcessor):
    """Notes each span of user code that ends within a call whose trace is kept."""

    def on_end(self, span: ReadableSpan) -> None:
        """Note it. User code waits for this, and no span of it may fail for what is said in it."""
        try:
            self._note(span)
        except Exception:  # noqa: BLE001 - as above
            _LOG.debug("A span was not noted", exc_info=True)

    def _note(self, span: ReadableSpan) -> None:
        call = current.get()
        trace = None if call is None else call.trace
        bridged = None if trace is None else trace.bridged
        scope, told = span.instrumentation_scope, span.get_span_context()
        if call is None or trace is None or told is None or not isinstance(bridged, BridgedTrace):
            return
        if (scope is not None and scope.name == SCOPE) or told.trace_id != bridged.id:
            return
        began_ns, ended_ns = span.start_time or 0, span.end_time or 0
        offset_s = monotonic() - time_ns() / _NS
        capability = "" if call.operation is None else call.operation.capability
        number = trace.next_span()
        # The SDK has sent it.
        bridged.made.add(number)
        trace.note(
            (
                Subject(SpanKind.INTERNAL, span.name, capability), number, 0, began_ns / _NS + offset_s, ended_ns / _NS + offset_s,
                _FAILED if span.status.status_code is StatusCode.ERROR else "", _attributes(span), told.span_id,
                0 if span.parent is None else span.parent.span_id,
            )
        )  # fmt: skip


def _attributes(span: ReadableSpan) -> str:
    """What is said of a span, and of what happened in it, as JSON."""
    said: dict[str, Any] = {name: _short(value) for name, value in (span.attributes or {}).items()}
    if span.events:
        said["events"] = [
            {
                "name": event.name,
                "at_us": event.timestamp // 1000,
                **{name: _short(value) for name, value in (event.attributes or {}).items()},
            }
            for event in span.events[:_MOST_EVENTS]
        ]
    return plain_json(said) if said else ""


def _short(value: object) -> object:
    """A value that leaves room for the others."""
    return f"{value[:_MOST_CHARACTERS]}…" if isinstance(value, str) and len(value) > _MOST_CHARACTERS else value
