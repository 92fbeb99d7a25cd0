"""Answers HTTP requests with what a dispatcher serves: Connect, unary and server streaming, POST, and GET for queries."""

from typing import Final

import msgspec

from plures.contract import OperationDescription
from plures.errors import CallError, Status
from plures.runtime import connect
from plures.runtime.dispatch import Dispatcher, end_of_stream, error_answer

from .connect_request import OtherCodec, incoming_of, posted_message, queried_message
from .exchange import Request, Response

_STREAM_TYPE: Final = connect.STREAM_TYPE.encode()
_UNARY_TYPE: Final = connect.UNARY_TYPE.encode()
_NOT_SENT: Final = (connect.NOT_SENT,)


class ConnectServer:
    """Serves the operations of a dispatcher."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        operation = self._dispatcher.operation(request.path)
        if operation is None:
            return _no_such(request.path)
        misfit = _misfit(operation, request)
        if misfit is not None:
            return misfit
        try:
            incoming = incoming_of(operation, request.headers)
            message = (queried_message if request.method == "GET" else posted_message)(operation, request)
        except OtherCodec:
            return Response(415)
        except CallError as error:
            return _failed(operation, error)
        if operation.streams:
            chunks = self._dispatcher.stream(operation, incoming, message)
            return Response(200, content_type=_STREAM_TYPE, chunks=chunks)
        return _unary(await self._dispatcher.unary(operation, incoming, message))


def _misfit(operation: OperationDescription, request: Request) -> Response | None:
    """What HTTP itself has to say of a request that is none of this operation."""
    takes_get = operation.declaration.is_query and not operation.streams
    if request.method == "POST":
        expected = _STREAM_TYPE if operation.streams else _UNARY_TYPE
        return None if _type_of(request) == expected else Response(415, headers=((b"accept-post", expected),))
    if request.method == "GET" and takes_get:
        return None
    return Response(405, headers=((b"allow", b"GET, POST" if takes_get else b"POST"),))


def _type_of(request: Request) -> bytes:
    sent = request.headers.get(b"content-type", b"")
    return sent if sent == _UNARY_TYPE else sent.partition(b";")[0].strip().lower()


def _failed(operation: OperationDescription, error: CallError) -> Response:
    if operation.streams:
        return Response(200, end_of_stream(error, operation), _STREAM_TYPE)
    return _unary(error_answer(error, operation))


def _unary(answer: connect.Answer) -> Response:
    return Response(answer.http_status, answer.body, headers=_NOT_SENT if answer.not_sent else ())


def _no_such(path: str) -> Response:
    problem = {"code": Status.UNIMPLEMENTED.value, "message": f"there is no operation {path!r} here"}
    return Response(404, msgspec.json.encode(problem), headers=_NOT_SENT)
