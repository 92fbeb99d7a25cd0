"""Lets the HTTP clients that are installed reach the services of a book, while a context lasts.

It stands on public methods alone, by which each client asks its next lower layer for something:

- httpx: `AsyncHTTPTransport.handle_async_request`, `HTTPTransport.handle_request`
- aiohttp: `BaseConnector.connect`
- requests and urllib3: `connect` of urllib3's `HTTPConnection` and `HTTPSConnection`; whatever else uses `http.client`: that of its `HTTPConnection`

All that a client does above them stays: cookies, redirects, retries, hooks, timeouts of a whole request.
"""

import errno
import socket
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from .blocking import MemorySocket, timeout_of
from .book import Answering, Book, Elsewhere, origin
from .httpx_transports import is_apart, make_patient
from .replacing import Then, replace, when_imported


@contextmanager
def intercepted(book: Book) -> Generator[None]:
    """Pass calls to the addresses of the book to those who answer there; others go their way."""
    wanted: dict[str, Then] = {
        "httpx": partial(_httpx, book),
        "aiohttp": partial(_aiohttp, book),
        "http.client": partial(_http_client, book),
        "urllib3.connection": partial(_urllib3, book),
    }
    with when_imported(wanted):
        yield


def _httpx(book: Book, httpx: Any, undo: ExitStack) -> None:
    from . import httpx_calls as calls

    make_patient(httpx, undo)

    def in_coroutines(original: Any) -> Any:
        async def handle_async_request(self: Any, request: Any) -> Any:
            answering = None if is_apart(self) else calls.found(book, request)
            if answering is None:
                return await original(self, request)
            if isinstance(answering, Elsewhere):
                return await original(self, calls.redirected(request, answering))
            return await calls.call_async(answering, request)

        return handle_async_request

    def in_threads(original: Any) -> Any:
        def handle_request(self: Any, request: Any) -> Any:
            answering = None if is_apart(self) else calls.found(book, request)
            if answering is None:
                return original(self, request)
            if isinstance(answering, Elsewhere):
                return original(self, calls.redirected(request, answering))
            return calls.call_blocking(answering, request)

        return handle_request

    replace(undo, httpx.AsyncHTTPTransport, "handle_async_request", in_coroutines)
    replace(undo, httpx.HTTPTransport, "handle_request", in_threads)


def _aiohttp(book: Book, aiohttp: Any, undo: ExitStack) -> None:
    from . import aiohttp_calls as calls

    def connecting(original: Any) -> Any:
        async def connect(self: Any, req: Any, *arguments: Any, **named: Any) -> Any:
            known = calls.found(book, req)
            if known is None:
                return await original(self, req, *arguments, **named)
            return await calls.connection_to(self, req, *known)

        return connect

    replace(undo, aiohttp.BaseConnector, "connect", connecting)


def _http_client(book: Book, client: Any, undo: ExitStack) -> None:
    def refused(_: Any, at: str) -> Exception:
        return ConnectionRefusedError(errno.ECONNREFUSED, f"Connection refused: {at}")

    replace(undo, client.HTTPConnection, "connect", lambda original: _connect(book, original, "http", refused))
    replace(undo, client.HTTPSConnection, "connect", lambda original: _connect(book, original, "https", refused))


def _urllib3(book: Book, connection: Any, undo: ExitStack) -> None:
    from urllib3.exceptions import NewConnectionError

    def refused(asking: Any, at: str) -> Exception:
        return NewConnectionError(asking, f"Failed to establish a new connection: connection to {at} refused")

    for scheme, owner in (("http", connection.HTTPConnection), ("https", connection.HTTPSConnection)):

        def connecting(original: Any, scheme: str = scheme) -> Any:
            return _connect(book, original, scheme, refused)

        replace(undo, owner, "connect", connecting)


def _connect(book: Book, original: Any, scheme: str, refused: Callable[[Any, str], Exception]) -> Any:
    def connect(self: Any) -> None:
        at = origin(scheme, self.host, self.port)
        answering: Answering | None = book.get(at)
        if answering is None:
            original(self)
            return
        name = f"{at[1]}:{at[2]}"
        limit_s = timeout_of(self.timeout)
        if isinstance(answering, Elsewhere):
            try:
                self.sock = socket.create_connection((answering.host, answering.port), limit_s)
            except OSError as error:
                raise refused(self, name) from error
        elif answering.is_up:
            self.sock = MemorySocket(answering, at, limit_s)
        else:
            raise refused(self, name)
        # urllib3 would warn of a certificate that it has not seen.
        self.is_verified = True

    return connect
