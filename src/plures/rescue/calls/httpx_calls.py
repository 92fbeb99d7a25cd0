"""httpx: `AsyncHTTPTransport.handle_async_request` and `HTTPTransport.handle_request`, by which each request of a client leaves it."""

import asyncio
import queue
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, cast

import httpx

from .book import Answering, Book, Elsewhere, origin, refuse_to_hold
from .callee import Callee
from .exchange import Exchange, Headers
from .scope import scope_of

_REFUSED = "All connection attempts failed"
_CUT = "peer closed connection without sending complete message body (incomplete chunked read)"
_EXTENSIONS: Any = {"http_version": b"HTTP/1.1"}


def found(book: Book, request: httpx.Request) -> Answering | None:
    """Who answers a request; None where that is none of ours."""
    url = request.url
    return book.get(origin(url.scheme, url.host, url.port))


def redirected(request: httpx.Request, elsewhere: Elsewhere) -> httpx.Request:
    """The same request at another address. Its Host header stays."""
    request.url = request.url.copy_with(scheme="http", host=elsewhere.host, port=elsewhere.port)
    return request


class _Answer:
    """An answer as a coroutine reads it, on the loop of the service or on another."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: Headers = []
        self.chunks: deque[bytes] = deque()
        self.is_over = False
        self.is_complete = False
        self._loop = asyncio.get_running_loop()
        self._waiter: asyncio.Future[None] | None = None

    def on(self, callee: Callee) -> "_Answer | _Across":
        """What the service tells, on its own loop."""
        return self if callee.loop is self._loop else _Across(self, self._loop)

    def started(self, status: int, headers: Headers) -> None:
        self.status, self.headers = status, headers
        self._wake()

    def body(self, chunk: bytes) -> None:
        self.chunks.append(chunk)
        self._wake()

    def ended(self, *, complete: bool) -> None:
        self.is_over, self.is_complete = True, complete
        self._wake()

    async def change(self, limit_s: float | None) -> None:
        """Wait for more of it. Raises TimeoutError."""
        self._waiter = self._loop.create_future()
        if limit_s is None:
            await self._waiter
            return
        async with asyncio.timeout(limit_s):
            await self._waiter

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class _Across:
    """Passes on what a service on another loop tells."""

    def __init__(self, answer: _Answer, loop: asyncio.AbstractEventLoop) -> None:
        self._answer = answer
        self._loop = loop

    def started(self, status: int, headers: Headers) -> None:
        self._loop.call_soon_threadsafe(self._answer.started, status, headers)

    def body(self, chunk: bytes) -> None:
        self._loop.call_soon_threadsafe(self._answer.body, chunk)

    def ended(self, *, complete: bool) -> None:
        self._loop.call_soon_threadsafe(lambda: self._answer.ended(complete=complete))


async def call_async(callee: Callee, request: httpx.Request) -> httpx.Response:
    """The answer of a service to a request of an `AsyncClient`."""
    if not callee.is_up:
        raise httpx.ConnectError(_REFUSED, request=request)
    limit_s = _read_limit(request)
    answer = _Answer()
    exchange = Exchange(callee, _scope(callee, request), answer.on(callee))
    callee.post(exchange.start)
    sending = None
    if isinstance(request.stream, httpx.ByteStream):
        callee.post(_feed_all, exchange, b"".join(request.stream))
    else:
        sending = asyncio.ensure_future(_send(callee, exchange, request))
    try:
        while not answer.status:
            if sending is not None and sending.done():
                await sending
                sending = None
            await _either(answer, sending, limit_s, request)
    except BaseException:
        callee.post(exchange.leave)
        if sending is not None:
            sending.cancel()
        raise
    stream = _AsyncBody(callee, exchange, answer, limit_s, request, sending)
    return httpx.Response(answer.status, headers=answer.headers, stream=stream, extensions=_EXTENSIONS)


async def _either(
    answer: _Answer, sending: "asyncio.Future[None] | None", limit_s: float | None, request: httpx.Request
) -> None:
    """Wait for more of the answer; while the body is being sent, its end counts too, and the time does not."""
    if sending is None:
        try:
            await answer.change(limit_s)
        except TimeoutError:
            raise httpx.ReadTimeout("", request=request) from None
        return
    change = asyncio.ensure_future(answer.change(None))
    try:
        await asyncio.wait([change, sending], return_when=asyncio.FIRST_COMPLETED)
    finally:
        change.cancel()


def _feed_all(exchange: Exchange, body: bytes) -> None:
    exchange.feed(body, more=False)


async def _send(callee: Callee, exchange: Exchange, request: httpx.Request) -> None:
    async for chunk in cast("httpx.AsyncByteStream", request.stream):
        callee.post(_feed_more, exchange, chunk)
        # Let the service take it, as a socket would.
        await asyncio.sleep(0)
    callee.post(_feed_all, exchange, b"")


def _feed_more(exchange: Exchange, chunk: bytes) -> None:
    exchange.feed(chunk, more=True)


@dataclass(frozen=True)
class _AsyncBody(httpx.AsyncByteStream):
    """The body of an answer, as it comes."""

    callee: Callee
    exchange: Exchange
    answer: _Answer
    limit_s: float | None
    request: httpx.Request
    sending: "asyncio.Future[None] | None"

    async def __aiter__(self) -> AsyncIterator[bytes]:
        answer = self.answer
        while True:
            while answer.chunks:
                chunk = answer.chunks.popleft()
                self.callee.post(self.exchange.taken, len(chunk))
                yield chunk
            if answer.is_over:
                break
            try:
                await answer.change(self.limit_s)
            except TimeoutError:
                raise httpx.ReadTimeout("", request=self.request) from None
        if not answer.is_complete:
            raise httpx.RemoteProtocolError(_CUT, request=self.request)

    async def aclose(self) -> None:
        if not self.answer.is_over:
            self.callee.post(self.exchange.leave)
        if self.sending is not None:
            self.sending.cancel()


class _ThreadAnswer:
    """An answer as a thread reads it."""

    def __init__(self) -> None:
        self.parts: queue.SimpleQueue[tuple[int, Headers] | bytes | bool] = queue.SimpleQueue()

    def started(self, status: int, headers: Headers) -> None:
        self.parts.put((status, headers))

    def body(self, chunk: bytes) -> None:
        self.parts.put(chunk)

    def ended(self, *, complete: bool) -> None:
        self.parts.put(complete)


def call_blocking(callee: Callee, request: httpx.Request) -> httpx.Response:
    """The answer of a service to a request of a `Client`."""
    if not callee.is_up:
        raise httpx.ConnectError(_REFUSED, request=request)
    refuse_to_hold(callee)
    limit_s = _read_limit(request)
    answer = _ThreadAnswer()
    exchange = Exchange(callee, _scope(callee, request), answer)
    callee.post(exchange.start)
    for chunk in cast("httpx.SyncByteStream", request.stream):
        callee.post(_feed_more, exchange, chunk)
    callee.post(_feed_all, exchange, b"")
    body = _Body(callee, exchange, answer, limit_s, request)
    try:
        head = body.next_part()
    except BaseException:
        body.close()
        raise
    status, headers = cast("tuple[int, Headers]", head)
    return httpx.Response(status, headers=headers, stream=body, extensions=_EXTENSIONS)


@dataclass
class _Body(httpx.SyncByteStream):
    callee: Callee
    exchange: Exchange
    answer: _ThreadAnswer
    limit_s: float | None
    request: httpx.Request
    is_over: bool = False

    def next_part(self) -> tuple[int, Headers] | bytes | bool:
        try:
            return self.answer.parts.get(timeout=self.limit_s)
        except queue.Empty:
            raise httpx.ReadTimeout("timed out", request=self.request) from None

    def __iter__(self) -> Iterator[bytes]:
        while True:
            part = self.next_part()
            if isinstance(part, bytes):
                self.callee.post(self.exchange.taken, len(part))
                yield part
                continue
            self.is_over = True
            if part is False:
                raise httpx.RemoteProtocolError(_CUT, request=self.request)
            return

    def close(self) -> None:
        if not self.is_over:
            self.callee.post(self.exchange.leave)


def _read_limit(request: httpx.Request) -> float | None:
    limit: float | None = request.extensions.get("timeout", {}).get("read")
    return limit


def _scope(callee: Callee, request: httpx.Request) -> dict[str, Any]:
    url = request.url
    headers = [(name.lower(), value) for name, value in request.headers.raw]
    _, host, port = origin(url.scheme, url.host, url.port)
    return scope_of(callee, request.method, (url.scheme, host, port), url.raw_path, headers)
