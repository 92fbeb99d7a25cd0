"""What a call knows about the request it is part of: its id, how long it may take, and how many calls led to it."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import Context, ContextVar, copy_context
from math import inf
from time import monotonic
from types import FrameType
from typing import Final

from msgspec import Struct

from plures.contract import Criticality, OperationDescription, Pairs
from plures.logs import InCall
from plures.telemetry import Trace, new_trace_id

from .acting import Acting, ContextKind, check, in_block


class Said(Struct):
    """The headers of one call, on the side of the callee.

    Attributes:
        sent: Those of the request, as they arrived.
        headers: Those of the answer, so far.
        is_begun: Whether the answer has begun, so that its headers are out.
    """

    sent: Pairs = ()
    headers: Pairs = ()
    trailers: Pairs = ()
    is_begun: bool = False


class CallContext(Struct, eq=False):
    """A call in progress. A `Struct`, since each call makes one and structs are made in C.

    Attributes:
        deadline: When it must have ended, in `time.monotonic()` seconds.
        hops: Calls between the root request and this one, this one included.
        is_inherited: Whether the deadline is that of the caller, rather than the operation's own.
        root: The call that began the request in this process, where it is another one.
        operation: What is called; None for a root request.
        criticality: How much it matters: what the request says, or else the operation.
        trace: What is noted of the request here; None where nothing is noted yet.
        span: The number of the call in it.
        parent_span: That of the call in progress when it was made.
        began: In `time.monotonic()` seconds.
        code: How it ended: empty where it did not fail, else the code of the protocol, or the name of a declared error.
        id: Of the request, in the root; empty until it is asked for.
        task: The task that makes the call, which its deadline may have to cancel; None for a root request.
        cancelling: Requests to cancel that task that were there before the call.
        expired: Whether the deadline has passed and the task was cancelled for it.
        has_called: Whether it has called a command of others: then something has left it that cannot be taken back.
        acting: On whose behalf the request is made, in the root; None where nothing has said so.
        said: Its headers, where its operation declares some; None of all others.
    """

    deadline: float
    hops: int
    is_inherited: bool = False
    root: "CallContext | None" = None
    operation: OperationDescription | None = None
    criticality: Criticality = Criticality.NORMAL
    trace: Trace | None = None
    span: int = 0
    parent_span: int = 0
    began: float = 0.0
    code: str = ""
    id: str = ""
    task: "asyncio.Task[object] | None" = None
    cancelling: int = 0
    expired: bool = False
    has_called: bool = False
    acting: Acting | None = None
    said: Said | None = None

    @property
    def request_id(self) -> str:
        """The id of the request. It is made when it is asked for: most calls in process never do."""
        root = self.root or self
        if not root.id:
            root.id = new_request_id() if root.trace is None else root.trace.id
        return root.id

    @contextmanager
    def resumed(self) -> Generator[None]:
        """Be the running call once more, for what is said of it after it has ended."""
        token = current.set(self)
        try:
            yield
        finally:
            current.reset(token)

    def expire(self) -> None:
        """Cancel the task, on behalf of the deadline."""
        self.expired = True
        if self.task is not None:
            self.task.cancel()

    def is_over(self) -> bool:
        """Whether the deadline has passed, by the clock: work that never waits gives no turn to the timer.

        Takes back our own cancellation.
        """
        if self.deadline > monotonic():
            return False
        self.absorb()
        return True

    def absorb(self) -> bool:
        """Take back our own cancellation; tells whether it was the only one."""
        return self.expired and self.task is not None and self.task.uncancel() <= self.cancelling

    def is_asked_to_end(self) -> bool:
        """Whether the task was asked to end. Where it was not, a `CancelledError` is the work's own, as any error is."""
        return self.task is not None and self.task.cancelling() > 0


class EdgeContext(CallContext):
    """A request to the edge.

    Attributes:
        kind: Of the request context that the application has declared.
    """

    kind: ContextKind | None = None


current: Final[ContextVar[CallContext | None]] = ContextVar("plures_call", default=None)
"""The call that the running code is part of."""


def acting_now() -> Acting | None:
    """On whose behalf the running code works; None where nothing has said so."""
    said = in_block.get()
    if said is not None:
        return said
    call = current.get()
    return None if call is None else (call.root or call).acting


def acting_text(kind: ContextKind | None) -> str:
    """The same as JSON, to be kept; empty where there is none. Raises `ContextMismatch`.

    Args:
        kind: That of the application; None where it declares none, or is not known: then nothing is checked.
    """
    acting = acting_now()
    if acting is None:
        return ""
    if kind is not None:
        check(acting, kind)
    return acting.text


def without_deadline() -> Context:
    """A copy of the current context for work that outlives its call: no deadline is in force, and the hops still count."""
    context, call = copy_context(), current.get()
    if call is not None:
        root = call.root or call
        after = CallContext(inf, call.hops, False, root, call.operation, call.criticality, call.trace, call.span)
        context.run(current.set, after)
    return context


def new_request_id() -> str:
    """32 hexadecimal digits, the form of a trace id of W3C's trace context."""
    return new_trace_id()


def request_id() -> str | None:
    """The id of the request that the running code works for, the same in every process that it comes through.

    It is what the client of the edge said in `X-Request-Id`, or made by Plures; None outside of any request.
    """
    call = current.get()
    return None if call is None else call.request_id


def time_left_s() -> float | None:
    """How long the running call may still take, in seconds; None outside of any call."""
    call = current.get()
    return None if call is None else max(0.0, call.deadline - monotonic())


def call_in_progress() -> InCall:
    """What a line of the log says of the running call."""
    call = current.get()
    if call is None:
        return InCall()
    capability = None if call.operation is None else call.operation.capability
    trace = call.trace
    if trace is None:
        return InCall(call.request_id, capability)
    return InCall(call.request_id, capability, trace.id, f"{trace.span_id(call.span):016x}")


def call_of(frame: FrameType | None) -> CallContext | None:
    """The innermost call that the code of a thread works for, seen from another thread.

    Code that runs a call has it in a local variable named `context`.
    """
    while frame is not None:
        if frame.f_globals.get("__name__", "").startswith("plures."):
            context = frame.f_locals.get("context")
            if isinstance(context, CallContext):
                return context
        frame = frame.f_back
    return None
