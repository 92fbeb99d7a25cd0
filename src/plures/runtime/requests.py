"""What a Connect request says: read from HTTP, checked, unpacked. Every refusal is a `CallError` that was *not sent*."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs

from plures.contract import OperationDescription
from plures.errors import InvalidRequest, LimitExceeded, Outcome, Unimplemented

from . import connect
from .compression import GZIP, PLAIN, NotGzip, UnpacksTooLarge, gunzip
from .disconnects import Receive
from .dispatch import Incoming
from .policy import MAX_BODY_BYTES

TIMEOUT: Final = connect.TIMEOUT_HEADER.encode()
HOPS: Final = connect.HOPS_HEADER.encode()
UNARY_ENCODING: Final = b"content-encoding"
STREAM_ENCODING: Final = b"connect-content-encoding"
HEADERS: Final = frozenset({b"content-type", TIMEOUT, HOPS, UNARY_ENCODING, STREAM_ENCODING})
"""The headers that mean something here."""

_TOO_LARGE: Final = f"the request is over the limit of {MAX_BODY_BYTES:,} bytes"


def incoming_of(operation: OperationDescription, headers: Mapping[bytes, bytes]) -> Incoming:
    """How much time is left, and how far the request has come."""
    timeout, hops = headers.get(TIMEOUT), headers.get(HOPS, b"1")
    if timeout is not None and not (timeout.isdigit() and len(timeout) <= 10):  # noqa: PLR2004 - the protocol's limit
        raise _invalid(operation, "Connect-Timeout-Ms is not a number of up to ten digits")
    if not (hops.isdigit() and len(hops) <= 4):  # noqa: PLR2004 - far beyond the limit of hops
        raise _invalid(operation, "Plures-Hops is not a small number")
    return Incoming(None if timeout is None else int(timeout) / 1000, int(hops))


class HungUp(Exception):
    """The caller closed the connection before its request was complete; there is nobody to answer."""


async def posted_message(operation: OperationDescription, headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
    """The message of a POST request, out of its envelope where it is a stream's; raises `HungUp` where it does not come."""
    body = await _read(operation, receive)
    if not operation.streams:
        return _unpacked(operation, body, headers.get(UNARY_ENCODING, PLAIN))
    prefix = connect.PREFIX
    flags, length = prefix.unpack_from(body) if len(body) >= prefix.size else (0, -1)
    if length != len(body) - prefix.size or flags & ~connect.COMPRESSED_FLAG:
        raise _invalid(operation, "the request is not one envelope")
    encoding = headers.get(STREAM_ENCODING, PLAIN) if flags else PLAIN
    return _unpacked(operation, body[prefix.size :], encoding)


def queried_message(operation: OperationDescription, query_string: bytes) -> bytes | None:
    """The message of a GET request; None when it is not in JSON."""
    query = {name: values[-1] for name, values in parse_qs(query_string.decode("ascii", "replace")).items()}
    if query.get("encoding") != "json" or query.get("connect", "v1") != "v1":
        return None
    try:
        message = connect.decode_query_message(query.get("message", ""), is_base64=query.get("base64") == "1")
    except ValueError:
        raise _invalid(operation, "the message parameter is not base64") from None
    return _unpacked(operation, message, query.get("compression", PLAIN.decode()).encode())


async def _read(operation: OperationDescription, receive: Receive) -> bytes:
    limit = MAX_BODY_BYTES + connect.PREFIX.size
    event = await receive()
    if not event.get("more_body"):
        body: bytes = event.get("body", b"")
        if len(body) > limit:
            raise LimitExceeded(operation.full_name, _TOO_LARGE, outcome=Outcome.NOT_SENT)
        return body
    parts, size = [event.get("body", b"")], len(event.get("body", b""))
    while event.get(
        "more_body"
    ):  # A body that is too large is read to its end too: the peer could not read our answer before.
        event = await receive()
        if event["type"] == "http.disconnect":
            raise HungUp
        size += len(event.get("body", b""))
        if size <= limit:
            parts.append(event.get("body", b""))
    if size > limit:
        raise LimitExceeded(operation.full_name, _TOO_LARGE, outcome=Outcome.NOT_SENT)
    return b"".join(parts)


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
