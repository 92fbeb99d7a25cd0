"""Spans of user code are nested in those of calls, and those in spans of user code, in process and over the wire."""

import asyncio
from collections.abc import AsyncIterator
from math import inf
from typing import Any, Protocol

import msgspec
import pytest
from opentelemetry import baggage, context, trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased
from opentelemetry.trace import StatusCode

from plures import ContractError, command, contract, query
from plures.contract import read_contract
from plures.errors import CallError
from plures.otel import OtelBridge
from plures.otel.noting import Noting
from plures.runtime import CallContext, current
from plures.telemetry import Noted, Rate, SpanKind, Telemetry, Trace
from tests.unit.runtime.tracing.bound import Bound


class Empty(ContractError, status="failed_precondition"):
    """Nothing is left."""


@contract("otel.shelf.v1", owner="tests")
class Shelf(Protocol):
    @query(deadline_s=30)
    async def count(self, depth: int) -> int: ...
    @command(deadline_s=30, errors=[Empty])
    async def take(self, what: str) -> str: ...
    @query(deadline_s=30)
    def each(self, up_to: int) -> AsyncIterator[int]: ...


class ShelfService:
    """Its own spans are of the tracer that it is given."""

    def __init__(self, tracer: trace.Tracer) -> None:
        self.tracer = tracer
        self.count_again: Any = None

    async def count(self, depth: int) -> int:
        with self.tracer.start_as_current_span(f"looking {depth}"):
            await asyncio.sleep(0)
            return depth if depth == 0 else await self.count_again(depth - 1)

    async def take(self, what: str) -> str:
        with self.tracer.start_as_current_span("taking"):
            if what == "nothing":
                raise Empty
            if what == "broken":
                raise ValueError(what)
            if what == "odd":
                with self.tracer.start_as_current_span("odd \udcff") as span:
                    span.set_attributes({"a": "\udcff", "k\udcff": 1 << 70, "long": "y" * 300_000})
                    span.add_event("e\udcff", {"z": "\udcff"})
            if what == "baggage":
                said = str(baggage.get_baggage("shop"))
                token = context.attach(baggage.set_baggage("shop", "other"))
                try:
                    return f"{said} {await self.count_again(what)}" if self.count_again else said
                finally:
                    context.detach(token)
        return what

    async def each(self, up_to: int) -> AsyncIterator[int]:
        for number in range(up_to):
            with self.tracer.start_as_current_span(f"item {number}"):
                await asyncio.sleep(0)
            yield number


OPERATIONS = read_contract(Shelf)[0].operations
SERVICES = {f"otel.shelf.v1/{each.capability}/{each.wire_name}": "otel.shelf.v1.Shelf" for each in OPERATIONS.values()}


class Bridged:
    """Operations called in one way, with a bridge to a provider of user code."""

    def __init__(self, *, is_local: bool, rate: Rate, provider: TracerProvider | None = None) -> None:
        self.sent = InMemorySpanExporter()
        provider = provider or TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self.sent))
        provider.add_span_processor(Noting())
        self.tracer = provider.get_tracer("of user code")
        self.telemetry = Telemetry(rate)
        self.bridge = OtelBridge(provider.get_tracer("plures"), SERVICES, "web")
        self.telemetry.recorder.bridge = self.bridge
        self.service = ShelfService(self.tracer)
        bound = Bound(OPERATIONS, self.service, self.telemetry, is_local=is_local)
        self.count, self.take, self.each = bound("count"), bound("take"), bound("each")
        self.service.count_again = self.count
        self.notes: list[Noted] = []

    def spans(self) -> list[ReadableSpan]:
        """All that has left, what is made when lines are written included; in the order in which they began."""
        parts = self.telemetry.recorder.take()
        self.notes += [note for part in parts for note in part.notes]
        self.bridge.write(parts)
        return sorted(self.sent.get_finished_spans(), key=lambda span: span.start_time or 0)

    def tree(self) -> list[str]:
        """Each span below the one that it is nested in, by two blanks."""
        spans = self.spans()
        by_id = {span.context.span_id: span for span in spans}
        assert len(by_id) == len(spans), "a span has left twice"

        def depth(span: ReadableSpan) -> int:
            above = None if span.parent is None else by_id.get(span.parent.span_id)
            return 0 if above is None else 1 + depth(above)

        return [f"{'  ' * depth(span)}{span.kind.name.lower()} {span.name}" for span in spans]


COUNT, TAKE, EACH = (f"otel.shelf.v1.Shelf/{name}" for name in ("Count", "Take", "Each"))
KEPT, UNKEPT = Rate(1, 1000), Rate(0)


@pytest.fixture(params=[True, False], ids=["local", "remote"])
def is_local(request: Any) -> bool:
    return bool(request.param)


async def test_spans_nest(is_local: bool) -> None:
    shop = Bridged(is_local=is_local, rate=KEPT)
    with shop.tracer.start_as_current_span("visit"):
        assert await shop.count(1) == 0
    if is_local:
        expected = [
            "internal visit", f"  internal {COUNT}", "    internal looking 1", f"      internal {COUNT}", "        internal looking 0",
        ]  # fmt: skip
    else:
        expected = [
            "internal visit", f"  client {COUNT}", f"    server {COUNT}", "      internal looking 1",
            f"        client {COUNT}", f"          server {COUNT}", "            internal looking 0",
        ]  # fmt: skip
    assert shop.tree() == expected
    assert len({span.context.trace_id for span in shop.spans()}) == 1


async def test_the_store_knows_the_same_parents(is_local: bool) -> None:
    shop = Bridged(is_local=is_local, rate=KEPT)
    await shop.count(1)
    spans = {span.name: span.context.span_id for span in shop.spans()}
    inner = [note for note in shop.notes if note.parent and note.subject.kind is not SpanKind.SERVER]
    assert [note.above for note in inner] == [spans["looking 1"]]


async def test_spans_of_user_code_are_noted_once(is_local: bool) -> None:
    shop = Bridged(is_local=is_local, rate=KEPT)
    with pytest.raises(CallError):
        await shop.take("broken")
    [span] = [span for span in shop.spans() if span.name == "taking"]
    [note] = [note for note in shop.notes if note.subject.name == "taking"]
    assert span.parent is not None
    assert (note.id, note.above) == (span.context.span_id, span.parent.span_id)
    assert note.subject.capability == "shelf"
    assert note.code == "unknown"
    [event] = msgspec.json.decode(note.attributes)["events"]
    assert event["exception.type"] == "ValueError"
    [call] = [note for note in shop.notes if note.subject.kind in (SpanKind.SERVER, SpanKind.INTERNAL) and not note.id]
    assert call.began <= note.began + 0.001
    assert note.ended <= call.ended + 0.001


async def test_what_cannot_be_written_fails_no_call(is_local: bool) -> None:
    """A lone surrogate, a number beyond 64 bits, more text than a row has room for."""
    shop = Bridged(is_local=is_local, rate=KEPT)
    assert await shop.take("odd") == "odd"
    shop.spans()
    [note] = [note for note in shop.notes if note.subject.name == "odd \udcff"]
    said = msgspec.json.decode(note.attributes)
    assert (said["a"], said[r"k\udcff"], said["events"][0]["z"]) == (r"\udcff", str(1 << 70), r"\udcff")
    assert said["long"] == "y" * 2_000 + "…"


async def test_what_is_not_kept_makes_no_trace_of_its_own(is_local: bool) -> None:
    shop = Bridged(is_local=is_local, rate=UNKEPT)
    await shop.count(2)
    assert [number async for number in shop.each(2)] == [0, 1]
    assert shop.tree() == []
    assert not trace.get_current_span().get_span_context().is_valid


@pytest.mark.parametrize("rate", [KEPT, UNKEPT], ids=["kept", "not kept"])
async def test_work_that_an_event_began_stays_in_its_trace(is_local: bool, rate: Rate) -> None:
    """What begins it is told of by its line alone, and user code may have left a span of another trace behind."""
    shop = Bridged(is_local=is_local, rate=rate)
    given = Trace("ab" * 16, 77, "drawn" if rate is KEPT else "")
    with shop.tracer.start_as_current_span("left behind"):
        shop.bridge.open(given)
        assert (given.id, given.above) == ("ab" * 16, 77)
        token = current.set(CallContext(inf, 0, trace=given, span=given.next_span()))
        try:
            await shop.count(0)
        finally:
            current.reset(token)
    shop.tree()
    left = [span for span in shop.sent.get_finished_spans() if span.name == "looking 0"]
    assert [f"{span.context.trace_id:032x}" for span in left] == (["ab" * 16] if rate is KEPT else [])


async def test_what_is_kept_late_leaves_too(is_local: bool) -> None:
    shop = Bridged(is_local=is_local, rate=UNKEPT)
    with pytest.raises(CallError):
        await shop.take("broken")
    assert shop.tree() == ([f"internal {TAKE}"] if is_local else [f"client {TAKE}", f"  server {TAKE}"])
    for span in shop.spans():
        assert span.status.status_code is StatusCode.ERROR
        assert span.attributes is not None
        assert span.attributes["rpc.connect_rpc.error_code"] == "internal"
        assert 0 <= (span.end_time or 0) - (span.start_time or 0) < 60e9


async def test_what_spans_say(is_local: bool) -> None:
    shop = Bridged(is_local=is_local, rate=KEPT)
    with pytest.raises(Empty):
        await shop.take("nothing")
    ours = [span for span in shop.spans() if span.name == TAKE]
    for span in ours:
        assert dict(span.attributes or {}) == {
            "plures.capability": "shelf",
            "plures.caller": "caller",
            "plures.placement": "local" if is_local else "remote",
            "plures.process": "web",
            "plures.error": "Empty",
            "rpc.system": "connect_rpc",
            "rpc.service": "otel.shelf.v1.Shelf",
            "rpc.method": "Take",
        }
        assert span.status.status_code is StatusCode.UNSET


async def test_streams(is_local: bool) -> None:
    shop = Bridged(is_local=is_local, rate=KEPT)
    async for number in shop.each(2):
        # What consumes a stream is not within it.
        assert not trace.get_current_span().get_span_context().is_valid, number
    top = [f"internal {EACH}"] if is_local else [f"client {EACH}", f"  server {EACH}"]
    below = "  " * len(top)
    assert shop.tree() == [*top, f"{below}internal item 0", f"{below}internal item 1"]


async def test_a_stream_that_is_left_by_another_task(is_local: bool, caplog: pytest.LogCaptureFixture) -> None:
    shop = Bridged(is_local=is_local, rate=KEPT)
    stream = shop.each(3)
    assert await anext(stream) == 0
    await asyncio.create_task(stream.aclose())
    assert "detach" not in caplog.text
    assert f"internal {EACH}" in shop.tree() or f"client {EACH}" in shop.tree()


async def test_sampling_of_user_code_is_followed(is_local: bool) -> None:
    """A request that user code has decided not to sample leaves nothing, unless it fails."""
    provider = TracerProvider(sampler=ParentBased(ALWAYS_OFF), shutdown_on_exit=False)
    shop = Bridged(is_local=is_local, rate=KEPT, provider=provider)
    with shop.tracer.start_as_current_span("visit"):
        await shop.count(1)
    assert shop.tree() == []


async def test_baggage(is_local: bool) -> None:
    shop = Bridged(is_local=is_local, rate=KEPT)
    other = Bridged(is_local=is_local, rate=KEPT)
    shop.service.count_again = other.take
    token = context.attach(baggage.set_baggage("shop", "corner"))
    try:
        # `take` calls the other one with "baggage" again, which calls none.
        other.service.count_again = None
        assert await shop.take("baggage") == "corner other"
    finally:
        context.detach(token)


async def test_cancelled_and_concurrent_calls_leave_no_span_behind(is_local: bool) -> None:
    shop = Bridged(is_local=is_local, rate=KEPT)
    tasks = [asyncio.create_task(shop.count(3)) for _ in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    roots = [line for line in shop.tree() if not line.startswith(" ")]
    assert len(roots) == len(tasks)
    assert not trace.get_current_span().get_span_context().is_valid
