"""What every call is subject to at the least: a deadline, a number of hops, a criticality."""

from time import monotonic
from typing import Final

from plures.contract import Criticality, OperationDescription
from plures.errors import DeadlineExceeded, LimitExceeded, Outcome
from plures.runtime.context import CallContext
from plures.telemetry import Trace

MAX_HOPS: Final = 16


def admit(operation: OperationDescription, parent: CallContext | None) -> CallContext:
    """The context of a new call, made within `parent`.

    Raises:
        DeadlineExceeded: The time of the caller is over; nothing was sent.
        LimitExceeded: The request came through too many hops; nothing was sent.
    """
    now = monotonic()
    declared = operation.declaration
    deadline = now + declared.deadline_s
    if parent is None:
        return CallContext(deadline, 1, operation=operation, criticality=declared.criticality, began=now)
    if not declared.is_query:
        parent.has_called = True
    is_inherited = False
    if parent.deadline < deadline:
        if parent.deadline <= now:
            raise out_of_time(operation, Outcome.NOT_SENT, is_inherited=True)
        deadline = parent.deadline
        is_inherited = True
    if parent.hops >= MAX_HOPS:
        raise too_many_hops(operation)
    criticality = declared.criticality
    if criticality is not parent.criticality:
        criticality = criticality.within(parent.criticality)
    root, trace = parent.root or parent, parent.trace
    span = 0 if trace is None else trace.next_span()
    # By position: a keyword costs half of a context more.
    return CallContext(
        deadline, parent.hops + 1, is_inherited, root, operation, criticality, trace, span, parent.span, now
    )


def accept(
    operation: OperationDescription,
    remaining_s: float | None,
    hops: int,
    request_id: str = "",
    criticality: Criticality = Criticality.NORMAL,
    *,
    trace: Trace | None = None,
) -> CallContext:
    """The context of a call that arrived over the wire.

    Args:
        remaining_s: The time that the caller still has, in seconds; None when it did not say.
        hops: Calls between the root request and this one, this one included.
        request_id: The id of the request; empty where the caller did not say.
        criticality: That of the call, as its caller said.
        trace: What its caller said of its trace; None where it did not.

    Raises:
        DeadlineExceeded: The time of the caller is over; the operation did not start.
        LimitExceeded: The request came through too many hops; the operation did not start.
    """
    declared_s = operation.declaration.deadline_s
    if remaining_s is None or remaining_s > declared_s:
        remaining_s = declared_s
    if remaining_s <= 0:
        raise out_of_time(operation, Outcome.NOT_SENT, is_inherited=False)
    if hops > MAX_HOPS:
        raise too_many_hops(operation)
    criticality = operation.declaration.criticality.within(criticality)
    now, span = monotonic(), 0
    if trace is not None:
        span = trace.closes = trace.next_span()
    return CallContext(
        now + remaining_s,
        hops,
        operation=operation,
        criticality=criticality,
        trace=trace,
        span=span,
        began=now,
        id=request_id,
    )


def out_of_time(operation: OperationDescription, outcome: Outcome, *, is_inherited: bool) -> DeadlineExceeded:
    """The failure of a call whose deadline passed."""
    why = f"its deadline passed {'before it could start' if outcome is Outcome.NOT_SENT else 'while it ran'}"
    return DeadlineExceeded(operation.full_name, why, outcome=outcome, is_inherited=is_inherited)


def too_many_hops(operation: OperationDescription) -> LimitExceeded:
    """The failure of a call that came through too many others."""
    return LimitExceeded(operation.full_name, f"more than {MAX_HOPS} calls are nested", outcome=Outcome.NOT_SENT)
