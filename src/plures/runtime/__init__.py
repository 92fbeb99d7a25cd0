"""Layer 4: the call path. It knows no HTTP library and no socket; `plures.http` connects it to both.

How a call travels
------------------
A service holds a `client` for each contract it names: an object with a coroutine function for each operation. Each call
first passes `policy.admit`, which makes its `context`: a deadline, that of the operation or that of the call in progress,
whichever is earlier; and a number of hops, one more than that of the call in progress. A call whose time is over, or of
more than 16 hops, fails here. While the call runs, `deadlines` watches it, and cancels the work when the deadline passes.
Work that blocks the event loop cannot be cancelled. It fails when it ends, since its time is over then.

**In process** (`local`), the service's method is awaited with the arguments as they are, and its answer is returned as it
is, once its shape was checked (`values`), as it is everywhere: the type of the answer and those of its parts. In development mode, and in checked tests, `loopback` takes such a call through the codec and the dispatcher.
A service on the application's own tables is called in the thread of its caller where neither waits (`near`).

**Over the wire** (`remote`), the call is a POST of JSON by the Connect protocol (`connect`).

    POST /shop.pricing.v1.Pricing/Quote HTTP/1.1
    host: 127.0.0.1:8001
    content-type: application/json                  application/connect+json where the operation streams
    connect-protocol-version: 1
    connect-timeout-ms: 300                         the time that remains, so that clocks need not agree
    plures-hops: 2                                  calls since the root request, this one included
    x-request-id: 4f1c9a0be2d84b6f8a3c5d7e9f012345   names the request in each line of the log
    traceparent: 00-4f1c9a0be2d84b6f8a3c5d7e9f012345-e25b64e30628c2f1-01    the trace, the span of the caller, whether it is kept
    plures-criticality: critical                    only where the call is more, or less, than normal
    plures-context: v1.3f9c….1764230405.eyJ1c2…      only where the edge has said on whose behalf: signed, for this request
    content-length: 32

    {"productId":"tea","quantity":2}                one field for each parameter

    HTTP/1.1 200 OK                                 or the HTTP status that goes with the code of the error
    date: Fri, 27 Nov 2026 08:00:00 GMT
    content-type: application/json
    plures-outcome: not sent                        only with errors, where the operation certainly did not start
    content-length: 14

    {"value":2360}                                  or {"code":"not_found","message":"...","declared":{...}}

A unary query may be a GET as well, and is one where its contract lets caches keep the answer: the message is in the URL then,
`?connect=v1&encoding=json&message=...`. The bodies of a streaming operation consist of envelopes: one in the request, and in
the answer, whose status is 200, one for each item and one for the end.

    byte 0       flags: 1 where the message is compressed (in requests of others), 2 where it is the end, else 0
    bytes 1-4    the length of the message, the highest byte first
    bytes 5-     the message; the end is {}, or {"error":{...},"metadata":{"plures-outcome":["not sent"]}}

The caller sends a request to one of the `replicas`: of two drawn at random, the one that is likely to answer sooner. Where
that one cannot be reached, or refuses the call as unavailable and *not sent*, the caller tries the others, each once; where
all refuse, it tries again after a pause. Where a connection breaks, a query or an idempotent command goes to another replica.
`tries` decides that for each call, within the budget of its client. A connection of earlier requests that breaks before any
byte of the answer was most likely closed by the peer: such a call is sent once more at once, on a fresh connection. Replicas
that fail again and again, or hang, are left out. [ADR 27](../../../docs/adr/0027-resilience.md) has the figures.

At the callee, `plures.http` finds the operation by the path, and `policy.accept` makes the context from the two headers.
`dispatch` passes the gate of the capability (`admission`), decodes the message, calls the service and encodes the answer. Both sides enforce the deadline and the hops.

**When the operation fails**, `failures` decides what the caller learns, in every placement alike: a declared error as
itself, the passed deadline of the call as `DeadlineExceeded`, the `Unavailable` of an inner call as `Unavailable`, every
other error as `Internal`, without its text. The callee logs the errors that it does not pass on. A `CallError` has an
outcome: *not sent* where the operation certainly did not start, else *may have run*, as after a broken connection.

**When the caller gives up**, or its deadline passes, its connection closes, and the callee's work is cancelled.

**When a replica stops**, it accepts no more connections, and its answers say `connection: close`. Then its dispatcher
refuses calls as *not sent*, and waits, for the grace period at most, until those in flight have ended.
"""

from . import connect
from .acting import (
    Acting,
    ContextKind,
    ContextMismatch,
    ContextMissing,
    ContextNotWritable,
    ContextOutsideRequest,
    ContextTooLarge,
    ContextTorn,
    Seal,
    new_key,
)
from .admission import Capacity, Gate, Hold
from .beside import HeadersRefused, HeardHeaders, hear_headers, tell_headers, tell_trailers
from .blocking import (
    BlockingOnLoop,
    ContractUnknown,
    Hosting,
    NoApplication,
    NoPlace,
    NotAnOperation,
    NotDeclared,
    Portal,
    SeveralApplications,
    Threads,
    ambient_client,
    awaitable,
    begin_hosting,
    blocking,
    calling,
    end_hosting,
    from_anywhere,
    hosting,
    is_blocking,
    operation_of,
    owner_now,
    run_blocking,
    runs_in_thread,
    spelled,
    threaded,
    tidily,
    working_for,
)
from .client import Bind, Client, bind
from .context import (
    CallContext,
    EdgeContext,
    Said,
    acting_now,
    acting_text,
    call_in_progress,
    call_of,
    current,
    new_request_id,
    request_id,
    time_left_s,
    without_deadline,
)
from .deadlines import Deadlines
from .dispatch import Dispatcher
from .failures import Refusal, bad_request
from .local import by_reference
from .loopback import URL as LOOPBACK_URL
from .loopback import Loopback
from .near import bring_near
from .observed import (
    LOCAL,
    REMOTE,
    MeterFor,
    Span,
    code_of,
    kept_request,
    measured,
    request_of,
    resumed,
    services_of,
    step,
    subject_of,
    told_of,
    trace_from,
    unread,
    within,
)
from .policy import MAX_BODY_BYTES, MAX_HOPS, Policy, accept, policy_of, request_too_large, too_large
from .remote import RemoteCaller
from .replicas import Directory, Endpoint, Endpoints, Heartbeats
from .request_context import acting_for, request_context, set_request_context
from .transport import Broken, NotSent, Outgoing, Reply, Stale, TooLarge, Transport, Untrusted, WatchedTransport
from .tries import Tries
from .values import answer_shape, refuse_misfit

__all__ = [
    "LOCAL",
    "LOOPBACK_URL",
    "MAX_BODY_BYTES",
    "MAX_HOPS",
    "REMOTE",
    "Acting",
    "Bind",
    "BlockingOnLoop",
    "Broken",
    "CallContext",
    "Capacity",
    "Client",
    "ContextKind",
    "ContextMismatch",
    "ContextMissing",
    "ContextNotWritable",
    "ContextOutsideRequest",
    "ContextTooLarge",
    "ContextTorn",
    "ContractUnknown",
    "Deadlines",
    "Directory",
    "Dispatcher",
    "EdgeContext",
    "Endpoint",
    "Endpoints",
    "Gate",
    "HeadersRefused",
    "HeardHeaders",
    "Heartbeats",
    "Hold",
    "Hosting",
    "Loopback",
    "MeterFor",
    "NoApplication",
    "NoPlace",
    "NotAnOperation",
    "NotDeclared",
    "NotSent",
    "Outgoing",
    "Policy",
    "Portal",
    "Refusal",
    "RemoteCaller",
    "Reply",
    "Said",
    "Seal",
    "SeveralApplications",
    "Span",
    "Stale",
    "Threads",
    "TooLarge",
    "Transport",
    "Tries",
    "Untrusted",
    "WatchedTransport",
    "accept",
    "acting_for",
    "acting_now",
    "acting_text",
    "ambient_client",
    "answer_shape",
    "awaitable",
    "bad_request",
    "begin_hosting",
    "bind",
    "blocking",
    "bring_near",
    "by_reference",
    "call_in_progress",
    "call_of",
    "calling",
    "code_of",
    "connect",
    "current",
    "end_hosting",
    "from_anywhere",
    "hear_headers",
    "hosting",
    "is_blocking",
    "kept_request",
    "measured",
    "new_key",
    "new_request_id",
    "operation_of",
    "owner_now",
    "policy_of",
    "refuse_misfit",
    "request_context",
    "request_id",
    "request_of",
    "request_too_large",
    "resumed",
    "run_blocking",
    "runs_in_thread",
    "services_of",
    "set_request_context",
    "spelled",
    "step",
    "subject_of",
    "tell_headers",
    "tell_trailers",
    "threaded",
    "tidily",
    "time_left_s",
    "told_of",
    "too_large",
    "trace_from",
    "unread",
    "within",
    "without_deadline",
    "working_for",
]
