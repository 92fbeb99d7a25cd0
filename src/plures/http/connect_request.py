"""What a Connect request says: read from HTTP, checked, unpacked. Every refusal is a `CallError` that was *not sent*."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs

from plures.contract import OperationDescription
from plures.errors import InvalidRequest, LimitExceeded, Outcome, Unimplemented
from plures.runtime import connect
from plures.runtime.dispatch import Incoming
from plures.runtime.policy import MAX_BODY_BYTES

from .compression import GZIP, PLAIN, NotGzip, UnpacksTooLarge, gunzip
from .exchange import Request

TIMEOUT: Final = connect.TIMEOUT_HEADER.encode()
HOPS: Final = connect.HOPS_HEADER.encode()
UNARY_ENCODING: Final = b"content-encoding"
STREAM_ENCODING: Final = b"connect-content-encoding"

_TOO_LARGE: Final = f"the request is over the limit of {MAX_BODY_BYTES:,} bytes"


def incoming_of(operation: OperationDescription, headers: Mapping[bytes, bytes]) -> Incoming:
    """How much time is left, and how far the request has come."""
    timeout, hops = headers.get(TIMEOUT), headers.get(HOPS, b"1")
    if timeout is not None and not (timeout.isdigit() and len(timeout) <= 10):  # noqa: PLR2004 - the protocol's limit
        raise _invalid(operation, "Connect-Timeout-Ms is not a number of up to ten digits")
    if not (hops.isdigit() and len(hops) <= 4):  # noqa: PLR2004 - far beyond the limit of hops
        raise _invalid(operation, "Plures-Hops is not a small number")
    return Incoming(None if timeout is None else int(timeout) / 1000, int(hops))


def posted_message(operation: OperationDescription, request: Request) -> bytes:
    """The message of a POST request, out of its envelope where it is a stream's."""
    body = request.body
    if request.is_too_large:
        raise LimitExceeded(operation.full_name, _TOO_LARGE, outcome=Outcome.NOT_SENT)
    if not operation.streams:
        return _unpacked(operation, body, request.headers.get(UNARY_ENCODING, PLAIN))
    prefix = connect.PREFIX
    flags, length = prefix.unpack_from(body) if len(body) >= prefix.size else (0, -1)
    if length != len(body) - prefix.size or flags & ~connect.COMPRESSED_FLAG:
        raise _invalid(operation, "the request is not one envelope")
    encoding = request.headers.get(STREAM_ENCODING, PLAIN) if flags else PLAIN
    return _unpacked(operation, body[prefix.size :], encoding)


class OtherCodec(Exception):
    """A GET request is not written in the one codec and the one version there is; HTTP has a status for that."""


def queried_message(operation: OperationDescription, request: Request) -> bytes:
    """The message of a GET request; raises `OtherCodec` where it is not in JSON."""
    query = {name: values[-1] for name, values in parse_qs(request.query.decode("ascii", "replace")).items()}
    if query.get("encoding") != "json" or query.get("connect", "v1") != "v1":
        raise OtherCodec
    try:
        message = connect.decode_query_message(query.get("message", ""), is_base64=query.get("base64") == "1")
    except ValueError:
        raise _invalid(operation, "the message parameter is not base64") from None
    return _unpacked(operation, message, query.get("compression", PLAIN.decode()).encode())


def _unpacked(operation: OperationDescription, body: bytes, encoding: bytes) -> bytes:
    if encoding == PLAIN:
        return body
    if encoding != GZIP:
        why = f"the compression {encoding.decode('latin-1')!r} is not supported, only gzip is"
        raise Unimplemented(operation.full_name, why, outcome=Outcome.NOT_SENT)
    try:
        return gunzip(body, MAX_BODY_BYTES)
    except NotGzip:
        raise _invalid(operation, "the request says that it is gzip, and is not") from None
    except UnpacksTooLarge:
        raise LimitExceeded(operation.full_name, _TOO_LARGE, outcome=Outcome.NOT_SENT) from None


def _invalid(operation: OperationDescription, why: str) -> InvalidRequest:
    return InvalidRequest(operation.full_name, why, outcome=Outcome.NOT_SENT)
