"""The ASGI application around a dispatcher: Connect over HTTP, unary and server streaming, POST, and GET for queries."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec

from plures.contract import OperationDescription
from plures.errors import InvalidRequest, LimitExceeded, Outcome, Status

from . import connect
from .disconnects import Disconnects, Receive
from .dispatch import Dispatcher, Incoming, end_of_stream, error_answer
from .policy import MAX_BODY_BYTES

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_JSON: Final = (b"content-type", b"application/json")
_STREAM: Final = (b"content-type", connect.STREAM_TYPE.encode())
_NOT_SENT: Final = (connect.OUTCOME_HEADER.encode(), Outcome.NOT_SENT.value.encode())


class ConnectServer:
    """Serves the operations of a dispatcher. Lifespan and WebSockets are not its business."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher
        self._disconnects = Disconnects()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        operation = self._dispatcher.operation(scope["path"])
        if operation is None:
            await _reply(send, _problem(404, Status.UNIMPLEMENTED, f"there is no operation {scope['path']!r} here"))
            return
        headers = {name: value for name, value in scope["headers"] if name in _READ}
        if scope["method"] == "GET":
            await self._get(operation, scope, headers, receive, send)
        elif scope["method"] == "POST":
            await self._post(operation, headers, receive, send)
        else:
            allowed = b"GET, POST" if operation.declaration.is_query and not operation.streams else b"POST"
            await _reply(send, connect.Answer(405, b""), (b"allow", allowed))

    def close(self) -> None:
        """Stop watching for callers that hang up."""
        self._disconnects.close()

    async def _post(
        self, operation: OperationDescription, headers: Mapping[bytes, bytes], receive: Receive, send: Send
    ) -> None:
        content_type = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        expected = connect.STREAM_TYPE if operation.streams else connect.UNARY_TYPE
        if content_type != expected.encode():
            await _reply(send, connect.Answer(415, b""), (b"accept-post", expected.encode()))
            return
        body = await _read(receive, MAX_BODY_BYTES + connect.PREFIX.size)
        if body is None:
            await self._fail(operation, LimitExceeded(operation.full_name, _TOO_LARGE, outcome=Outcome.NOT_SENT), send)
            return
        try:
            incoming = _incoming(operation, headers)
            if operation.streams:
                body = _only_envelope(operation, body)
        except InvalidRequest as error:
            await self._fail(operation, error, send)
            return
        await self._run(operation, incoming, body, receive, send)

    async def _get(
        self,
        operation: OperationDescription,
        scope: Scope,
        headers: Mapping[bytes, bytes],
        receive: Receive,
        send: Send,
    ) -> None:
        if not operation.declaration.is_query or operation.streams:
            await _reply(send, connect.Answer(405, b""), (b"allow", b"POST"))
            return
        query = {
            name: values[-1] for name, values in parse_qs(scope["query_string"].decode("ascii", "replace")).items()
        }
        if query.get("encoding") != "json" or query.get("connect", "v1") != "v1":
            await _reply(send, connect.Answer(415, b""))
            return
        try:
            incoming = _incoming(operation, headers)
            body = connect.decode_query_message(query.get("message", ""), is_base64=query.get("base64") == "1")
        except InvalidRequest as error:
            await self._fail(operation, error, send)
            return
        except ValueError:
            why = "the message parameter is not base64"
            await self._fail(operation, InvalidRequest(operation.full_name, why, outcome=Outcome.NOT_SENT), send)
            return
        while (await receive()).get("more_body"):
            pass
        await self._run(operation, incoming, body, receive, send)

    async def _run(
        self, operation: OperationDescription, incoming: Incoming, body: bytes, receive: Receive, send: Send
    ) -> None:
        task = asyncio.current_task()
        if task is None:
            message = "an ASGI server runs each request in a task"
            raise RuntimeError(message)
        caller = self._disconnects.enter(task, receive)
        try:
            if operation.streams:
                await self._stream(operation, incoming, body, send)
            else:
                await _reply(send, await self._dispatcher.unary(operation, incoming, body))
        except asyncio.CancelledError:
            if not caller.gone:
                raise
            task.uncancel()  # The caller hung up; there is nobody to answer.
        finally:
            self._disconnects.leave(caller)

    async def _stream(self, operation: OperationDescription, incoming: Incoming, body: bytes, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [_STREAM]})
        async for envelope in self._dispatcher.stream(operation, incoming, body):
            await send({"type": "http.response.body", "body": envelope, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _fail(self, operation: OperationDescription, error: Exception, send: Send) -> None:
        if not operation.streams:
            await _reply(send, error_answer(error, operation))
            return
        await send({"type": "http.response.start", "status": 200, "headers": [_STREAM]})
        await send({"type": "http.response.body", "body": end_of_stream(error, operation), "more_body": False})


_READ: Final = frozenset(
    {b"content-type", connect.TIMEOUT_HEADER.encode(), connect.HOPS_HEADER.encode(), b"content-encoding"}
)
_TOO_LARGE: Final = f"the request is over the limit of {MAX_BODY_BYTES:,} bytes"


async def _reply(send: Send, answer: connect.Answer, *extra: tuple[bytes, bytes]) -> None:
    headers = [_JSON, (b"content-length", str(len(answer.body)).encode()), *extra]
    if answer.not_sent:
        headers.append(_NOT_SENT)
    await send({"type": "http.response.start", "status": answer.http_status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def _read(receive: Receive, limit: int) -> bytes | None:
    """The request's body; None when it is larger than `limit` (it is still read to its end, or the peer could not read our answer)."""
    event = await receive()
    if not event.get("more_body"):
        body: bytes = event.get("body", b"")
        return body if len(body) <= limit else None
    parts, size = [event.get("body", b"")], len(event.get("body", b""))
    while event.get("more_body"):
        event = await receive()
        size += len(event.get("body", b""))
        if size <= limit:
            parts.append(event.get("body", b""))
        if event["type"] == "http.disconnect":
            raise asyncio.CancelledError
    return b"".join(parts) if size <= limit else None


def _incoming(operation: OperationDescription, headers: Mapping[bytes, bytes]) -> Incoming:
    timeout, hops = headers.get(connect.TIMEOUT_HEADER.encode()), headers.get(connect.HOPS_HEADER.encode(), b"1")
    if b"content-encoding" in headers and headers[b"content-encoding"] != b"identity":
        raise InvalidRequest(operation.full_name, "compressed requests are not supported", outcome=Outcome.NOT_SENT)
    if timeout is not None and not (timeout.isdigit() and len(timeout) <= 10):  # noqa: PLR2004 - the protocol's limit
        raise InvalidRequest(
            operation.full_name, "Connect-Timeout-Ms is not a number of up to ten digits", outcome=Outcome.NOT_SENT
        )
    if not (hops.isdigit() and len(hops) <= 4):  # noqa: PLR2004 - far beyond the limit of hops
        raise InvalidRequest(operation.full_name, "Plures-Hops is not a small number", outcome=Outcome.NOT_SENT)
    return Incoming(None if timeout is None else int(timeout) / 1000, int(hops))


def _only_envelope(operation: OperationDescription, body: bytes) -> bytes:
    prefix = connect.PREFIX
    flags, length = prefix.unpack_from(body) if len(body) >= prefix.size else (0, -1)
    if length != len(body) - prefix.size or flags:
        raise InvalidRequest(
            operation.full_name, "the request is not one uncompressed envelope", outcome=Outcome.NOT_SENT
        )
    return body[prefix.size :]


def _problem(http_status: int, status: Status, message: str) -> connect.Answer:
    return connect.Answer(http_status, msgspec.json.encode({"code": status.value, "message": message}), not_sent=True)
