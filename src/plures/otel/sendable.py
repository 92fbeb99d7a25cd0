"""What protobuf can hold of spans and lines: one that it cannot would take its whole batch with it.

That is text with half of a character, numbers of more than 64 bits, values of classes of the user's, and what nests without end.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, cast

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, Status, StatusCode

_MOST_INT: Final = 1 << 63
_MOST_TIME: Final = (1 << 64) - 1
_MOST_DEEP: Final = 16
"""Receivers refuse what nests a hundred messages deep; a value in a value takes three."""
_PLAIN: Final = frozenset({bool, float, bytes, type(None)})


def sendable_text(value: object) -> str:
    """Its text, without what UTF-8 cannot hold."""
    try:
        text = str(value)
    except Exception as error:  # noqa: BLE001 - a `__str__` of the user's may raise anything
        text = f"(its text raises {type(error).__name__})"
    return text.encode("utf-8", "backslashreplace").decode()


def sendable_value(value: Any, deep: int = 0) -> Any:
    """The value of an attribute, or what is next to it."""
    if value is None or isinstance(value, bool | bytes | float):
        return value
    if isinstance(value, int):
        return int(value) if -_MOST_INT <= value < _MOST_INT else str(int(value))
    if isinstance(value, str) or deep >= _MOST_DEEP:
        return sendable_text(value)
    if isinstance(value, Mapping):
        return sendable_attributes(cast("Mapping[object, object]", value), deep + 1)
    if isinstance(value, Sequence):
        return [sendable_value(each, deep + 1) for each in cast("Sequence[object]", value)]
    return sendable_text(value)


def sendable_attributes(said: Mapping[Any, Any] | None, deep: int = 0) -> dict[str, Any]:
    """Attributes by their names."""
    return {sendable_text(name): sendable_value(value, deep) for name, value in (said or {}).items()}


def sendable_resource(resource: Resource) -> Resource:
    """What a process says of itself: it is part of each request."""
    return resource if _fits(resource.attributes) else Resource(sendable_attributes(resource.attributes))


def sendable_span(span: ReadableSpan) -> ReadableSpan | None:
    """The span, or a copy that can be sent; None where there is none."""
    if _is_span(span):
        return span
    try:
        made = _span(span)
        encode_spans([made])
    except Exception:  # noqa: BLE001 - user code may have put anything into it
        return None
    return made


def sendable_line(line: ReadableLogRecord) -> ReadableLogRecord:
    """The line, or a copy that can be sent."""
    record = line.log_record
    if _fits(record.body, record.attributes, record.severity_text, record.event_name) and _is_scope(
        line.instrumentation_scope
    ):
        return line
    made = copy.copy(record)
    made.body = sendable_value(record.body)
    made.attributes = sendable_attributes(record.attributes)
    made.severity_text = None if record.severity_text is None else sendable_text(record.severity_text)
    made.event_name = None if record.event_name is None else sendable_text(record.event_name)
    return replace(line, log_record=made, instrumentation_scope=_scope(line.instrumentation_scope))


def _fits(*values: Any, deep: int = 0) -> bool:
    return all(_is_value(each, deep) for each in values)


def _is_value(value: object, deep: int) -> bool:
    kind = type(value)
    if isinstance(value, str):
        return kind is str and _is_text(value)
    if isinstance(value, int) and kind is not bool:
        return kind is int and -_MOST_INT <= value < _MOST_INT
    if kind in _PLAIN or deep >= _MOST_DEEP:
        return kind in _PLAIN
    if isinstance(value, Mapping):
        said = cast("Mapping[object, object]", value)
        return _fits(*said, *said.values(), deep=deep + 1)
    return isinstance(value, list | tuple) and _fits(*cast("Sequence[object]", value), deep=deep + 1)


def _is_text(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_time(*moments: Any) -> bool:
    return all(each is None or (type(each) is int and 0 <= each <= _MOST_TIME) for each in moments)


def _is_scope(scope: InstrumentationScope | None) -> bool:
    return scope is None or (type(scope.name) is str and _fits(scope.name, scope.version, scope.attributes))


def _is_span(span: ReadableSpan) -> bool:
    return (
        type(span.name) is str
        and _fits(span.name, span.attributes, span.status.description)
        and _is_time(span.start_time, span.end_time)
        and all(type(it.name) is str and _fits(it.name, it.attributes) and _is_time(it.timestamp) for it in span.events)
        and all(_fits(it.attributes) for it in span.links)
        and _is_scope(span.instrumentation_scope)
    )


def _span(span: ReadableSpan) -> ReadableSpan:
    status = span.status
    if status.description is not None and status.status_code is StatusCode.ERROR:
        status = Status(StatusCode.ERROR, sendable_text(status.description))
    return ReadableSpan(
        sendable_text(span.name),
        span.get_span_context(),
        span.parent,
        span.resource,
        sendable_attributes(span.attributes),
        [Event(sendable_text(it.name), sendable_attributes(it.attributes), _time(it.timestamp)) for it in span.events],
        [Link(it.context, sendable_attributes(it.attributes)) for it in span.links],
        span.kind,
        status=status,
        start_time=_time(span.start_time),
        end_time=_time(span.end_time),
        instrumentation_scope=_scope(span.instrumentation_scope),
    )


def _time(moment: Any) -> int:
    return min(max(int(moment or 0), 0), _MOST_TIME)


def _scope(scope: InstrumentationScope | None) -> InstrumentationScope | None:
    if scope is None or _is_scope(scope):
        return scope
    version = None if scope.version is None else sendable_text(scope.version)
    return InstrumentationScope(
        sendable_text(scope.name), version, scope.schema_url, sendable_attributes(scope.attributes)
    )
