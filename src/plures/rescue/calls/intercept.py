"""Lets the HTTP clients that are installed reach the services of a book, while a context lasts.

It stands on public methods alone, by which each client asks its next lower layer for something:

- httpx: `AsyncHTTPTransport.handle_async_request`, `HTTPTransport.handle_request`
- aiohttp: `BaseConnector.connect`
- requests and urllib3: `connect` of urllib3's `HTTPConnection` and `HTTPSConnection`; whatever else uses `http.client`: that of its `HTTPConnection`

All that a client does above them stays: cookies, redirects, retries, hooks, timeouts of a whole request.
"""

import errno
import http.client
import socket
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any

from .blocking import MemorySocket, timeout_of
from .book import Answering, Book, Elsewhere, origin


@contextmanager
def intercepted(book: Book) -> Generator[None]:
    """Pass calls to the addresses of the book to those who answer there; others go their way."""
    with ExitStack() as undo:
        _httpx(book, undo)
        _aiohttp(book, undo)
        _http_client(book, undo)
        _urllib3(book, undo)
        yield


def _replace(undo: ExitStack, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    original = getattr(owner, name)
    setattr(owner, name, make(original))
    undo.callback(setattr, owner, name, original)


def _httpx(book: Book, undo: ExitStack) -> None:
    httpx = _installed("httpx")
    if httpx is None:
        return
    from . import httpx_calls as calls

    def in_coroutines(original: Any) -> Any:
        async def handle_async_request(self: Any, request: Any) -> Any:
            answering = calls.found(book, request)
            if answering is None:
                return await original(self, request)
            if isinstance(answering, Elsewhere):
                return await original(self, calls.redirected(request, answering))
            return await calls.call_async(answering, request)

        return handle_async_request

    def in_threads(original: Any) -> Any:
        def handle_request(self: Any, request: Any) -> Any:
            answering = calls.found(book, request)
            if answering is None:
                return original(self, request)
            if isinstance(answering, Elsewhere):
                return original(self, calls.redirected(request, answering))
            return calls.call_blocking(answering, request)

        return handle_request

    _replace(undo, httpx.AsyncHTTPTransport, "handle_async_request", in_coroutines)
    _replace(undo, httpx.HTTPTransport, "handle_request", in_threads)


def _aiohttp(book: Book, undo: ExitStack) -> None:
    aiohttp = _installed("aiohttp")
    if aiohttp is None:
        return
    from . import aiohttp_calls as calls

    def connecting(original: Any) -> Any:
        async def connect(self: Any, req: Any, *arguments: Any, **named: Any) -> Any:
            known = calls.found(book, req)
            if known is None:
                return await original(self, req, *arguments, **named)
            return await calls.connection_to(self, req, *known)

        return connect

    _replace(undo, aiohttp.BaseConnector, "connect", connecting)


def _http_client(book: Book, undo: ExitStack) -> None:
    def refused(_: Any, at: str) -> Exception:
        return ConnectionRefusedError(errno.ECONNREFUSED, f"Connection refused: {at}")

    _replace(undo, http.client.HTTPConnection, "connect", lambda original: _connect(book, original, "http", refused))
    _replace(undo, http.client.HTTPSConnection, "connect", lambda original: _connect(book, original, "https", refused))


def _urllib3(book: Book, undo: ExitStack) -> None:
    connection = _installed("urllib3.connection")
    if connection is None:
        return
    from urllib3.exceptions import NewConnectionError

    def refused(asking: Any, at: str) -> Exception:
        return NewConnectionError(asking, f"Failed to establish a new connection: connection to {at} refused")

    for scheme, owner in (("http", connection.HTTPConnection), ("https", connection.HTTPSConnection)):

        def connecting(original: Any, scheme: str = scheme) -> Any:
            return _connect(book, original, scheme, refused)

        _replace(undo, owner, "connect", connecting)


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


def _installed(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        return None
