"""The words of the Connect protocol: names and values of headers, flags, envelopes. Source: connectrpc.com/docs/protocol."""

import re
import struct
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from plures.contract import Criticality
from plures.errors import Outcome, Status
from plures.runtime.transport import Outgoing
from plures.telemetry import TRACEPARENT

UNARY_TYPE: Final = "application/json"
STREAM_TYPE: Final = "application/connect+json"
LOCK_HEADER: Final = "plures-lock"
"""The mark of the lock by whose numbers a caller of our own make writes: only a callee with the same one reads that."""
TIMEOUT_HEADER: Final = "connect-timeout-ms"
VERSION_HEADER: Final = "connect-protocol-version"
HOPS_HEADER: Final = "plures-hops"
CRITICALITY_HEADER: Final = "plures-criticality"
REQUEST_ID_HEADER: Final = "x-request-id"
CONTEXT_HEADER: Final = "plures-context"
OUTCOME_HEADER: Final = "plures-outcome"
NOT_SENT: Final = Outcome.NOT_SENT.value
"""The value of the outcome header where the operation certainly did not start; there is no other value."""

KIND: Final = "kind"
"""The key in the body of an error for our own code of it, where the code of the protocol stands for several."""

RETRY_AFTER: Final = "retryAfterS"
"""The key in the body of an error for the seconds after which another try is worth it."""

# A plain number: to compare with a member of an enumeration takes longer, and each call does it.
OK: Final = HTTPStatus.OK.value

END_FLAG: Final = 2
COMPRESSED_FLAG: Final = 1
PREFIX: Final = struct.Struct(">BI")
"""What precedes each message of a stream: one byte of flags, four bytes of length."""

HTTP_STATUS: Final[Mapping[Status, int]] = {
    Status.CANCELED: 499, Status.UNKNOWN: 500, Status.INVALID_ARGUMENT: 400, Status.DEADLINE_EXCEEDED: 504,
    Status.NOT_FOUND: 404, Status.ALREADY_EXISTS: 409, Status.PERMISSION_DENIED: 403, Status.RESOURCE_EXHAUSTED: 429,
    Status.FAILED_PRECONDITION: 400, Status.ABORTED: 409, Status.OUT_OF_RANGE: 400, Status.UNIMPLEMENTED: 501,
    Status.INTERNAL: 500, Status.UNAVAILABLE: 503, Status.DATA_LOSS: 500, Status.UNAUTHENTICATED: 401,
}  # fmt: skip
"""The HTTP status that goes with each code of an error."""

_CRITICALITY: Final = {each: f"{CRITICALITY_HEADER}: {each.value}\r\n" for each in Criticality}
_CRITICALITIES: Final = {each.value.encode(): each for each in Criticality}

# Visible characters of ASCII.
_IS_SANE: Final = re.compile(rb"[!-~]{1,128}").fullmatch
_MIN_TIMEOUT_S: Final = 0.001
# The protocol allows ten digits.
_MAX_TIMEOUT_MS: Final = 9_999_999_999


def envelope(message: bytes, flags: int = 0) -> bytes:
    """One message of a stream."""
    return PREFIX.pack(flags, len(message)) + message


def timeout_ms(seconds: float) -> int:
    """The value of the timeout header, at least 1: a timeout of zero is over before the call starts; 0 for more than it can say."""
    if seconds <= _MIN_TIMEOUT_S:
        return 1
    milliseconds = seconds * 1000
    return int(milliseconds) if milliseconds <= _MAX_TIMEOUT_MS else 0


def header_lines(outgoing: Outgoing) -> str:
    """The headers of a request except those of HTTP itself, each with its line end."""
    request_id = f"{REQUEST_ID_HEADER}: {outgoing.request_id}\r\n" if outgoing.request_id else ""
    context = f"{CONTEXT_HEADER}: {outgoing.context}\r\n" if outgoing.context else ""
    timeout = f"{TIMEOUT_HEADER}: {outgoing.timeout_ms}\r\n" if outgoing.timeout_ms else ""
    own = "".join([f"{name}: {text}\r\n" for name, text in outgoing.headers]) if outgoing.headers else ""
    traced = _traced_lines(outgoing) if outgoing.traceparent else ""
    mark = f"{LOCK_HEADER}: {outgoing.mark}\r\n" if outgoing.mark and not outgoing.query else ""
    packing = _packing_lines(outgoing) if outgoing.accepts else ""
    what = (
        ""
        if outgoing.query
        else f"content-type: application/{'connect+' if outgoing.streams else ''}{outgoing.form}\r\n{VERSION_HEADER}: 1\r\n"
    )
    criticality = "" if outgoing.criticality is Criticality.NORMAL else _CRITICALITY[outgoing.criticality]
    return (
        f"{what}{timeout}{HOPS_HEADER}: {outgoing.hops}\r\n"
        f"{request_id}{traced}{criticality}{context}{mark}{packing}{own}"
    )


def _traced_lines(outgoing: Outgoing) -> str:
    line = f"{TRACEPARENT}: {outgoing.traceparent}\r\n"
    return "".join([line, *(f"{name}: {text}\r\n" for name, text in outgoing.traced)]) if outgoing.traced else line


def _packing_lines(outgoing: Outgoing) -> str:
    connect = "connect-" if outgoing.streams else ""
    packed = f"{connect}content-encoding: {outgoing.packed}\r\n" if outgoing.packed and not outgoing.query else ""
    return f"{packed}{connect}accept-encoding: {outgoing.accepts}\r\n"


def sane_request_id(value: bytes) -> str:
    """The id of a request as a peer said it; empty where it is too long, or holds what must not come into a log."""
    return value.decode("ascii") if _IS_SANE(value) else ""


def criticality_of(value: bytes) -> Criticality:
    """How much a call matters, as a peer said it; what is none of our words is normal."""
    return _CRITICALITIES.get(value, Criticality.NORMAL)
