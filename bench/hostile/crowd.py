"""Thousands of connections that ask nothing, send slowly or take slowly: what they cost, and what honest requests notice of them."""

import asyncio
import random
import resource
import socket
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from time import perf_counter

from bench.hostile.shop import RunningShop
from bench.samples import percentile

_ASKED = (b"/products/teapot", b"/search?q=tea", b"/cart", b"/health/live")
_HEAD = b"Host: 127.0.0.1\r\nConnection: close\r\n\r\n"
_SLOW_POST = b"POST /cart/add HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n"
_CALL = b"POST /marketplace.catalog.v1.Catalog/Export HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/connect+json\r\nHost: 127.0.0.1\r\n"
_ALL = b"\x00\x00\x00\x00\x02{}"
_DROP_S = 1.0


class Kind(Enum):
    """What a connection does."""

    IDLE = "ask nothing"
    SLOW_HEAD = "send a head byte by byte"
    SLOW_BODY = "send a body byte by byte"
    SLOW_READER = "ask for much and take nothing"


@dataclass(frozen=True)
class Honest:
    """Honest requests, one after the other: what they took, and how many failed."""

    times_ms: Sequence[float]
    failed: int

    @property
    def median_ms(self) -> float:
        return percentile(self.times_ms, 0.5)


@dataclass(frozen=True)
class Crowd:
    """What a crowd did.

    Attributes:
        each_kib: Resident memory for each of its connections.
    """

    kind: Kind
    connections: int
    each_kib: float
    before: Honest
    during: Honest

    @property
    def times_slower(self) -> float:
        return self.during.median_ms / self.before.median_ms


async def crowd(
    shop: RunningShop, kind: Kind, connections: int, *, is_public: bool, requests: int, settled_s: float = 5.0
) -> Crowd:
    """Let this many connections of a kind stand at a listener, and ask honestly beside them after some seconds."""
    _may_open(connections + 200)
    before = await _honest(shop, requests)
    port = shop.public_port if is_public else shop.control_port
    empty_mib = shop.memory_mib
    async with _standing(port, kind, connections, is_public=is_public):
        await asyncio.sleep(settled_s)
        each_kib = (shop.memory_mib - empty_mib) * 1024 / connections
        during = await _honest(shop, requests)
        return Crowd(kind, connections, each_kib, before, during)


def _may_open(files: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(files, hard), hard))


@asynccontextmanager
async def _standing(port: int, kind: Kind, connections: int, *, is_public: bool) -> AsyncGenerator[None]:
    """The connections, for as long as the context lasts."""
    standing: list[_Standing] = []
    tasks: list[asyncio.Task[None]] = []
    try:
        for _ in range(connections):
            each = await _connected(port)
            standing.append(each)
            tasks.append(asyncio.create_task(each.stand(kind, is_public=is_public)))
            # They come as fast as a shop that has nothing else to do can take them.
            if kind is Kind.SLOW_READER:
                await each.began.wait()
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        for each in standing:
            each.close()


async def _connected(port: int) -> "_Standing":
    """A connection whose kernel takes next to nothing either."""
    kernel = socket.socket()
    kernel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    kernel.setblocking(False)
    await asyncio.get_running_loop().sock_connect(kernel, ("127.0.0.1", port))
    return _Standing(*await asyncio.open_connection(sock=kernel, limit=1024))


class _Standing:
    """One of them; `began` is set when the listener has begun to answer."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.began = asyncio.Event()
        self._reader = reader
        self._writer = writer

    @property
    def is_open(self) -> bool:
        return not (self._reader.at_eof() or self._writer.is_closing())

    def close(self) -> None:
        self._writer.transport.abort()

    async def stand(self, kind: Kind, *, is_public: bool) -> None:
        with suppress(OSError, EOFError):
            if kind is Kind.SLOW_READER:
                await self._ask_for_much(is_public=is_public)
            elif kind is not Kind.IDLE:
                await self._send(_SLOW_POST if kind is Kind.SLOW_BODY else b"GET / HTTP/1.1\r\n")
                while self.is_open:
                    await self._send(b"a")
                    await asyncio.sleep(_DROP_S * random.uniform(0.5, 1.5))

    async def _send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def _ask_for_much(self, *, is_public: bool) -> None:
        """Nothing of the answers is read but the first byte."""
        try:
            if is_public:
                await self._send(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 20)
            else:
                await self._send(_CALL + b"Content-Length: %d\r\n\r\n" % len(_ALL) + _ALL)
            await self._reader.readexactly(1)
        finally:
            self.began.set()


async def _honest(shop: RunningShop, requests: int) -> Honest:
    """Each on a connection of its own, so that being accepted counts as well."""
    times: list[float] = []
    failed = 0
    for number in range(requests):
        path = _ASKED[number % len(_ASKED)]
        began = perf_counter()
        try:
            async with asyncio.timeout(10):
                status = await _ask(shop.control_port if path.startswith(b"/health") else shop.public_port, path)
        except (OSError, TimeoutError):
            status = 0
        times.append((perf_counter() - began) * 1000)
        failed += status != 200
    return Honest(times, failed)


async def _ask(port: int, path: bytes) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"GET %b HTTP/1.1\r\n" % path + _HEAD)
        answer = await reader.read()
        return int(answer[9:12]) if answer else 0
    finally:
        writer.close()
