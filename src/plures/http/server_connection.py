"""One HTTP/1.1 connection of the control listener: reads requests, has them answered, writes the responses.

The listener of `plures.deploy` makes a protocol for each connection that it accepts. This class is ours, since those of uvicorn speak
ASGI, which costs as much as the call itself (docs/adr/0006-call-path.md). The request of a peer that hangs up is cancelled.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from time import time
from typing import Any, Final, cast

import msgspec

from plures.tls import named_peer

from .exchange import NOT_SENT, Answerer, BodyLimit, Request, Response, usual_limit
from .own_names import is_of_another_user, refuse_user
from .pace import MAX_ARRIVAL_S, Taking
from .request_reader import RequestReader, Unreadable
from .room import UNCOUNTED_BYTES, Room, Share

_MOST_WAITING: Final = 8
"""Pipelined requests that are read ahead. Must be > 0: a paused socket does not report that the peer closed."""

_STATUS_LINE: Final = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}
_STATUS_LINE[499] = b"HTTP/1.1 499 Canceled\r\n"
_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
_CLOSE: Final = (b"connection", b"close")
_OUR_FAULT: Final = Response(500, b'{"code":"internal","message":"the server failed; its log says why"}')
_TOO_MANY: Final = Response(503, b'{"code":"unavailable","message":"too many connections"}', headers=(NOT_SENT,))
_NO_ROOM: Final = Response(
    503, b'{"code":"unavailable","message":"the server holds as many bytes of requests as it may"}', headers=(NOT_SENT,)
)
_LOG: Final = logging.getLogger("plures.calls")


class HttpServerProtocol(asyncio.Protocol):
    """Answers the requests of one connection, one at a time. The listener calls the public methods.

    Args:
        room: Where the connections of this process count what they hold.
        limit: How large messages may be.
    """

    def __init__(self, config: Any, server_state: Any, room: Room, limit: BodyLimit = usual_limit) -> None:
        self.transport: asyncio.Transport | None = None
        self._answer: Answerer = config.loaded_app
        self._most_silent_s: int = config.timeout_keep_alive
        self._most_connections: int = config.limit_concurrency
        self._server = server_state
        self._loop = asyncio.get_running_loop()
        self._reader = RequestReader(limit)
        self._task: asyncio.Task[None] | None = None
        self._answered: Request | None = None
        self._waiting: deque[Request] = deque()
        self._share = Share(room)
        self._flushed: asyncio.Future[None] | None = None
        self._keeps_alive = True
        self._has_said_close = self._is_paused = False
        self.taking = Taking()
        self._silent_s = 0.0
        # It is made now and then: once for each answer, it would cost a hundredth of a call.
        self._date_line = _date_line(int(time()))

    @property
    def is_silent(self) -> bool:
        """Whether every request that began to arrive has been answered."""
        return self._task is None and not (self._reader.is_arriving or self._reader.unread)

    def shutdown(self) -> None:
        """Close, once each request that began to arrive has been answered."""
        self._keeps_alive = False
        if self.is_silent and self.transport is not None:
            self.transport.close()

    def tick(self, passed_s: float) -> None:
        """Some seconds have passed: close when the peer is silent, or its request arrives, for too long."""
        self._silent_s += passed_s
        self._date_line = _date_line(int(time()))
        if self.transport is None or self._task is not None:
            self._silent_s = 0.0
        if self.transport is None:
            return
        if self.taking.is_stuck(self.transport, passed_s):
            self.abort()
        elif self._reader.is_arriving:
            if self._silent_s > MAX_ARRIVAL_S:
                self._refuse(HTTPStatus.REQUEST_TIMEOUT, "the request did not arrive in time")
        elif self._silent_s > self._most_silent_s:
            self.transport.close()

    def abort(self) -> None:
        """Close at once, also while a request is unanswered."""
        if self.transport is not None:
            self.transport.abort()

    # Called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # A cast, since uvloop's transports do not inherit from asyncio's.
        self.transport = cast("asyncio.Transport", transport)
        self._reader.peer = named_peer(transport.get_extra_info("peercert"))
        if is_of_another_user(transport.get_extra_info("socket")):
            self._answer = refuse_user
        self._server.connections.add(self)

    def data_received(self, data: bytes) -> None:
        if self.is_silent:
            self._silent_s = 0.0
        self._read(data)

    def _read(self, data: bytes) -> None:
        reader = self._reader
        try:
            requests = reader.feed(data)
        except Unreadable as error:
            self._refuse(error.status, str(error))
            return
        if reader.is_arriving or reader.unread or self._share.counted or len(data) > UNCOUNTED_BYTES:
            requests = self._count(requests)
        for request in requests:
            self._take(request)
        if reader.unread:
            self._pause()
        if reader.expects_continue and self._task is None:
            self._continue()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._server.connections.discard(self)
        self._waiting.clear()
        self._share.hold(0)
        self.resume_writing()
        if self._task is not None:
            # A task that is cancelled before its first step never comes to its own `finally`.
            self._task.add_done_callback(self._server.tasks.discard)
            self._task.cancel()

    def pause_writing(self) -> None:
        self._flushed = self._loop.create_future()

    def resume_writing(self) -> None:
        if self._flushed is not None and not self._flushed.done():
            self._flushed.set_result(None)
        self._flushed = None
        self.taking.has_taken()

    # One request and its response

    def _take(self, request: Request) -> None:
        if self._task is not None:
            self._waiting.append(request)
            if len(request.body) > UNCOUNTED_BYTES or len(self._waiting) >= _MOST_WAITING:
                self._pause()
            return
        self._keeps_alive = self._keeps_alive and request.keeps_alive
        self._answered = request
        # Named and made here: `create_task` of uvloop thinks of a name for each, and costs a hundredth of a call more.
        self._task = asyncio.Task(self._exchange(request), loop=self._loop, name="plures-exchange")
        self._server.tasks.add(self._task)

    async def _exchange(self, request: Request) -> None:
        try:
            response = await self._answer_to(request)
            if response.chunks is None:
                self._send(request, response)
                if self._flushed is not None:
                    await self._flushed
            else:
                await self._stream(request, response, response.chunks)
        except Exception:  # noqa: BLE001 - the answer has begun; the peer can only be told that it has no end
            _LOG.exception("%s %s failed", request.method, request.path)
            self.abort()
        except BaseException:
            self.abort()
            raise
        finally:
            self._server.tasks.discard(self._task)
            self._task = self._answered = None
        self._go_on()

    async def _answer_to(self, request: Request) -> Response:
        if len(self._server.connections) >= self._most_connections:
            # Kept open, it would still be one too many.
            self._keeps_alive = False
            return _TOO_MANY
        if request.is_dropped:
            return _NO_ROOM
        try:
            return await self._answer(request)
        except Exception:  # noqa: BLE001 - the peer waits for an answer
            _LOG.exception("%s %s failed", request.method, request.path)
            return _OUR_FAULT

    def _send(self, request: Request, response: Response) -> None:
        head = self._head(response, b"content-length: %d\r\n" % len(response.body))
        self._write(head if request.method == "HEAD" else head + response.body)

    async def _stream(self, request: Request, response: Response, chunks: AsyncGenerator[bytes, None]) -> None:
        async with aclosing(chunks):
            if not request.takes_chunks:
                # The end of the connection is the end of the body.
                self._keeps_alive = False
            self._write(self._head(response, b"transfer-encoding: chunked\r\n" if request.takes_chunks else b""))
            if request.method == "HEAD":
                return
            async for chunk in chunks:
                # An empty chunk would be the end.
                if chunk:
                    self._write(b"%x\r\n%b\r\n" % (len(chunk), chunk) if request.takes_chunks else chunk)
                if self._flushed is not None:
                    await self._flushed
                if self.transport is None or self.transport.is_closing():
                    # The peer has hung up. Our cancellation comes with the next turn of the event loop.
                    return
        if request.takes_chunks:
            self._write(b"0\r\n\r\n")

    def _go_on(self) -> None:
        self._silent_s = 0.0
        if self.transport is None or self.transport.is_closing():
            return
        if self._share.counted:
            self._count([])
        if self._has_said_close or not (self._keeps_alive or self._waiting or not self.is_silent):
            self.transport.close()
            return
        if self._waiting:
            self._take(self._waiting.popleft())
        elif self._reader.unread:
            self._read(b"")
        elif self._reader.expects_continue:
            self._continue()
        if self._is_paused and not (self._waiting or self._reader.unread):
            self._is_paused = False
            self.transport.resume_reading()

    def _pause(self) -> None:
        self._is_paused = True
        if self.transport is not None:
            self.transport.pause_reading()

    def _count(self, requests: list[Request]) -> list[Request]:
        """Count what this connection holds; where there is no room for it, without the bodies of what has just come."""
        before = sum(request.held_bytes for request in (*self._waiting, *([self._answered] if self._answered else [])))
        if self._share.hold(before + self._reader.held_bytes + sum(request.held_bytes for request in requests)):
            return requests
        if self._reader.is_arriving:
            self._reader.drop()
        return [request.dropped() for request in requests]

    def _continue(self) -> None:
        self._reader.expects_continue = False
        self._write(_CONTINUE)

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        """Answer bytes that cannot be read as a request, and close."""
        if self._task is not None:
            # The peer would take the refusal for the answer to the request before.
            self.abort()
            return
        self._keeps_alive = False
        body = msgspec.json.encode({"code": "invalid_argument", "message": why})
        self._send(Request("", ""), Response(status.value, body))
        self._go_on()

    # Bytes

    def _head(self, response: Response, framing: bytes) -> bytes:
        if _CLOSE in self._server.default_headers:
            self._keeps_alive = False
        if not self._keeps_alive:
            self._has_said_close = True
            framing += _lines([_CLOSE])
        return b"%b%bcontent-type: %b\r\n%b%b\r\n" % (
            _STATUS_LINE[response.status],
            self._date_line,
            response.content_type,
            _lines(response.headers) if response.headers else b"",
            framing,
        )

    def _write(self, data: bytes) -> None:
        if self.transport is not None:
            self.transport.write(data)


def _lines(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"".join([b"%b: %b\r\n" % header for header in headers])


@lru_cache(maxsize=1)
def _date_line(second: int) -> bytes:
    return b"date: %b\r\n" % formatdate(second, usegmt=True).encode()
