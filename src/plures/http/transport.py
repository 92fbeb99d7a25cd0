"""The transport over HTTP/1.1: pools connections per peer.

Ours, since giving up a call must close its connection at once, which the libraries that were fast enough do not do
(docs/adr/0006-call-path.md).
"""

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncGenerator
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

from plures.runtime.connect import OUTCOME_HEADER, header_lines
from plures.runtime.policy import MAX_BODY_BYTES
from plures.runtime.transport import NotSent, Outgoing, Reply

from .connection import HttpConnection

_CONNECT_TIMEOUT_S: Final = 1.0
_UNIX: Final = "unix:"
# Shorter than servers keep idle connections (deploy.serving: 75 s), so that we do not write into one that is being closed.
_IDLE_S: Final = 30.0


class _Peer:
    """One address, and the idle connections to it.

    Attributes:
        path: Of a Unix socket, where the address is one (`unix:/run/x`).
    """

    def __init__(self, url: str) -> None:
        is_unix = url.startswith(_UNIX)
        self.path = url.removeprefix(_UNIX) if is_unix else None
        parts = urlsplit("http://localhost" if is_unix else url)
        self.host = parts.hostname or "127.0.0.1"
        self.tls = ssl.create_default_context() if parts.scheme == "https" else None
        self.port = parts.port or (443 if self.tls else 80)
        self.prefix = f"POST {parts.path.rstrip('/')}"
        self.suffix = f" HTTP/1.1\r\nhost: {parts.netloc}\r\n"
        self.idle: deque[HttpConnection] = deque()


class HttpTransport:
    """Connections to all peers of one replica. Lives on one event loop."""

    def __init__(self) -> None:
        self._peers: dict[str, _Peer] = {}
        self._open: set[HttpConnection] = set()

    async def unary(self, url: str, outgoing: Outgoing) -> Reply:
        peer = self._peer(url)
        connection = self._idle(peer) or await self._connect(peer)
        try:
            return await connection.unary(_request(peer, outgoing))
        finally:
            self._release(peer, connection)

    async def stream(self, url: str, outgoing: Outgoing) -> AsyncGenerator[Reply, None]:
        peer = self._peer(url)
        connection = self._idle(peer) or await self._connect(peer)
        try:
            head = await connection.head(_request(peer, outgoing))
            yield head
            while (chunk := await connection.chunk()) is not None:
                yield Reply(head.http_status, chunk)
        finally:
            self._release(peer, connection)

    async def close(self) -> None:
        for connection in self._open:
            connection.abort()
        self._open.clear()
        self._peers.clear()
        await asyncio.sleep(0)  # Let the event loop close the sockets.

    def _peer(self, url: str) -> _Peer:
        peer = self._peers.get(url)
        if peer is None:
            peer = self._peers[url] = _Peer(url)
        return peer

    def _idle(self, peer: _Peer) -> HttpConnection | None:
        while peer.idle:
            connection = peer.idle.pop()  # The one used last is the one least likely to be closed by the peer.
            if connection.is_reusable and monotonic() - connection.idle_since < _IDLE_S:
                return connection
            self._drop(connection)
        return None

    async def _connect(self, peer: _Peer) -> HttpConnection:
        loop = asyncio.get_running_loop()
        noted = OUTCOME_HEADER.encode()

        def made() -> HttpConnection:
            return HttpConnection(noted, MAX_BODY_BYTES)

        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT_S):
                if peer.path is not None:
                    _, connection = await loop.create_unix_connection(made, peer.path)
                else:
                    _, connection = await loop.create_connection(made, peer.host, peer.port, ssl=peer.tls)
        except TimeoutError:
            message = f"no connection within {_CONNECT_TIMEOUT_S:g} s"
            raise NotSent(message) from None
        except OSError as error:
            raise NotSent(error.strerror or str(error)) from None
        self._open.add(connection)
        return connection

    def _release(self, peer: _Peer, connection: HttpConnection) -> None:
        if connection.is_reusable:
            connection.idle_since = monotonic()
            peer.idle.append(connection)
        else:
            self._drop(connection)

    def _drop(self, connection: HttpConnection) -> None:
        connection.abort()
        self._open.discard(connection)


def _request(peer: _Peer, outgoing: Outgoing) -> bytes:
    lines, body = header_lines(outgoing), outgoing.body
    head = f"{peer.prefix}{outgoing.path}{peer.suffix}{lines}content-length: {len(body)}\r\n\r\n"
    return head.encode("latin-1") + body
