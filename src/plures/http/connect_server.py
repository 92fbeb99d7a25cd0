"""Answers HTTP requests with what a dispatcher serves: Connect, unary and server streaming, POST, and GET for queries."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from http import HTTPStatus
from typing import Final

import msgspec
from msgspec import structs

from plures.contract import OperationDescription, Pairs
from plures.errors import CallError, Status
from plures.runtime import Dispatcher, Said, connect

from .connect_request import Misfit, read_call
from .connect_response import NO_STORE, STREAM_TYPE, Headers, failed, lines, not_kept, refused, unary, with_caching
from .exchange import NOT_SENT, Head, Request, Response

_BINARY_STREAM: Final = b"application/connect+proto"
# RFC 9110 asks for it; browsers do not ask their users for a token by it.
_CHALLENGE: Final = ((b"www-authenticate", b"Bearer"),)


def _accepting(operation: OperationDescription) -> bytes:
    """The header in which a caller says what it unpacks."""
    return b"connect-accept-encoding" if operation.streams else b"accept-encoding"


async def _packed(response: Response, packing: str) -> Response:
    body = await connect.packed(response.body, packing)
    varies = () if any(name == b"vary" for name, _ in response.headers) else ((b"vary", b"accept-encoding"),)
    headers = (*response.headers, (b"content-encoding", packing.encode()), *varies)
    return structs.replace(response, body=body, headers=headers)


async def _streamed(chunks: AsyncGenerator[bytes, None], said: Said, form: connect.Form, headers: Headers) -> Response:
    """The response whose headers are told by what streams: they are known when the first item is there."""

    async def begun() -> AsyncGenerator[bytes, None]:
        async with aclosing(chunks):
            first = await anext(chunks)
            # A generator that has never run would not close what it reads from.
            yield b""
            yield first
            async for chunk in chunks:
                yield chunk

    following = begun()
    await anext(following)
    return Response(
        connect.OK, content_type=form.stream_bytes, headers=(*headers, *lines(said.headers)), chunks=following
    )


def _as_asked(response: Response, request: Request) -> Response:
    """A refusal that the end of a stream tells, with the type that was asked for: a caller reads no stream of another one."""
    asked = request.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if response.content_type != STREAM_TYPE or asked != _BINARY_STREAM:
        return response
    return structs.replace(response, content_type=asked)


def _pairs(request: Request) -> Pairs:
    """The header lines of a request, each name's in their order."""
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in (*request.repeated, *request.headers.items())
    )


class ConnectServer:
    """Serves the operations of a dispatcher.

    Args:
        pack_bytes: From which size on the answers of a capability are packed, where the caller accepts that; 0, or none, for never.
    """

    def __init__(self, dispatcher: Dispatcher, pack_bytes: Mapping[str, int] | None = None) -> None:
        self._dispatcher = dispatcher
        self._pack_bytes = {capability: least for capability, least in (pack_bytes or {}).items() if least}

    def limit(self, head: Head) -> int:
        """How many bytes the message of a request may have."""
        return self._dispatcher.most_request_bytes(head.path)

    def refused(self, path: str, error: CallError) -> Response:
        """The response to a request that is refused before it is read."""
        operation = self._dispatcher.operation(path)
        challenge = _CHALLENGE if error.status is Status.UNAUTHENTICATED else ()
        if operation is not None:
            return not_kept(failed(operation, error, challenge))
        problem = {"code": error.status.value, "message": error.why}
        return Response(
            connect.HTTP_STATUS[error.status], msgspec.json.encode(problem), headers=(NOT_SENT, *challenge, NO_STORE)
        )

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        operation = self._dispatcher.operation(request.path)
        if operation is None:
            return not_kept(refused(HTTPStatus.NOT_FOUND, f"there is no operation {request.path!r} here"))
        try:
            context, message, form = read_call(operation, request, self._dispatcher)
        except Misfit as misfit:
            return not_kept(_as_asked(misfit.response, request))
        except CallError as error:
            return not_kept(_as_asked(failed(operation, error), request))
        if operation.beside is not None:
            context.said = Said(_pairs(request))
        least = self._pack_bytes.get(operation.capability, 0) if self._pack_bytes else 0
        packing = connect.chosen(request.headers.get(_accepting(operation), b"")) if least else ""
        if operation.streams:
            chunks = self._dispatcher.stream(operation, context, message, form)
            headers: Headers = ((b"connect-content-encoding", packing.encode()),) if packing else ()
            if packing:
                chunks = connect.packed_stream(chunks, packing, least)
            if context.said is None:
                return Response(connect.OK, content_type=form.stream_bytes, headers=headers, chunks=chunks)
            return await _streamed(chunks, context.said, form, headers)
        response = unary(await self._dispatcher.unary(operation, context, message, form), form=form)
        if request.method == "GET":
            packs = bool(least) and len(response.body) >= least
            response = with_caching(operation, request, response, may_be_packed=packs)
        return await _packed(response, packing) if packing and len(response.body) >= least else response
