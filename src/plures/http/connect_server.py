"""Answers HTTP requests with what a dispatcher serves: Connect, unary and server streaming, POST, and GET for queries."""

from http import HTTPStatus
from typing import Final

import msgspec

from plures.contract import OperationDescription
from plures.errors import CallError, Status
from plures.runtime import Dispatcher, Reply, connect

from .connect_request import STREAM_TYPE, Misfit, read_call
from .exchange import NOT_SENT, Request, Response

_NOT_SENT: Final = (NOT_SENT,)


class ConnectServer:
    """Serves the operations of a dispatcher."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        operation = self._dispatcher.operation(request.path)
        if operation is None:
            return _no_such(request.path)
        try:
            context, message = read_call(operation, request)
        except Misfit as misfit:
            return misfit.response
        except CallError as error:
            return _failed(operation, error)
        if operation.streams:
            chunks = self._dispatcher.stream(operation, context, message)
            return Response(connect.OK, content_type=STREAM_TYPE, chunks=chunks)
        return _unary(await self._dispatcher.unary(operation, context, message))


def _unary(reply: Reply) -> Response:
    return Response(reply.http_status, reply.body, headers=() if reply.outcome is None else _NOT_SENT)


def _failed(operation: OperationDescription, error: CallError) -> Response:
    if operation.streams:
        return Response(connect.OK, connect.end_of_stream(error, operation), STREAM_TYPE)
    return _unary(connect.error_reply(error, operation))


def _no_such(path: str) -> Response:
    problem = {"code": Status.UNIMPLEMENTED.value, "message": f"there is no operation {path!r} here"}
    return Response(HTTPStatus.NOT_FOUND, msgspec.json.encode(problem), headers=_NOT_SENT)
