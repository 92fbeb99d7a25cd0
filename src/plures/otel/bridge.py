"""Makes spans of the SDK of calls: as they begin where the trace is kept then, else when they are written."""

import logging
from collections.abc import Iterable, Mapping
from time import monotonic, time
from typing import Any, Final

import msgspec
from opentelemetry.context import Context, attach, detach, get_current
from opentelemetry.trace import (
    NonRecordingSpan,
    Tracer,
    get_current_span,
    set_span_in_context,
)

from plures.runtime import CallContext
from plures.telemetry import Noted, Part, SpanKind, Subject, Trace

from .bridged import BridgedTrace, Open
from .ids import GivenIds
from .naming import Name, ended_as, name_of

_LOG: Final = logging.getLogger("plures.telemetry")
_NS: Final = 1_000_000_000


class OtelBridge:
    """Is told of each call.

    Args:
        tracer: Ours, of any provider; where it is one of the SDK, its spans get the ids that we have for them.
        services: Contract and operation, as in `shop.search.v1/search/Find` → service, as in `shop.search.v1.Search`.
        process: The name of this process, for its spans.
    """

    def __init__(self, tracer: Tracer, services: Mapping[str, str], process: str) -> None:
        self._tracer: Any = tracer
        self._ids = GivenIds()
        if hasattr(self._tracer, "id_generator"):
            self._tracer.id_generator = self._ids
        self._services, self._process = services, process
        self._names: dict[Subject, Name] = {}
        self._is_broken = False

    def open(self, trace: Trace) -> None:
        """A trace begins here. Where user code is within a span, it is part of that one's trace, and its sampler has decided."""
        here = get_current_span().get_span_context()
        if here.is_valid and not trace.above:
            trace.given, trace.above = f"{here.trace_id:032x}", here.span_id
            trace.kept_for = "drawn" if here.trace_flags.sampled else ""

    def enter(self, call: CallContext) -> None:
        """A request to the edge begins, in a context of its own, which ends with it."""
        trace = call.trace
        if trace is not None and trace.bridged is None:
            bridged = trace.bridged = BridgedTrace(trace)
            told = bridged.context_of(trace, trace.span_id(call.span), is_remote=False, is_sampled=bridged.is_sampled)
            attach(bridged.with_baggage(trace, set_span_in_context(NonRecordingSpan(told), Context())))

    def begin(self, subject: Subject, call: CallContext) -> None:
        """A call begins, in the context of who makes it. Samplers and processors of user code run in here: no call fails for them."""
        try:
            self._begin(subject, call)
        except Exception:  # noqa: BLE001 - what user code may raise here is no fault of the call
            self._say_broken()

    def end(self, call: CallContext) -> int:
        """It has ended, where it began; the id of a span of user code between it and its parent, or 0."""
        try:
            return self._end(call)
        except Exception:  # noqa: BLE001 - what user code may raise here is no fault of the call
            self._say_broken()
            return 0

    def withdraw(self, call: CallContext) -> None:
        """A call that has begun is made another way: its span is never ended, so that it does not leave."""
        bridged = None if call.trace is None else call.trace.bridged
        known = bridged.open.pop(call.span, None) if isinstance(bridged, BridgedTrace) else None
        if known is not None and known.token is not None:
            detach(known.token)

    def _say_broken(self) -> None:
        if not self._is_broken:
            self._is_broken = True
            _LOG.exception("A span of OpenTelemetry could not be made; this is said once, and the call goes on")

    def _begin(self, subject: Subject, call: CallContext) -> None:
        trace = call.trace
        if trace is None or not subject.placement:
            # Other spans than those of calls are made of their lines.
            return
        bridged = trace.bridged
        if bridged is None:
            bridged = trace.bridged = BridgedTrace(trace)
        elif not isinstance(bridged, BridgedTrace):
            return
        is_first = not call.parent_span
        if not bridged.is_sampled:
            if subject.kind is not SpanKind.CLIENT and (is_first or not bridged.is_current()):
                self._hide(bridged, subject, trace, call)
            return
        parent = trace.above if is_first else trace.span_id(call.parent_span)
        if subject.kind is SpanKind.SERVER:
            # Its parent is elsewhere, whatever is current here.
            within, above = bridged.below(trace, parent, Context()), 0
        else:
            within, above = bridged.within(trace, parent)
        if subject.kind is SpanKind.CLIENT:
            # No user code runs in it.
            bridged.open[call.span] = Open(None, None, None, above)
            return
        name = self._name_of(subject)
        self._ids.give(bridged.id, trace.span_id(call.span))
        span = self._tracer.start_span(name.name, within, name.kind, name.attributes)
        bridged.is_refused = bridged.is_refused or not span.is_recording()
        inner = set_span_in_context(span, within)
        if is_first:
            inner = bridged.with_baggage(trace, inner)
        bridged.open[call.span] = Open(span, inner, None if _streams(call) else attach(inner), above)

    def _end(self, call: CallContext) -> int:
        bridged = None if call.trace is None else call.trace.bridged
        if not isinstance(bridged, BridgedTrace):
            return 0
        known = bridged.open.pop(call.span, None)
        if known is None:
            return 0
        if known.token is not None:
            detach(known.token)
        if known.span is not None:
            bridged.made.add(call.span)
            if call.code:
                _say_code(known.span, call.code)
            known.span.end()
        return known.above

    def write(self, parts: Iterable[Part]) -> None:
        """Make the spans of traces that are kept, as far as they were not made before. Any thread may call it."""
        offset_s = time() - monotonic()
        for trace, notes in parts:
            bridged = trace.bridged if isinstance(trace.bridged, BridgedTrace) else BridgedTrace(trace)
            for note in notes:
                if note.span in bridged.made:
                    bridged.made.discard(note.span)
                elif not bridged.is_refused:
                    try:
                        self._make(bridged, trace, note, offset_s)
                    except Exception:  # noqa: BLE001 - what user code may raise here is no fault of the call
                        self._say_broken()

    def _make(self, bridged: BridgedTrace, trace: Trace, note: Noted, offset_s: float) -> None:
        parent = note.above or (trace.span_id(note.parent) if note.parent else trace.above)
        within = Context()
        if parent:
            told = bridged.context_of(trace, parent, is_remote=not note.parent, is_sampled=True)
            within = set_span_in_context(NonRecordingSpan(told), within)
        name = self._name_of(note.subject)
        self._ids.give(bridged.id, note.id or trace.span_id(note.span))
        began_ns, ended_ns = int((note.began + offset_s) * _NS), int((note.ended + offset_s) * _NS)
        span = self._tracer.start_span(name.name, within, name.kind, name.attributes, start_time=began_ns)
        if note.attributes:
            span.set_attributes(msgspec.json.decode(note.attributes))
        _say_code(span, note.code)
        span.end(ended_ns)

    def _hide(self, bridged: BridgedTrace, subject: Subject, trace: Trace, call: CallContext) -> None:
        """Let what user code makes in a call be dropped by samplers that follow their parent."""
        within = Context() if subject.kind is SpanKind.SERVER else get_current()
        here = get_current_span(within).get_span_context()
        if not here.is_valid or here.trace_id != bridged.id:
            within = bridged.below(trace, trace.span_id(call.span), within)
        within = bridged.with_baggage(trace, within)
        bridged.open[call.span] = Open(None, within, None if _streams(call) else attach(within), 0)

    def _name_of(self, subject: Subject) -> Name:
        known = self._names.get(subject)
        if known is None:
            made = name_of(subject, self._services)
            process = {"plures.process": self._process} if self._process else {}
            known = self._names[subject] = made._replace(attributes={**made.attributes, **process})
        return known


def _streams(call: CallContext) -> bool:
    """Whether a call ends in another context, maybe, than it began in: each of its steps is given its own."""
    return call.operation is not None and call.operation.streams


def _say_code(span: Any, code: str) -> None:
    attributes, status = ended_as(code)
    if attributes:
        span.set_attributes(attributes)
    if status is not None:
        span.set_status(status)
