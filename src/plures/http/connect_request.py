"""What a Connect request over HTTP says: the context of its call, and its message, checked and unpacked.

A refusal with a status or headers of HTTP is a `Misfit`; every other one is a `CallError`. All of them were *not sent*.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs

from plures.contract import OperationDescription, decode_base64
from plures.errors import CallError, InvalidRequest, LimitExceeded, Outcome, Status, Unimplemented
from plures.runtime import MAX_BODY_BYTES, CallContext, Dispatcher, accept, connect

from .compression import GZIP, PLAIN, NotGzip, UnpacksTooLarge, gunzip
from .connect_response import STREAM_TYPE, failed, refused
from .exchange import Request, Response

_UNARY_TYPE: Final = connect.UNARY_TYPE.encode()
_TIMEOUT: Final = connect.TIMEOUT_HEADER.encode()
_VERSION: Final = connect.VERSION_HEADER.encode()
_HOPS: Final = connect.HOPS_HEADER.encode()
_CRITICALITY: Final = connect.CRITICALITY_HEADER.encode()
_REQUEST_ID: Final = connect.REQUEST_ID_HEADER.encode()
_REQUEST_CONTEXT: Final = connect.CONTEXT_HEADER.encode()
_UNARY_ENCODING: Final = b"content-encoding"
_STREAM_ENCODING: Final = b"connect-content-encoding"
_ACCEPTS: Final = (b"accept-encoding", GZIP)
_ACCEPTS_STREAMS: Final = (b"connect-accept-encoding", GZIP)
_SHOWN: Final = 100
_TOO_LARGE: Final = f"the request is over the limit of {MAX_BODY_BYTES:,} bytes"


class Misfit(Exception):
    """The request has a method, a type, a codec or a compression that the operation does not have."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def read_call(operation: OperationDescription, request: Request, dispatcher: Dispatcher) -> tuple[CallContext, bytes]:
    """The context of a call, and the JSON of its message; raises `Misfit` or `CallError`."""
    if request.method == "POST":
        _check_type(operation, request)
        return _context(operation, request.headers, dispatcher), _posted_message(operation, request)
    if request.method == "GET" and _takes_get(operation):
        return _context(operation, request.headers, dispatcher), _queried_message(operation, request)
    allowed = b"GET, POST" if _takes_get(operation) else b"POST"
    why = f"{operation.full_name} is called with {allowed.decode()}, not {request.method}"
    raise Misfit(refused(HTTPStatus.METHOD_NOT_ALLOWED, why, ((b"allow", allowed),)))


def _takes_get(operation: OperationDescription) -> bool:
    return operation.declaration.is_query and not operation.streams


def _check_type(operation: OperationDescription, request: Request) -> None:
    expected = STREAM_TYPE if operation.streams else _UNARY_TYPE
    sent = request.headers.get(b"content-type", b"")
    if sent != expected and sent.partition(b";")[0].strip().lower() != expected:
        why = (
            f"{operation.full_name} takes the content type {expected.decode()}, not {sent[:_SHOWN].decode('latin-1')!r}"
        )
        raise Misfit(refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, why, ((b"accept-post", expected),)))


def _context(operation: OperationDescription, headers: Mapping[bytes, bytes], dispatcher: Dispatcher) -> CallContext:
    timeout, hops = headers.get(_TIMEOUT), headers.get(_HOPS, b"1")
    if timeout is not None and not (timeout.isdigit() and len(timeout) <= 10):  # noqa: PLR2004 - the protocol's limit
        raise _invalid(operation, "Connect-Timeout-Ms is not a number of up to ten digits")
    if not (hops.isdigit() and len(hops) <= 4):  # noqa: PLR2004 - far beyond the limit of hops
        raise _invalid(operation, "Plures-Hops is not a small number")
    if headers.get(_VERSION, b"1") != b"1":
        raise _invalid(operation, 'Connect-Protocol-Version is not "1"')
    # An id that is not fit for a log is none: the request is made to be answered, not to be named.
    request_id = connect.sane_request_id(headers.get(_REQUEST_ID, b""))
    criticality = connect.criticality_of(headers.get(_CRITICALITY, b"normal"))
    remaining_s = None if timeout is None else int(timeout) / 1000
    context = accept(operation, remaining_s, int(hops), request_id, criticality)
    sealed = headers.get(_REQUEST_CONTEXT)
    if sealed is not None:
        dispatcher.believe(operation, context, sealed)
    return context


def _posted_message(operation: OperationDescription, request: Request) -> bytes:
    body = request.body
    if request.is_too_large:
        raise LimitExceeded(operation.full_name, _TOO_LARGE, outcome=Outcome.NOT_SENT)
    if not operation.streams:
        return _unpacked(operation, body, request.headers.get(_UNARY_ENCODING, PLAIN))
    return _enveloped_message(operation, body, request.headers)


def _enveloped_message(operation: OperationDescription, body: bytes, headers: Mapping[bytes, bytes]) -> bytes:
    if headers.get(_UNARY_ENCODING, PLAIN).lower() != PLAIN:
        raise _unknown_compression(operation, "Content-Encoding is not for streams; Connect-Content-Encoding is")
    encoding = _known(operation, headers.get(_STREAM_ENCODING, PLAIN))
    prefix = connect.PREFIX
    if not body:
        raise Unimplemented(operation.full_name, "the request has no message", outcome=Outcome.NOT_SENT)
    flags, length = prefix.unpack_from(body) if len(body) >= prefix.size else (0, len(body))
    end = prefix.size + length
    if end > len(body) or flags & ~connect.COMPRESSED_FLAG:
        raise _invalid(operation, "the request is not one whole message in an envelope")
    if end < len(body):
        why = "more follows after the one message of the request"
        raise Unimplemented(operation.full_name, why, outcome=Outcome.NOT_SENT)
    if flags and encoding == PLAIN:
        why = "the message says that it is compressed, and the request does not say how"
        raise CallError.of(Status.INTERNAL, operation.full_name, why, outcome=Outcome.NOT_SENT)
    return _unpacked(operation, body[prefix.size :], encoding if flags else PLAIN)


def _queried_message(operation: OperationDescription, request: Request) -> bytes:
    query = {
        name: values[-1]
        for name, values in parse_qs(request.query.decode("ascii", "replace"), keep_blank_values=True).items()
    }
    if query.get("encoding") != "json":
        why = f"{operation.full_name} takes encoding=json, not {query.get('encoding', '')[:_SHOWN]!r}"
        raise Misfit(refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, why))
    if query.get("connect", "v1") != "v1":
        raise _invalid(operation, 'the connect parameter is not "v1"')
    text = query.get("message", "")
    try:
        message = decode_base64(text) if query.get("base64") == "1" else text.encode()
    except ValueError:
        raise _invalid(operation, "the message parameter is not base64") from None
    return _unpacked(operation, message, query.get("compression", PLAIN.decode()).encode())


def _unpacked(operation: OperationDescription, body: bytes, encoding: bytes) -> bytes:
    if encoding == PLAIN or _known(operation, encoding) == PLAIN:
        return body
    try:
        return gunzip(body, MAX_BODY_BYTES)
    except NotGzip:
        raise _invalid(operation, "the request says that it is gzip, and is not") from None
    except UnpacksTooLarge:
        raise LimitExceeded(operation.full_name, _TOO_LARGE, outcome=Outcome.NOT_SENT) from None


def _known(operation: OperationDescription, encoding: bytes) -> bytes:
    """The name of a compression in lower case; raises `Misfit` where it is not one that is read here."""
    name = encoding.lower() or PLAIN
    if name not in {PLAIN, GZIP}:
        raise _unknown_compression(
            operation, f"the compression {encoding[:_SHOWN].decode('latin-1')!r} is not supported, only gzip is"
        )
    return name


def _unknown_compression(operation: OperationDescription, why: str) -> Misfit:
    # The protocol asks for what would be read instead.
    accepted = _ACCEPTS_STREAMS if operation.streams else _ACCEPTS
    error = Unimplemented(operation.full_name, why, outcome=Outcome.NOT_SENT)
    return Misfit(failed(operation, error, (accepted,)))


def _invalid(operation: OperationDescription, why: str) -> InvalidRequest:
    return InvalidRequest(operation.full_name, why, outcome=Outcome.NOT_SENT)
