"""HTTP/1.1 of one request, as bytes, for clients that speak it: what they send, and what they read. On the loop of the service."""

import http
from typing import Any, Final, Protocol

import httptools

from .callee import Callee
from .exchange import Exchange, Headers
from .scope import scope_of

_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
_INVALID: Final = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Peer(Protocol):
    """The client's end."""

    def read(self, data: bytes) -> None: ...

    def closed(self) -> None: ...


class Wire:
    """The service's end of a connection that carries one request."""

    def __init__(self, callee: Callee, origin: tuple[str, str, int], peer: Peer) -> None:
        self._callee = callee
        self._origin = origin
        self._peer = peer
        self._parser = httptools.HttpRequestParser(self)
        self._target = b""
        self._headers: Headers = []
        self._exchange: Exchange | None = None
        self._is_chunked = False

    def data(self, data: bytes) -> None:
        """Bytes of the client."""
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._peer.read(_INVALID)
            self._peer.closed()

    def taken(self, size: int) -> None:
        """The client has read so much of the body."""
        if self._exchange is not None:
            self._exchange.taken(size)

    def leave(self) -> None:
        """The client has closed its end."""
        if self._exchange is not None:
            self._exchange.leave()

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        method = self._parser.get_method().decode()
        target = self._target if self._target.startswith(b"/") else _path_of(self._target)
        scope = scope_of(self._callee, method, self._origin, target, self._headers)
        self._exchange = Exchange(self._callee, scope, self)
        self._exchange.start()
        if (b"expect", b"100-continue") in self._headers:
            self._peer.read(_CONTINUE)

    def on_body(self, body: bytes) -> None:
        if self._exchange is not None:
            self._exchange.feed(body, more=True)

    def on_message_complete(self) -> None:
        if self._exchange is not None:
            self._exchange.feed(b"", more=False)

    def started(self, status: int, headers: Headers) -> None:
        self._is_chunked = (b"transfer-encoding", b"chunked") in headers
        lines = [b"HTTP/1.1 %d %s" % (status, _phrase(status))]
        lines += [b"%s: %s" % header for header in headers if header[0] != b"connection"]
        # Clients would keep the connection and look whether its socket still is one.
        self._peer.read(b"\r\n".join([*lines, b"connection: close", b"", b""]))

    def body(self, chunk: bytes) -> None:
        self._peer.read(b"%x\r\n%s\r\n" % (len(chunk), chunk) if self._is_chunked else chunk)

    def ended(self, *, complete: bool) -> None:
        if complete and self._is_chunked:
            self._peer.read(b"0\r\n\r\n")
        self._peer.closed()


def _path_of(target: bytes) -> bytes:
    """The path of a target that a proxy would get."""
    url: Any = httptools.parse_url(target)
    return (url.path or b"/") + (b"?" + url.query if url.query else b"")


def _phrase(status: int) -> bytes:
    try:
        return http.HTTPStatus(status).phrase.encode()
    except ValueError:
        return b""
