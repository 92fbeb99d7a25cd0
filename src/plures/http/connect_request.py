"""What a Connect request over HTTP says: the context of its call, and its message, checked and unpacked.

A refusal with a status or headers of HTTP is a `Misfit`; every other one is a `CallError`. All of them were *not sent*.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final, NamedTuple
from urllib.parse import parse_qs

from plures.contract import OperationDescription, decode_base64
from plures.errors import CallError, InvalidRequest, Outcome, Status, Unimplemented
from plures.runtime import CallContext, Dispatcher, accept, connect, request_too_large, trace_from

from .connect_response import STREAM_TYPE, Headers, failed, refused
from .exchange import Request, Response

_UNARY_TYPE: Final = connect.UNARY_TYPE.encode()
_BINARY_TYPE: Final = f"application/{connect.PROTO}".encode()
_BINARY_STREAM_TYPE: Final = f"application/connect+{connect.PROTO}".encode()
_LOCK: Final = connect.LOCK_HEADER.encode()
_TIMEOUT: Final = connect.TIMEOUT_HEADER.encode()
_VERSION: Final = connect.VERSION_HEADER.encode()
_HOPS: Final = connect.HOPS_HEADER.encode()
_CRITICALITY: Final = connect.CRITICALITY_HEADER.encode()
_REQUEST_ID: Final = connect.REQUEST_ID_HEADER.encode()
_REQUEST_CONTEXT: Final = connect.CONTEXT_HEADER.encode()
_UNARY_ENCODING: Final = b"content-encoding"
_STREAM_ENCODING: Final = b"connect-content-encoding"
_PLAIN: Final = connect.PLAIN.encode()
_ACCEPTED: Final = ", ".join(connect.KNOWN)
_ACCEPTS: Final = (b"accept-encoding", _ACCEPTED.encode())
_ACCEPTS_STREAMS: Final = (b"connect-accept-encoding", _ACCEPTED.encode())
_SHOWN: Final = 100


class Misfit(Exception):
    """The request has a method, a type, a codec or a compression that the operation does not have."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


class Call(NamedTuple):
    """What a request asks for."""

    context: CallContext
    message: bytes
    form: connect.Form


def read_call(operation: OperationDescription, request: Request, dispatcher: Dispatcher) -> Call:
    """The context of a call, its message, and in which form that is; raises `Misfit` or `CallError`."""
    if request.method == "POST":
        form = _form(operation, request, dispatcher)
        return Call(_context(operation, request.headers, dispatcher), _posted_message(operation, request), form)
    if request.method == "GET" and _takes_get(operation):
        query = _query(request)
        form = _queried_form(operation, query, dispatcher)
        return Call(_context(operation, request.headers, dispatcher), _queried_message(operation, query), form)
    allowed = b"GET, POST" if _takes_get(operation) else b"POST"
    why = f"{operation.full_name} is called with {allowed.decode()}, not {request.method}"
    raise Misfit(refused(HTTPStatus.METHOD_NOT_ALLOWED, why, ((b"allow", allowed),)))


def _takes_get(operation: OperationDescription) -> bool:
    return operation.declaration.is_query and not operation.streams


def _form(operation: OperationDescription, request: Request, dispatcher: Dispatcher) -> connect.Form:
    """The form that the content type says."""
    expected = STREAM_TYPE if operation.streams else _UNARY_TYPE
    sent = request.headers.get(b"content-type", b"")
    if sent == expected:
        return connect.JSON
    plain = sent.partition(b";")[0].strip().lower()
    if plain == expected:
        return connect.JSON
    if plain == (_BINARY_STREAM_TYPE if operation.streams else _BINARY_TYPE):
        headers = ((b"accept-post", expected),)
        return _binary_form(operation, request.headers.get(_LOCK), dispatcher, headers)
    why = f"{operation.full_name} takes the content type {expected.decode()}, not {sent[:_SHOWN].decode('latin-1')!r}"
    raise Misfit(refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, why, ((b"accept-post", expected),)))


def _binary_form(
    operation: OperationDescription, mark: bytes | None, dispatcher: Dispatcher, headers: Headers = ()
) -> connect.Form:
    """The binary form of a contract. A caller of our own make, which has a mark, gets it where its lock file is the same as the one here."""
    binaries = dispatcher.binaries
    binary = None if binaries is None else binaries.of(operation)
    if binary is None:
        why = "no lock files are read here" if binaries is None else binaries.why_not(operation)
    elif mark is not None and mark != binary.mark.encode():
        why = "the lock file of its contract is another one here"
    elif mark is not None and binary.loses:
        why = binary.loses
    else:
        return connect.binary_form_of(binary)
    why = f"{operation.full_name} speaks JSON alone: {why}"
    raise Misfit(refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, why, headers))


def _context(operation: OperationDescription, headers: Mapping[bytes, bytes], dispatcher: Dispatcher) -> CallContext:
    timeout, hops = headers.get(_TIMEOUT), headers.get(_HOPS, b"1")
    if timeout is not None and not (timeout.isdigit() and len(timeout) <= 10):  # noqa: PLR2004 - the protocol's limit
        raise _invalid(operation, "Connect-Timeout-Ms is not a number of up to ten digits")
    if not (hops.isdigit() and len(hops) <= 4):  # noqa: PLR2004 - far beyond the limit of hops
        raise _invalid(operation, "Plures-Hops is not a small number")
    if headers.get(_VERSION, b"1") != b"1":
        raise _invalid(operation, 'Connect-Protocol-Version is not "1"')
    trace, named = trace_from(headers.get), headers.get(_REQUEST_ID)
    # An id that is not fit for a log is none: the request is made to be answered, not to be named. That of most is the one of their trace.
    request_id = connect.sane_request_id(named) if named is not None else "" if trace is None else trace.given
    criticality = connect.criticality_of(headers.get(_CRITICALITY, b"normal"))
    remaining_s = None if timeout is None else int(timeout) / 1000
    context = accept(operation, remaining_s, int(hops), request_id, criticality, trace=trace)
    sealed = headers.get(_REQUEST_CONTEXT)
    if sealed is not None:
        dispatcher.believe(operation, context, sealed)
    return context


def _posted_message(operation: OperationDescription, request: Request) -> bytes:
    body = request.body
    if request.is_too_large:
        raise request_too_large(operation, request.too_large_bytes - (connect.PREFIX.size if operation.streams else 0))
    if not operation.streams:
        sent = request.headers.get(_UNARY_ENCODING)
        return body if sent is None else _unpacked(operation, body, _known(operation, sent))
    return _enveloped_message(operation, body, request.headers)


def _enveloped_message(operation: OperationDescription, body: bytes, headers: Mapping[bytes, bytes]) -> bytes:
    if headers.get(_UNARY_ENCODING, _PLAIN).lower() != _PLAIN:
        raise _unknown_compression(operation, "Content-Encoding is not for streams; Connect-Content-Encoding is")
    encoding = _known(operation, headers.get(_STREAM_ENCODING, _PLAIN))
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
    if flags and encoding == connect.PLAIN:
        why = "the message says that it is compressed, and the request does not say how"
        raise CallError.of(Status.INTERNAL, operation.full_name, why, outcome=Outcome.NOT_SENT)
    return _unpacked(operation, body[prefix.size :], encoding if flags else connect.PLAIN)


def _query(request: Request) -> dict[str, str]:
    parsed = parse_qs(request.query.decode("ascii", "replace"), keep_blank_values=True)
    return {name: values[-1] for name, values in parsed.items()}


def _queried_form(operation: OperationDescription, query: Mapping[str, str], dispatcher: Dispatcher) -> connect.Form:
    encoding = query.get("encoding", "")
    if encoding == connect.JSON.name:
        return connect.JSON
    if encoding == connect.PROTO:
        mark = query.get(connect.LOCK_PARAMETER)
        return _binary_form(operation, None if mark is None else mark.encode(), dispatcher)
    why = f"{operation.full_name} takes encoding=json, not {encoding[:_SHOWN]!r}"
    raise Misfit(refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, why))


def _queried_message(operation: OperationDescription, query: Mapping[str, str]) -> bytes:
    if query.get("connect", "v1") != "v1":
        raise _invalid(operation, 'the connect parameter is not "v1"')
    text = query.get("message", "")
    try:
        message = decode_base64(text) if query.get("base64") == "1" else text.encode()
    except ValueError:
        raise _invalid(operation, "the message parameter is not base64") from None
    return _unpacked(operation, message, _known(operation, query.get("compression", "").encode()))


def _unpacked(operation: OperationDescription, body: bytes, encoding: str) -> bytes:
    if encoding == connect.PLAIN:
        return body
    try:
        return connect.unpack(body, encoding, operation.declaration.max_request_bytes)
    except connect.NotPacked:
        raise _invalid(operation, f"the request says that it is {encoding}, and is not") from None
    except connect.UnpacksTooLarge:
        raise request_too_large(operation, None) from None


def _known(operation: OperationDescription, encoding: bytes) -> str:
    """The name of a compression in lower case; raises `Misfit` where it is not one that is read here."""
    name = encoding.lower().decode("latin-1") or connect.PLAIN
    if name != connect.PLAIN and name not in connect.KNOWN:
        why = f"the compression {name[:_SHOWN]!r} is not supported, only {_ACCEPTED} is"
        raise _unknown_compression(operation, why)
    return name


def _unknown_compression(operation: OperationDescription, why: str) -> Misfit:
    # The protocol asks for what would be read instead.
    accepted = _ACCEPTS_STREAMS if operation.streams else _ACCEPTS
    error = Unimplemented(operation.full_name, why, outcome=Outcome.NOT_SENT)
    return Misfit(failed(operation, error, (accepted,)))


def _invalid(operation: OperationDescription, why: str) -> InvalidRequest:
    return InvalidRequest(operation.full_name, why, outcome=Outcome.NOT_SENT)
