"""Spans of OTLP → traces as they are noted here, so that those of services in other languages look like all others."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Struct

from plures.telemetry.measuring import is_fault
from plures.telemetry.tracing import SpanKind, Subject, Trace

from .messages import Event, OfProcess, Request, Resource, Span, said, whole

_IS_TRACE: Final = re.compile(r"(?!0{32})[0-9a-fA-F]{32}").fullmatch
_IS_SPAN: Final = re.compile(r"(?!0{16})[0-9a-fA-F]{16}").fullmatch
_IS_INSTANCE: Final = re.compile(r"(?a:([\w-]{1,100})\.(\d{1,6}))").fullmatch
_IS_CODE: Final = re.compile(r"(?a:\w{1,100})").fullmatch
_KINDS: Final[Mapping[int, SpanKind]] = {
    2: SpanKind.SERVER,
    3: SpanKind.CLIENT,
    4: SpanKind.PRODUCER,
    5: SpanKind.CONSUMER,
}
_ERROR: Final = 2
SAMPLED: Final = "plures.sampled"
"""An attribute: false of a span that is sent although its trace was not sampled. The flags of OTLP do not tell: SDKs leave that bit at 0, as that for
Python does, and send what is sampled alone."""
_FAILED: Final = "unknown"
_MOST_EVENTS: Final = 32
_MOST_NAME: Final = 200
_NS: Final = 1_000_000_000
_MOST_NS: Final = 1 << 62
_OURS: Final = frozenset(
    {
        "rpc.system",
        "rpc.service",
        "rpc.method",
        "rpc.connect_rpc.error_code",
        "error.type",
        "plures.capability",
        "plures.caller",
        "plures.placement",
        "plures.error",
        SAMPLED,
    }
)
"""What the subject of a span says, or its code."""


class Origin(NamedTuple):
    """The process that sent spans.

    Attributes:
        name: Of its process in the topology, or of its service.
        number: Of its replica, from 1.
        pid: 0 where it does not say.
    """

    name: str
    number: int = 1
    pid: int = 0
    host: str = ""
    version: str = ""


class Arrived(Struct):
    """What a request has brought.

    Attributes:
        traces: By the process that noted them.
        spans: How many there are.
        rejected: Those that are none, and why the first of them is not.
    """

    traces: dict[Origin, list[Trace]] = {}
    spans: int = 0
    rejected: int = 0
    why: str = ""

    def refuse(self, many: int, why: str) -> None:
        """Count spans that are not taken."""
        self.rejected += many
        self.why = self.why or why


def arrived(request: Request, operations: Mapping[str, tuple[str, str]], offset_s: float) -> Arrived:
    """What a request has brought.

    Args:
        operations: As in `shop.search.v1.Search/Find` → contract and operation, as in `shop.search.v1` and `search/Find`.
        offset_s: What to add to `time.monotonic()` for seconds since 1970.

    Raises:
        NotOtlp: Its numbers are none.
    """
    found = Arrived()
    for of_process in request.resource_spans:
        resource = said((of_process.resource or Resource()).attributes)
        traces: dict[str, Trace] = {}
        for span in _spans(of_process):
            if not _IS_TRACE(span.trace_id) or not _IS_SPAN(span.span_id):
                found.refuse(1, "the id of a trace has 16 bytes and that of a span 8, and neither is all zeros")
                continue
            began, ended = whole(span.start_time_unix_nano), whole(span.end_time_unix_nano)
            if not 0 < began < _MOST_NS or not 0 <= ended < _MOST_NS:
                found.refuse(1, "a span begins and ends in nanoseconds since 1970")
                continue
            id_ = span.trace_id.lower()
            trace = traces.setdefault(id_, Trace(id_))
            line = _line(trace, span, resource, operations)
            trace.note((*line[:3], began / _NS - offset_s, max(began, ended) / _NS - offset_s, *line[3:]))
            _keep(trace, span, line[3])
            found.spans += 1
        if traces:
            found.traces.setdefault(_origin(resource), []).extend(traces.values())
    return found


def _spans(of_process: OfProcess) -> Iterable[Span]:
    return (span for scope in of_process.scope_spans for span in scope.spans)


def _keep(trace: Trace, span: Span, code: str) -> None:
    """Whether the trace is kept: it was drawn where it began, or a fault in it asks for it."""
    is_sampled = all(
        each.key != SAMPLED or each.value is None or each.value.bool_value is not False for each in span.attributes
    )
    if is_sampled:
        trace.kept_for = trace.kept_for or "elsewhere"
    elif code and is_fault(code):
        trace.kept_for = "failed"
    if trace.kept_for == "elsewhere" and not span.parent_span_id:
        trace.kept_for = "drawn"


def _line(
    trace: Trace, span: Span, resource: Mapping[str, Any], operations: Mapping[str, tuple[str, str]]
) -> tuple[Subject, int, int, str, str, int, int]:
    """The fields of `Noted`, but for its times."""
    attributes = said(span.attributes)
    above = int(span.parent_span_id, 16) if _IS_SPAN(span.parent_span_id) else 0
    more = {name: value for name, value in attributes.items() if name not in _OURS}
    if span.events:
        more["events"] = [_event(each) for each in span.events[:_MOST_EVENTS]]
    if span.links:
        more["links"] = [f"{each.trace_id}-{each.span_id}" for each in span.links[:_MOST_EVENTS]]
    if span.status is not None and span.status.message:
        more["status"] = span.status.message
    subject = _subject(span, attributes, resource, operations)
    said_more = msgspec.json.encode(more).decode() if more else ""
    return subject, trace.next_span(), 0, _code(span, attributes), said_more, int(span.span_id, 16), above


def _subject(
    span: Span, said_of: Mapping[str, Any], resource: Mapping[str, Any], operations: Mapping[str, tuple[str, str]]
) -> Subject:
    kind = _KINDS.get(span.kind, SpanKind.INTERNAL)
    own = _text(said_of.get("plures.capability")) or _text(resource.get("plures.capability"))
    caller = _text(said_of.get("plures.caller"))
    known = operations.get(f"{said_of.get('rpc.service')}/{said_of.get('rpc.method')}")
    if known is None or kind not in (SpanKind.SERVER, SpanKind.CLIENT):
        return Subject(kind, span.name[:_MOST_NAME], own, caller)
    contract, name = known
    if kind is SpanKind.CLIENT:
        caller = caller or own
    return Subject(kind, name, name.partition("/")[0], caller, "remote", contract)


def _code(span: Span, said_of: Mapping[str, Any]) -> str:
    for name in ("plures.error", "rpc.connect_rpc.error_code"):
        code = said_of.get(name)
        if isinstance(code, str) and _IS_CODE(code):
            return code
    return _FAILED if span.status is not None and span.status.code == _ERROR else ""


def _event(event: Event) -> dict[str, Any]:
    return {"name": event.name, "at_us": whole(event.time_unix_nano) // 1000, **said(event.attributes)}


def _origin(resource: Mapping[str, Any]) -> Origin:
    instance = _IS_INSTANCE(str(resource.get("service.instance.id", "")))
    name = instance[1] if instance else _text(resource.get("service.name")) or "unknown"
    pid = resource.get("process.pid")
    return Origin(
        name,
        int(instance[2]) if instance else 1,
        pid if isinstance(pid, int) and 0 < pid < 1 << 32 else 0,
        _text(resource.get("host.name")),
        _text(resource.get("service.version")),
    )


def _text(value: object) -> str:
    return value[:_MOST_NAME] if isinstance(value, str) else ""
