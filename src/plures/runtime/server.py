"""The ASGI application around a dispatcher: Connect over HTTP, unary and server streaming, POST, and GET for queries."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import aclosing
from typing import Any, Final

import msgspec

from plures.contract import OperationDescription
from plures.errors import CallError, Outcome, Status

from . import connect
from .disconnects import Disconnects, Receive
from .dispatch import Dispatcher, Incoming, end_of_stream, error_answer
from .requests import HEADERS, HungUp, incoming_of, posted_message, queried_message

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
        headers = {name: value for name, value in scope["headers"] if name in HEADERS}
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
        try:
            incoming = incoming_of(operation, headers)
            message = await posted_message(operation, headers, receive)
        except HungUp:
            return
        except CallError as error:
            await self._fail(operation, error, send)
            return
        await self._run(operation, incoming, message, receive, send)

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
        try:
            incoming = incoming_of(operation, headers)
            message = queried_message(operation, scope["query_string"])
        except CallError as error:
            await self._fail(operation, error, send)
            return
        if message is None:
            await _reply(send, connect.Answer(415, b""))
            return
        while (await receive()).get("more_body"):
            pass
        await self._run(operation, incoming, message, receive, send)

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
        async with aclosing(self._dispatcher.stream(operation, incoming, body)) as envelopes:
            async for envelope in envelopes:
                await send({"type": "http.response.body", "body": envelope, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _fail(self, operation: OperationDescription, error: Exception, send: Send) -> None:
        if not operation.streams:
            await _reply(send, error_answer(error, operation))
            return
        await send({"type": "http.response.start", "status": 200, "headers": [_STREAM]})
        await send({"type": "http.response.body", "body": end_of_stream(error, operation), "more_body": False})


async def _reply(send: Send, answer: connect.Answer, *extra: tuple[bytes, bytes]) -> None:
    headers = [_JSON, (b"content-length", str(len(answer.body)).encode()), *extra]
    if answer.not_sent:
        headers.append(_NOT_SENT)
    await send({"type": "http.response.start", "status": answer.http_status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def _problem(http_status: int, status: Status, message: str) -> connect.Answer:
    return connect.Answer(http_status, msgspec.json.encode({"code": status.value, "message": message}), not_sent=True)
