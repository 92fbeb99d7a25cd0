"""What a caller writes: the request, how long it waits, what the call is part of, on whose behalf it is made."""

from collections.abc import Callable
from time import monotonic
from typing import Any

from plures.contract import Malformed, OperationDescription, TooDeep
from plures.runtime.acting import Seal
from plures.runtime.context import CallContext, acting_now
from plures.runtime.failures import bad_request
from plures.runtime.observed import told_of
from plures.runtime.policy import check_request
from plures.runtime.transport import Outgoing

from .forms import JSON, Form, MessageCodec
from .words import envelope, timeout_ms


def request_builder(operation: OperationDescription) -> Callable[..., Any]:
    """What makes the request of an operation from the arguments of a call."""
    return operation.request.message.python if operation.is_positional else operation.request_of


def outgoing_of(
    operation: OperationDescription,
    context: CallContext,
    request: Any,
    encode: Callable[[MessageCodec, Any], bytes],
    seal: Seal | None,
    *,
    form: Form = JSON,
    is_ours: bool = False,
) -> Outgoing:
    """A call as it is sent; raises `CallError` where its request breaks the contract.

    Args:
        seal: Signs on whose behalf it is made; None where that is not said.
        is_ours: Whether the callee knows the id of the request by its trace.
    """
    try:
        body = encode(form.request(operation), request)
    except (Malformed, TooDeep) as error:
        if form is not JSON:
            # What only JSON can say goes as JSON.
            return outgoing_of(operation, context, request, encode, seal, is_ours=is_ours)
        raise bad_request(error, operation) from None
    check_request(operation, body)
    if operation.streams:
        body = envelope(body)
    remaining_s = context.deadline - monotonic()
    request_id, acting = context.request_id, acting_now()
    parent, beside = told_of(context)
    sealed = "" if acting is None or seal is None else seal.header(acting, request_id, remaining_s)
    # What is sealed is bound to the id, which those of an earlier version look for in its own header.
    is_known = is_ours and not sealed and context.trace is not None and context.trace.given == request_id
    return Outgoing(
        operation.path,
        timeout_ms(remaining_s),
        context.hops,
        body,
        operation.streams,
        request_id="" if is_known else request_id,
        criticality=context.criticality,
        is_repeatable=operation.declaration.idempotent,
        context=sealed,
        form=form.name,
        traceparent=parent,
        traced=beside,
        mark="" if form.binary is None else form.binary.mark,
        max_answer_bytes=operation.declaration.max_response_bytes,
    )
