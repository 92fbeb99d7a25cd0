"""The transport over HTTP/1.1: pools connections per peer. It never uses a proxy.

Ours, since giving up a call must close its connection at once, which the libraries that were fast enough do not do
(docs/adr/0006-call-path.md).
"""

import asyncio
import os
import ssl
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from math import inf
from time import monotonic, time
from typing import Final
from urllib.parse import urlsplit

from msgspec import structs

from plures.runtime import MAX_BODY_BYTES, NotSent, Outgoing, Reply, Untrusted, connect
from plures.tls import Recognising, TlsClientProtocol, Toward, named_peer, reason, wrong_name

from .client_connection import HttpConnection

_CONNECT_TIMEOUT_S: Final = 1.0
# A handshake is two more round trips, and work for both sides.
_HANDSHAKE_TIMEOUT_S: Final = 2.0
# Our own replicas answer here; of a peer of another make, any answer to it will do.
_KNOCK: Final = "/health/live"
_UNIX: Final = "unix:"
# Shorter than our servers keep idle connections (deploy.serving: 120 s), so that we do not write into one that is being closed.
# Peers of other makes may say less.
_IDLE_S: Final = 30.0
_NOTED_HEADER: Final = connect.OUTCOME_HEADER.encode()


class _Peer:
    """One address, and the idle connections to it.

    Attributes:
        socket_path: Of the Unix socket, where the address is one (`unix:/run/x`).
        folder: What the paths of requests begin with.
        head_end: What follows the path in the head of each request.
        tls: How it is recognised; None without TLS.
    """

    def __init__(self, url: str, token: str, tls: Recognising | None) -> None:
        is_unix = url.startswith(_UNIX)
        self.socket_path = url.removeprefix(_UNIX) if is_unix else None
        parts = urlsplit("http://localhost" if is_unix else url)
        self.host = parts.hostname or ""
        toward = Toward() if tls is None else tls.toward(url)
        self.tls = toward if parts.scheme == "https" else None
        self.port = parts.port or (443 if self.tls else 80)
        self.folder = parts.path.rstrip("/")
        proof = f"authorization: Bearer {token}\r\n" if token else ""
        self.head_end = f" HTTP/1.1\r\nhost: {parts.netloc}\r\n{proof}"
        self.idle: deque[HttpConnection] = deque()

    def request(self, outgoing: Outgoing) -> bytes:
        lines, body = connect.header_lines(outgoing), outgoing.body
        if outgoing.query:
            return f"GET {self.folder}{outgoing.path}?{outgoing.query}{self.head_end}{lines}\r\n".encode("latin-1")
        head = f"POST {self.folder}{outgoing.path}{self.head_end}{lines}content-length: {len(body)}\r\n\r\n"
        return head.encode("latin-1") + body

    def get(self, path: str) -> bytes:
        return f"GET {self.folder}{path}{self.head_end}\r\n".encode("latin-1")


class HttpTransport:
    """Connections to all peers of one replica. Lives on one event loop.

    Args:
        tokens: Base URL of a peer → the token to show it, and it alone. What is added later is used, what is changed is not.
        tls: How peers are recognised that are called by https; None where their host names count.
    """

    def __init__(self, tokens: Mapping[str, str] | None = None, *, tls: Recognising | None = None) -> None:
        self._tokens: Mapping[str, str] = {} if tokens is None else tokens
        self._tls = tls
        self._peers: dict[str, _Peer] = {}
        self._open: set[HttpConnection] = set()
        # What carries which request, by its `id`.
        self._carrying: dict[int, HttpConnection] = {}

    async def unary(self, url: str, outgoing: Outgoing) -> Reply:
        peer = self._peer(url)
        connection = (None if outgoing.fresh else self._idle(peer)) or await self._connect(peer)
        self._carrying[id(outgoing)] = connection
        try:
            hears, limit = outgoing.heard is not None, outgoing.max_answer_bytes
            return await connection.unary(peer.request(outgoing), hears=hears, max_answer_bytes=limit)
        finally:
            del self._carrying[id(outgoing)]
            self._release(peer, connection)

    def stream(self, url: str, outgoing: Outgoing) -> AsyncGenerator[Reply, None]:
        peer = self._peer(url)
        return self._pieces(peer, peer.request(outgoing), fresh=outgoing.fresh, hears=outgoing.heard is not None)

    async def get(self, url: str, path: str) -> Reply:
        """GET a page of a peer, of any size; raises `NotSent` or `Broken`, and `ValueError` where the URL is none."""
        peer = self._peer(url)
        async with aclosing(self._pieces(peer, peer.get(path))) as pieces:
            head = await anext(pieces)
            return structs.replace(head, body=b"".join([piece.body async for piece in pieces]))

    async def knock(self, url: str) -> None:
        await self.get(url, _KNOCK)

    def give_up(self, outgoing: Outgoing) -> None:
        connection = self._carrying.get(id(outgoing))
        if connection is not None:
            connection.abort()

    async def close(self) -> None:
        for connection in self._open:
            connection.abort()
        self._open.clear()
        self._peers.clear()
        # The event loop closes the sockets in its next step.
        await asyncio.sleep(0)

    async def _pieces(
        self, peer: _Peer, request: bytes, *, fresh: bool = False, hears: bool = False
    ) -> AsyncGenerator[Reply, None]:
        connection = (None if fresh else self._idle(peer)) or await self._connect(peer)
        try:
            head = await connection.head(request, hears=hears)
            yield head
            while (chunk := await connection.chunk()) is not None:
                yield Reply(head.http_status, chunk)
        finally:
            self._release(peer, connection)

    def _peer(self, url: str) -> _Peer:
        peer = self._peers.get(url)
        if peer is None:
            peer = self._peers[url] = _Peer(url, self._tokens.get(url, ""), self._tls)
        return peer

    def _idle(self, peer: _Peer) -> HttpConnection | None:
        while peer.idle:
            # The peer is least likely to close the connection that was used last.
            connection = peer.idle.pop()
            now = monotonic()
            idle_s = now - connection.idle_since
            is_fresh = idle_s < _IDLE_S and idle_s < connection.most_idle_s and now < connection.ends_at
            if is_fresh and connection.is_reusable:
                return connection
            self._drop(connection)
        return None

    async def _connect(self, peer: _Peer) -> HttpConnection:
        loop = asyncio.get_running_loop()

        def made() -> HttpConnection:
            return HttpConnection(_NOTED_HEADER, MAX_BODY_BYTES)

        limit_s = _CONNECT_TIMEOUT_S if peer.tls is None else _HANDSHAKE_TIMEOUT_S
        try:
            async with asyncio.timeout(limit_s):
                if peer.socket_path is not None:
                    _, connection = await loop.create_unix_connection(made, peer.socket_path)
                elif peer.tls is None:
                    _, connection = await loop.create_connection(made, peer.host, peer.port)
                else:
                    connection = await _sealed(peer, peer.tls, made)
        except TimeoutError:
            message = f"no connection within {limit_s:g} s"
            raise NotSent(message) from None
        except ssl.SSLError as error:
            raise Untrusted(reason(error)) from None
        except (OSError, UnicodeError) as error:
            raise NotSent(_reason(error)) from None
        if peer.tls is not None:
            _recognise(connection, peer.tls)
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


async def _sealed(peer: _Peer, tls: Toward, made: Callable[[], HttpConnection]) -> HttpConnection:
    loop = asyncio.get_running_loop()
    context = tls.context()
    _, sealing = await loop.create_connection(lambda: TlsClientProtocol(context, peer.host, made), peer.host, peer.port)
    return await sealing.opened()


def _recognise(connection: HttpConnection, toward: Toward) -> None:
    """Raise `Untrusted` where the peer is not the one that is called; bound the life of its connection by its certificate."""
    certificate = connection.certificate or {}
    name = named_peer(certificate)
    if toward.expected and name != toward.expected:
        connection.abort()
        raise Untrusted(wrong_name(name, toward.expected))
    left_s = ssl.cert_time_to_seconds(certificate["notAfter"]) - time() if "notAfter" in certificate else inf
    connection.ends_at = monotonic() + min(toward.most_age_s(), left_s)


def _reason(error: OSError | UnicodeError) -> str:
    if isinstance(error, ConnectionError) and error.errno:
        # asyncio's own text has the address in place of the reason.
        return os.strerror(error.errno)
    return getattr(error, "strerror", None) or str(error)
