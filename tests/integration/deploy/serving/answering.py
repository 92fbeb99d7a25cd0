"""A control listener whose answerer has a way of its own for each path, and the requests to it, in bytes."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeAlias

from plures.deploy.serving.listener import Listener, ServingOptions
from plures.deploy.serving.sockets import ListenAddress, listen
from plures.http import HttpServerProtocol, Request, Response
from tests.integration.deploy.support import until

from .raw_client import RawClient

PIECE = b"x" * 65536
MANY = 2000
LARGE_BYTES = 512 * 1024


def get(path: str, *headers: bytes, version: bytes = b"1.1", method: bytes = b"GET") -> bytes:
    lines = b"".join(header + b"\r\n" for header in (b"host: here", *headers))
    return b"%b %b HTTP/%b\r\n%b\r\n" % (method, path.encode(), version, lines)


def post(body: bytes, *headers: bytes, path: str = "/echo") -> bytes:
    return get(path, b"content-length: %d" % len(body), *headers, method=b"POST") + body


class Answering:
    """Answers each path in its own way, and notes what becomes of it."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.go = asyncio.Event()
        self.cancelled = 0
        self.yielded = 0
        self.closed = 0

    async def __call__(self, request: Request) -> Response:
        self.asked.append(request)
        way = getattr(self, "_" + request.path[1:], None)
        return Response(404) if way is None else await way(request)

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.asked]

    async def _echo(self, request: Request) -> Response:
        return Response(200, request.body or b"done", headers=((b"x-way", b"echo"),))

    async def _held(self, request: Request) -> Response:
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return Response(200, b"held")

    async def _large(self, request: Request) -> Response:
        return Response(200, b"x" * LARGE_BYTES)

    async def _fails(self, request: Request) -> Response:
        msg = "secret"
        raise RuntimeError(msg)

    async def _stream(self, request: Request) -> Response:
        return Response(200, content_type=b"text/plain", chunks=self._pieces([b"one", b"", b"three"]))

    async def _breaks(self, request: Request) -> Response:
        return Response(200, chunks=self._pieces([b"one"], waits=True, breaks=True))

    async def _waits(self, request: Request) -> Response:
        return Response(200, chunks=self._pieces([b"one"], waits=True))

    async def _long(self, request: Request) -> Response:
        return Response(200, chunks=self._pieces([PIECE] * MANY))

    async def _floods(self, request: Request) -> Response:
        return Response(200, chunks=self._flood())

    async def _flood(self) -> AsyncGenerator[bytes, None]:
        try:
            await self.go.wait()
            for _ in range(MANY):
                self.yielded += 1
                yield b"x"
        finally:
            self.closed += 1

    async def _pieces(
        self, pieces: list[bytes], *, breaks: bool = False, waits: bool = False
    ) -> AsyncGenerator[bytes, None]:
        try:
            for piece in pieces:
                self.yielded += 1
                yield piece
            if waits:
                await self.go.wait()
            if breaks:
                msg = "secret"
                raise RuntimeError(msg)
        finally:
            self.closed += 1


class Served:
    """A listener with its answerer, and the connections to it."""

    def __init__(self, options: ServingOptions) -> None:
        self.answering = Answering()
        self.listening = listen(ListenAddress(port=0))
        self.listener = Listener(self.answering, self.listening.socket, options)
        self._clients: list[RawClient] = []

    async def connect(self, *pieces: bytes) -> RawClient:
        """A new connection, on which the pieces are said."""
        client = RawClient(*await asyncio.open_connection("127.0.0.1", self.listening.port))
        self._clients.append(client)
        await client.say(*pieces)
        return client

    @property
    def protocols(self) -> list[HttpServerProtocol]:
        return list(self.listener.state.connections)

    @property
    def tasks(self) -> set[asyncio.Task[None]]:
        return self.listener.state.tasks

    async def only(self) -> HttpServerProtocol:
        """The server's side of the one connection."""
        await until(lambda: len(self.protocols) == 1)
        return self.protocols[0]

    async def has_asked(self, count: int) -> None:
        await until(lambda: len(self.answering.asked) == count)

    async def close(self) -> None:
        for client in self._clients:
            client.hang_up()
        self.listener.hurry()
        await self.listener.stop()


Serve: TypeAlias = Callable[..., Awaitable[Served]]
"""Starts a listener with these serving options; a fixture of this folder."""
