"""What is answered to a Connect request over HTTP: replies, refusals of what cannot be a call here, and what of them caches may keep."""

from http import HTTPStatus
from typing import Final

import msgspec
from msgspec import structs

from plures.contract import OperationDescription, Pairs, cache_control
from plures.errors import CallError, Status
from plures.runtime import Reply, connect

from .exchange import NOT_SENT, Request, Response

STREAM_TYPE: Final = connect.STREAM_TYPE.encode()
_NOT_SENT: Final = (NOT_SENT,)
Headers = tuple[tuple[bytes, bytes], ...]
NO_STORE: Final = (b"cache-control", b"no-store")
_AUTHORIZATION: Final = b"authorization"
_CONTEXT: Final = connect.CONTEXT_HEADER.encode()
_PACKING: Final = (b"accept-encoding",)
_KEPT: Final = "private"
_VARIES: Final = b"authorization, " + _CONTEXT


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


def with_caching(
    operation: OperationDescription, request: Request, response: Response, *, may_be_packed: bool
) -> Response:
    """The response to a GET of an operation, which says who may keep it: of an error, and of what no contract says, no cache.

    Args:
        may_be_packed: Whether it is packed for those that accept it.
    """
    declared = operation.declaration
    if not declared.cache_s or response.status != connect.OK or _CONTEXT in request.headers:
        return not_kept(response)
    # Others that show another token, or none, may not see it: the check of it is passed over where a cache answers.
    is_someones = bool(request.peer) or _AUTHORIZATION in request.headers
    control = cache_control(declared.cache_s, _KEPT if is_someones else declared.cache)
    taken = None if operation.beside is None else operation.beside.request
    own = () if taken is None else taken.names
    if taken is not None and taken.is_any:
        # The answer may depend on anything.
        varies = b"*"
    else:
        varies = b", ".join((_VARIES, *(_PACKING if may_be_packed else ()), *map(str.encode, own)))
    headers = (*response.headers, (b"cache-control", control.encode()), (b"vary", varies))
    return structs.replace(response, headers=headers)


def not_kept(response: Response) -> Response:
    """The same, which no cache may keep."""
    return structs.replace(response, headers=(*response.headers, NO_STORE))
