"""What is answered to a Connect request over HTTP: replies, and refusals of what cannot be a call here."""

from http import HTTPStatus
from typing import Final

import msgspec

from plures.contract import OperationDescription, Pairs
from plures.errors import CallError, Status
from plures.runtime import Reply, connect

from .exchange import NOT_SENT, Response

STREAM_TYPE: Final = connect.STREAM_TYPE.encode()
_NOT_SENT: Final = (NOT_SENT,)
Headers = tuple[tuple[bytes, bytes], ...]


def unary(reply: Reply, headers: Headers = (), form: connect.Form = connect.JSON) -> Response:
    """The response with a reply; errors are JSON in each form."""
    if reply.headers or reply.trailers:
        headers = (*headers, *lines(reply.headers), *lines(reply.trailers, "trailer-"))
    content_type = (form if reply.http_status == connect.OK else connect.JSON).unary_bytes
    headers = headers if reply.outcome is None else (*_NOT_SENT, *headers)
    return Response(reply.http_status, reply.body, content_type, headers)


def lines(pairs: Pairs, before: str = "") -> Headers:
    """What a service told, as header lines of HTTP."""
    return tuple(((before + name).encode(), text.encode("latin-1")) for name, text in pairs)


def failed(operation: OperationDescription, error: CallError, headers: Headers = ()) -> Response:
    """The response to a request that is refused as a call; that of a stream tells it in its end."""
    if operation.streams:
        return Response(connect.OK, connect.end_of_stream(error, operation), STREAM_TYPE, headers)
    return unary(connect.error_reply(error, operation), headers)


def refused(status: HTTPStatus, message: str, headers: Headers = ()) -> Response:
    """The response to a request that is no call of an operation here; it did not start."""
    # The code that callers know from the status alone.
    code = Status.UNIMPLEMENTED if status is HTTPStatus.NOT_FOUND else Status.UNKNOWN
    problem = {"code": code.value, "message": message}
    return Response(status.value, msgspec.json.encode(problem), headers=(*_NOT_SENT, *headers))
