"""Spans of work that is no call: what is published, what is delivered, the run of a saga and its steps."""

from collections.abc import Generator
from contextlib import contextmanager
from math import inf
from time import monotonic

import msgspec

from plures.runtime.context import CallContext, current
from plures.telemetry import BAGGAGE, Meter, trace_id_of

from .measured import code_of


class Span:
    """What is said of one beside its time.

    Attributes:
        id: What it has wherever it is met; 0 for an id of its own.
        said: Attributes.
    """

    __slots__ = ("id", "said")

    def __init__(self, id: int, said: dict[str, object]) -> None:  # noqa: A002
        self.id = id
        self.said = said


def within(parent: CallContext | None) -> CallContext:
    """The context of work within a call: all that is in force for that is in force for it."""
    now = monotonic()
    if parent is None:
        return CallContext(inf, 0, began=now)
    trace = parent.trace
    span = 0 if trace is None else trace.next_span()
    root, is_inherited = parent.root or parent, parent.is_inherited
    return CallContext(
        parent.deadline,
        parent.hops,
        is_inherited,
        root,
        parent.operation,
        parent.criticality,
        trace,
        span,
        parent.span,
        now,
    )


@contextmanager
def measured(meter: Meter, context: CallContext, *, id: int = 0, **said: object) -> Generator[Span]:  # noqa: A002
    """Measure work as a span.

    Args:
        context: Of the work; its `code` says how it ended, if it did not raise.
        id: What the span has wherever it is met; 0 for an id of its own.
        said: Attributes.
    """
    meter.begin(context)
    with _ending(meter, context, Span(id, said)) as span:
        yield span


def request_of(kept: str) -> str:
    """The id of a request, from what `kept_request` gave."""
    return kept.partition(" ")[0]


@contextmanager
def resumed(meter: Meter, context: CallContext, kept: str, above: int, **said: object) -> Generator[Span]:
    """Measure work that goes on as a part of the request that asked for it, perhaps in another process.

    Args:
        kept: As `kept_request` gave it.
        above: The id of the span in which it was asked for.
    """
    context.id, trace, baggage = [*kept.split(" ", 2), "", ""][:3]
    context.began = monotonic()
    meter.resume(context, trace or trace_id_of(context.id), above)
    if baggage and context.trace is not None:
        context.trace.beside = ((BAGGAGE, baggage),)
    with _ending(meter, context, Span(0, said)) as span:
        yield span


@contextmanager
def step(meter: Meter) -> Generator[None]:
    """Measure what the running call does from here on, and what it calls meanwhile as a part of that."""
    parent = current.get()
    context = within(parent)
    with measured(meter, context):
        token = current.set(context)
        try:
            yield
        finally:
            current.reset(token)
            if parent is not None:
                parent.has_called |= context.has_called


def kept_request() -> str:
    """What work that goes on later keeps of the running request: its id; and, each after a blank, the id of its trace and its baggage,
    where there is any, or where the trace is another one.

    Empty outside of any request.
    """
    call = current.get()
    if call is None:
        return ""
    trace = call.trace or (call.root or call).trace
    request = call.request_id
    if trace is None:
        return request
    beside = trace.beside if trace.bridged is None else trace.bridged.beside(trace.beside)
    baggage = dict(beside).get(BAGGAGE, "")
    if baggage:
        return f"{request} {trace.id} {baggage}"
    return request if trace.id == trace_id_of(request) else f"{request} {trace.id}"


@contextmanager
def _ending(meter: Meter, context: CallContext, span: Span) -> Generator[Span]:
    try:
        yield span
    except BaseException as error:
        context.code = context.code or code_of(error)
        raise
    finally:
        meter.end(context, (msgspec.json.encode(span.said).decode() if span.said else "", span.id))
