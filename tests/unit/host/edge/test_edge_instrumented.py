"""An edge that instrumentation of OpenTelemetry wraps, as that for ASGI, Starlette and FastAPI does: no second root, the right parents."""

import asyncio
from typing import Any

import pytest
from opentelemetry import context, propagate, trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from plures.otel import OtelBridge
from plures.otel.noting import Noting
from plures.telemetry import Rate

from .test_edge_traces import ALL, NONE, TRACE, Seen, star


class Instrumented:
    """What such packages do: a request is part of the current span, or else of the one that its headers name."""

    def __init__(self, app: Any, tracer: trace.Tracer) -> None:
        self._app, self._tracer = app, tracer

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        token, kind = None, SpanKind.INTERNAL
        if trace.get_current_span() is trace.INVALID_SPAN:
            headers = {name.decode(): value.decode() for name, value in scope["headers"]}
            token, kind = context.attach(propagate.extract(headers)), SpanKind.SERVER

        async def sends(event: Any) -> None:
            with self._tracer.start_as_current_span("http send", kind=SpanKind.INTERNAL):
                await send(event)

        try:
            with self._tracer.start_as_current_span(f"{scope['method']} {scope['path']}", kind=kind):
                await self._app(scope, receive, sends)
        finally:
            if token is not None:
                context.detach(token)


@pytest.mark.parametrize("rate", [ALL, NONE], ids=["kept", "not kept"])
async def test_spans_of_instrumentation_are_nested(rate: Rate) -> None:
    sent, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(sent))
    provider.add_span_processor(Noting())
    seen = Seen(Instrumented(star(), provider.get_tracer("instrumentation")), rate)
    bridge = seen.telemetry.recorder.bridge = OtelBridge(provider.get_tracer("plures"), {}, "web")

    async def visits() -> None:
        # Each in a task of its own, as servers have it.
        await asyncio.create_task(seen.get("/"))
        await asyncio.create_task(seen.get("/product/1", traceparent=f"00-{TRACE}-00f067aa0ba902b7-01"))

    await visits()
    parts = seen.parts()
    bridge.write(parts)
    spans = sent.get_finished_spans()
    if rate is NONE:
        assert spans == ()
        return
    roots = {span.context.span_id: span for span in spans if span.kind is SpanKind.SERVER}
    assert [span.name for span in roots.values()] == ["GET /", "GET /product/{id}"]
    assert {span.context.trace_id for span in spans} == {span.context.trace_id for span in roots.values()}
    told = [span for span in spans if span.name in ("GET /", "GET /product/1") and span.kind is SpanKind.INTERNAL]
    assert [span.parent.span_id for span in told if span.parent] == [*roots]
    [_, named] = roots.values()
    assert (f"{named.context.trace_id:032x}", named.parent and named.parent.span_id) == (TRACE, 0x00F067AA0BA902B7)
    # The store has them with the same parents.
    ids = {note.id: note.above for part in parts for note in part.notes if note.id}
    assert ids == {
        span.context.span_id: span.parent.span_id for span in spans if span.parent and span.context.span_id not in roots
    }
