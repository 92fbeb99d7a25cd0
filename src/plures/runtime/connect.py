"""The words of the Connect protocol: headers, error bodies, envelopes. Source: connectrpc.com/docs/protocol."""

import base64
import struct
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from plures.contract import ContractError, Malformed, OperationDescription, as_list, as_object
from plures.errors import CallError, Outcome, Status

from .transport import Outgoing

UNARY_TYPE: Final = "application/json"
STREAM_TYPE: Final = "application/connect+json"
TIMEOUT_HEADER: Final = "connect-timeout-ms"
VERSION_HEADER: Final = "connect-protocol-version"
HOPS_HEADER: Final = "plures-hops"
OUTCOME_HEADER: Final = "plures-outcome"
NOT_SENT: Final = (OUTCOME_HEADER.encode(), Outcome.NOT_SENT.value.encode())
"""The header of an answer to a request that certainly did not start."""
MAX_TIMEOUT_MS: Final = 9_999_999_999
"""The protocol allows ten digits."""

_MIN_TIMEOUT_S: Final = 0.001

END_FLAG: Final = 2
COMPRESSED_FLAG: Final = 1
PREFIX: Final = struct.Struct(">BI")

HTTP_STATUS: Final[Mapping[Status, int]] = {
    Status.CANCELED: 499, Status.UNKNOWN: 500, Status.INVALID_ARGUMENT: 400, Status.DEADLINE_EXCEEDED: 504,
    Status.NOT_FOUND: 404, Status.ALREADY_EXISTS: 409, Status.PERMISSION_DENIED: 403, Status.RESOURCE_EXHAUSTED: 429,
    Status.FAILED_PRECONDITION: 400, Status.ABORTED: 409, Status.OUT_OF_RANGE: 400, Status.UNIMPLEMENTED: 501,
    Status.INTERNAL: 500, Status.UNAVAILABLE: 503, Status.DATA_LOSS: 500, Status.UNAUTHENTICATED: 401,
}  # fmt: skip

_STATUS_OF_HTTP: Final[Mapping[int, Status]] = {
    400: Status.INTERNAL, 401: Status.UNAUTHENTICATED, 403: Status.PERMISSION_DENIED, 404: Status.UNIMPLEMENTED,
    429: Status.UNAVAILABLE, 502: Status.UNAVAILABLE, 503: Status.UNAVAILABLE, 504: Status.UNAVAILABLE,
}  # fmt: skip
_STATUSES: Final[Mapping[str, Status]] = {status.value: status for status in Status}
# What gateways and routers answer in place of the operation. The codes of the protocol say less: an operation that ran may
# pass on that another one refused it, or raise a declared error that an older caller does not know.
_NEVER_STARTED: Final = frozenset({401, 403, 404})


class Answer(msgspec.Struct, frozen=True):
    """A finished unary answer: HTTP status, JSON body, and whether the operation certainly did not start."""

    http_status: int
    body: bytes
    not_sent: bool = False


def error_body(error: Exception, operation: OperationDescription) -> bytes:
    """The JSON object of an error that `runtime.failures` let through.

    Raises:
        Malformed: A field of a declared error is not of its declared type.
    """
    if isinstance(error, CallError):
        return msgspec.json.encode({"code": error.status.value, "message": error.why})
    declared = next(d for d in operation.errors if type(error) is d.python)
    fields = msgspec.Raw(declared.codec.encode_checked(declared.codec.message.python(**_fields(error))))
    # Peers with generated code would read `value`; its field numbers do not exist before the contract is locked.
    detail = {"type": declared.name, "value": "", "debug": fields}
    message = error.what if isinstance(error, ContractError) else ""
    return msgspec.json.encode({"code": declared.python.status.value, "message": message, "details": [detail]})


def status_of(error: Exception) -> Status:
    """The Connect code of an error that `runtime.failures` let through."""
    return error.status if isinstance(error, CallError | ContractError) else Status.UNKNOWN


def error_from(
    data: object, operation: OperationDescription, *, http_status: int = 200, outcome: str | None = None
) -> Exception:
    """The error that a peer answered with; `data` is its parsed JSON, or None where it sent none."""
    body = as_object(data) or {}
    status = _STATUSES.get(str(body.get("code")), _STATUS_OF_HTTP.get(http_status, Status.UNKNOWN))
    declared = _declared(body.get("details"), operation)
    if declared is not None:
        return declared
    was_routed = "code" in body
    never_started = outcome == Outcome.NOT_SENT.value or (http_status in _NEVER_STARTED and not was_routed)
    why = body.get("message")
    why = why if isinstance(why, str) and why else f"the peer answered HTTP {http_status}"
    return CallError.of(
        status, operation.full_name, why, outcome=Outcome.NOT_SENT if never_started else Outcome.MAY_HAVE_RUN
    )


def envelope(body: bytes, flags: int = 0) -> bytes:
    """One message of a stream."""
    return PREFIX.pack(flags, len(body)) + body


def decode_query_message(message: str, *, is_base64: bool) -> bytes:
    """The `message` parameter of a GET request; raises `ValueError` where it is not base64 although it says so."""
    if not is_base64:
        return message.encode()
    standard = message.replace("-", "+").replace("_", "/").rstrip("=")
    return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)


def timeout_ms(seconds: float) -> int:
    """What the timeout header says; at least one millisecond, since zero would mean that nothing was asked."""
    return min(MAX_TIMEOUT_MS, int(seconds * 1000)) if seconds > _MIN_TIMEOUT_S else 1


def header_lines(outgoing: Outgoing) -> str:
    """The headers of a request, each ended, but for what HTTP itself wants."""
    return (
        f"content-type: {STREAM_TYPE if outgoing.streams else UNARY_TYPE}\r\n{VERSION_HEADER}: 1\r\n"
        f"{TIMEOUT_HEADER}: {outgoing.timeout_ms}\r\n{HOPS_HEADER}: {outgoing.hops}\r\n"
    )


def parse_json(body: bytes) -> object:
    """The JSON of a body, or None where it is none."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _declared(details: object, operation: OperationDescription) -> ContractError | None:
    for detail in map(as_object, as_list(details) or []):
        for declared in operation.errors:
            if detail is not None and detail.get("type") == declared.name:
                return _rebuild(declared.python, declared.codec, detail.get("debug") or {})
    return None


def _rebuild(python: type[ContractError], codec: Any, fields: Any) -> ContractError | None:
    try:
        message = codec.from_data(fields)
    except Malformed:
        return None  # A peer with another idea of the error: its code and text still arrive.
    return python(**{field.name: getattr(message, field.name) for field in codec.message.fields})


def _fields(error: Exception) -> dict[str, Any]:
    return error.fields if isinstance(error, ContractError) else {}
