"""One trace over calls by reference, through the codec, and to what runs elsewhere."""

import asyncio
from collections.abc import AsyncIterator
from math import inf
from typing import Any, Protocol

import pytest

from plures import ContractError, command, contract, query
from plures.contract import read_contract
from plures.runtime import (
    CallContext,
    accept,
    current,
    kept_request,
    request_of,
    resumed,
    told_of,
    trace_from,
)
from plures.telemetry import Noted, Part, Rate, SpanKind, Subject, Telemetry, Trace, parent_of, trace_id_of

from .bound import Bound

ID = "4bf92f3577b34da6a3ce929d0e0e4736"


class Empty(ContractError, status="failed_precondition"):
    """Nothing is left."""


@contract("trace.shelf.v1", owner="tests")
class Shelf(Protocol):
    @query(deadline_s=30)
    async def count(self, depth: int) -> int: ...
    @command(deadline_s=30, errors=[Empty])
    async def take(self, what: str) -> int: ...
    @query(deadline_s=30)
    def each(self, up_to: int) -> AsyncIterator[int]: ...


class ShelfService:
    count_again: Any = None

    async def count(self, depth: int) -> int:
        return depth if depth == 0 else await self.count_again(depth - 1)

    async def take(self, what: str) -> int:
        if what == "nothing":
            raise Empty
        if what == "hangs":
            await asyncio.sleep(60)
        raise ValueError(what)

    async def each(self, up_to: int) -> AsyncIterator[int]:
        for number in range(up_to):
            yield number


OPERATIONS = read_contract(Shelf)[0].operations


class Traced:
    """Operations called in one way, and what was noted of them."""

    def __init__(self, *, is_local: bool) -> None:
        self.telemetry = Telemetry(Rate(0))
        self.service = ShelfService()
        bound = Bound(OPERATIONS, self.service, self.telemetry, is_local=is_local, caller="tests")
        self.deadlines = bound.deadlines
        self.count, self.take, self.each = bound("count"), bound("take"), bound("each")
        self.service.count_again = self.count

    def parts(self) -> list[Part]:
        return self.telemetry.recorder.take([ID])


@pytest.fixture(params=["local", "remote"])
def traced(request: pytest.FixtureRequest) -> Any:
    made = Traced(is_local=request.param == "local")
    yield made
    made.deadlines.close()


def begin() -> None:
    current.set(CallContext(asyncio.get_running_loop().time() + 60, 0, id=ID))


def ids(parts: list[Part]) -> dict[int, tuple[int, Noted]]:
    """The id of each span → that of its parent, and the span."""
    found: dict[int, tuple[int, Noted]] = {}
    for part in parts:
        for each in part.notes:
            above = part.trace.span_id(each.parent) if each.parent else part.trace.above
            found[part.trace.span_id(each.span)] = above, each
    return found


async def test_calls_within_calls_are_one_tree(traced: Traced) -> None:
    begin()
    assert await traced.count(2) == 0
    parts = traced.parts()
    spans = ids(parts)
    assert {part.trace.id for part in parts} == {ID}
    assert len([above for above, _ in spans.values() if not above]) == 1
    assert all(above in spans for above, _ in spans.values() if above)
    kinds = sorted(each.subject.kind for _, each in spans.values())
    assert kinds in (["internal"] * 3, ["client"] * 3 + ["server"] * 3)
    assert {each.subject.name for _, each in spans.values()} == {"shelf/Count"}
    for above, each in spans.values():
        if above:
            outer = spans[above][1]
            assert outer.began <= each.began <= each.ended <= outer.ended


@pytest.mark.parametrize(("what", "code", "kept"), [("nothing", "Empty", ""), ("wrong", "internal", "failed")])
async def test_how_it_ended(traced: Traced, what: str, code: str, kept: str) -> None:
    begin()
    with pytest.raises(Exception, match=r"Nothing is left|failed inside"):
        await traced.take(what)
    parts = traced.parts()
    assert {each.code for part in parts for each in part.notes} == {code}
    assert {part.trace.kept_for for part in parts} == {kept or "elsewhere"}


async def test_one_that_is_given_up(traced: Traced) -> None:
    begin()
    task = asyncio.create_task(traced.take("hangs"))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert {each.code for part in traced.parts() for each in part.notes} == {"canceled"}


async def test_a_stream_is_one_span(traced: Traced) -> None:
    begin()
    assert [item async for item in traced.each(3)] == [0, 1, 2]
    noted = [each for part in traced.parts() for each in part.notes]
    assert [each.code for each in noted] == [""] * len(noted)
    assert len(noted) in {1, 2}


async def test_a_stream_that_nobody_reads_to_its_end(traced: Traced) -> None:
    begin()
    items = traced.each(3)
    assert await anext(items) == 0
    await items.aclose()
    assert {each.code for part in traced.parts() for each in part.notes} <= {""}


async def test_calls_side_by_side_have_one_parent(traced: Traced) -> None:
    begin()
    await asyncio.gather(*(traced.count(0) for _ in range(10)))
    assert all(not above or above in ids(parts) for parts in [traced.parts()] for above, _ in ids(parts).values())


async def test_what_came_with_a_request_goes_on_with_its_calls() -> None:
    headers = {
        b"traceparent": f"00-{ID}-00f067aa0ba902b7-01".encode(),
        b"tracestate": b"congo=t61rcWkgMzE",
        b"baggage": b"user=anna",
    }
    trace = trace_from(headers.get)
    context = accept(OPERATIONS["count"], 1.0, 1, trace=trace)
    said, beside = told_of(context)
    parent, told = parent_of(said.encode()), dict(beside)
    assert parent is not None
    assert (parent.trace, parent.is_drawn) == (ID, True)
    assert parent.span != 0x00F067AA0BA902B7
    assert (told["tracestate"], told["baggage"]) == ("congo=t61rcWkgMzE", "user=anna")
    # The id of a request that was given none is that of its trace.
    assert context.request_id == ID


@pytest.mark.parametrize("said", [b"user=\xffna", b"a=b\r\nevil: 1", b"x" * 9000, b"", b"a=\x00"])
async def test_baggage_that_could_not_be_written_is_dropped(said: bytes) -> None:
    headers = {b"traceparent": f"00-{ID}-00f067aa0ba902b7-00".encode(), b"baggage": said}
    context = accept(OPERATIONS["count"], 1.0, 1, trace=trace_from(headers.get))
    assert told_of(context)[1] == ()


async def test_a_request_with_an_id_of_another_form_is_one_trace_all_the_same() -> None:
    traced = Traced(is_local=False)
    traced.telemetry.recorder.take()
    current.set(CallContext(asyncio.get_running_loop().time() + 60, 0, id="order 17"))
    with pytest.raises(Exception, match="failed inside"):
        await traced.take("wrong")
    assert len({part.trace.id for part in traced.parts()}) == 1
    traced.deadlines.close()


@pytest.mark.parametrize("baggage", ["", "shop=corner, who=%C3%84nna;level=2"])
@pytest.mark.parametrize("request_id", [ID, "of a client"])
def test_work_that_goes_on_later_has_the_trace_and_the_baggage_of_its_request(baggage: str, request_id: str) -> None:
    """As what an event or a saga leads to, which is kept in a table meanwhile."""
    request_id = request_id.replace(" ", "-")
    trace = Trace(
        trace_id_of(request_id), beside=(("tracestate", "a=b"), *((("baggage", baggage),) if baggage else ()))
    )
    token = current.set(CallContext(inf, 0, id=request_id, trace=trace))
    try:
        kept = kept_request()
    finally:
        current.reset(token)
    assert (request_of(kept), kept == request_id) == (request_id, not baggage)
    meter = Telemetry(Rate(0)).meter(Subject(SpanKind.CONSUMER, "shop.orders.Placed"))
    context = CallContext(inf, 0)
    with resumed(meter, context, kept, 7):
        assert context.request_id == request_id
        told, beside = told_of(context)
    assert told.startswith(f"00-{trace.id}-")
    assert beside == ((("baggage", baggage),) if baggage else ())


async def test_messages_over_the_wire_are_counted_in_bytes_on_both_sides() -> None:
    remote, local = Traced(is_local=False), Traced(is_local=True)
    for each in (remote, local):
        assert await each.count(2) == 0
    counted = [meter for meter in remote.telemetry.meters if meter.begun]
    moved = {meter.subject.kind.value: (meter.sent_bytes, meter.received_bytes) for meter in counted}
    # Three requests, of which each asks for the next.
    sent, received = moved["client"]
    assert sent == 3 * len('{"depth":2}')
    assert moved["server"] == (received, sent)
    assert received > 0
    assert all(not meter.sent_bytes and not meter.received_bytes for meter in local.telemetry.meters)
