"""Answers HTTP requests with what a dispatcher serves: Connect, unary and server streaming, POST, and GET for queries."""

from http import HTTPStatus

from plures.errors import CallError
from plures.runtime import Dispatcher, connect

from .connect_request import Misfit, read_call
from .connect_response import STREAM_TYPE, failed, refused, unary
from .exchange import Request, Response


class ConnectServer:
    """Serves the operations of a dispatcher."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        operation = self._dispatcher.operation(request.path)
        if operation is None:
            return refused(HTTPStatus.NOT_FOUND, f"there is no operation {request.path!r} here")
        try:
            context, message = read_call(operation, request, self._dispatcher)
        except Misfit as misfit:
            return misfit.response
        except CallError as error:
            return failed(operation, error)
        if operation.streams:
            chunks = self._dispatcher.stream(operation, context, message)
            return Response(connect.OK, content_type=STREAM_TYPE, chunks=chunks)
        return unary(await self._dispatcher.unary(operation, context, message))
