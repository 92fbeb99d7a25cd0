"""Which connections the transport uses again, and what it says of one that its peer has closed."""

import asyncio
import socket
import struct

import pytest

from plures.http import HttpTransport
from plures.runtime import Broken, Stale
from tests.raw_server import Handler, Reader, Writer, answer, head, keeps_saying, raw_server, read_request, says

from .asking import ask


async def test_connections_are_used_again(transport: HttpTransport) -> None:
    async with raw_server(keeps_saying(answer(b"{}"))) as server:
        for _ in range(5):
            await ask(transport, server.url)
        assert server.connections == 1
        await asyncio.gather(*(ask(transport, server.url) for _ in range(5)))
        assert server.connections == 5


@pytest.mark.parametrize("last", ["", "connection: close"])
async def test_a_connection_that_the_peer_closed_is_not_used_again(transport: HttpTransport, last: str) -> None:
    async with raw_server(says(answer(b"{}", *filter(None, [last])))) as server:
        for n in range(1, 4):
            assert (await ask(transport, server.url)).http_status == 200
            assert server.connections == n
            for _ in range(20):
                # The end of the connection arrives while it is idle.
                await asyncio.sleep(0.01)


def forgets(*last_words: bytes) -> Handler:
    """Answers the first request on a connection; to the second it says its last words and closes."""

    async def handler(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(answer(b"{}"))
        await says(*last_words)(reader, writer)

    return handler


async def test_a_used_connection_that_breaks_before_the_answer_is_stale(transport: HttpTransport) -> None:
    async with raw_server(forgets()) as server:
        await ask(transport, server.url)
        with pytest.raises(Stale, match="the peer closed the connection"):
            await ask(transport, server.url)
        await ask(transport, server.url)
        assert (await ask(transport, server.url, fresh=True)).http_status == 200
        assert server.connections == 3


async def test_a_connection_that_was_reset_is_stale(transport: HttpTransport) -> None:
    async def handler(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(answer(b"{}"))
        await read_request(reader)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async with raw_server(handler) as server:
        await ask(transport, server.url)
        with pytest.raises(Stale):
            await ask(transport, server.url)


@pytest.mark.parametrize(
    "words", [b"H", b"HTTP/1.1 200 OK\r\n", head("content-length: 5"), b"\x00", head(status="103 Hint")]
)
async def test_a_used_connection_that_breaks_within_the_answer_is_not_stale(
    transport: HttpTransport, words: bytes
) -> None:
    async with raw_server(forgets(words)) as server:
        await ask(transport, server.url)
        with pytest.raises(Broken) as broken:
            await ask(transport, server.url)
    assert type(broken.value) is Broken


async def test_a_first_connection_that_breaks_is_not_stale(transport: HttpTransport) -> None:
    async with raw_server(says()) as server:
        with pytest.raises(Broken) as broken:
            await ask(transport, server.url)
    assert type(broken.value) is Broken


async def test_a_used_connection_that_we_close_ourselves_is_not_stale(transport: HttpTransport) -> None:
    asked = asyncio.Event()

    async def handler(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(answer(b"{}"))
        await read_request(reader)
        asked.set()
        await reader.read()

    async with raw_server(handler) as server:
        await ask(transport, server.url)
        call = asyncio.create_task(ask(transport, server.url))
        await asked.wait()
        await transport.close()
        with pytest.raises(Broken) as broken:
            await call
    assert type(broken.value) is Broken


@pytest.mark.parametrize(
    ("said", "idle_s", "connections"),
    [
        ("timeout=5", 0, 1),
        ("timeout=5", 3.9, 1),
        ("timeout=5", 4, 2),
        ("max=100, Timeout = 5", 4, 2),
        ('timeout="5", max=100', 4, 2),
        ("timeout=1", 0.6, 2),
        ("timeout=0", 0, 2),
        ("timeout=3600", 20, 1),
        ("timeout=3600", 31, 2),
        ("timeout=-1, max=5", 0, 1),
        ("xtimeout=0", 0, 1),
        ("soon", 0, 1),
        ("", 0, 1),
    ],
)
async def test_a_connection_is_kept_no_longer_than_its_peer_keeps_it(
    transport: HttpTransport, said: str, idle_s: float, connections: int
) -> None:
    async with raw_server(keeps_saying(answer(b"{}", f"Keep-Alive: {said}"))) as server:
        await ask(transport, server.url)
        [connection] = transport._peers[server.url].idle
        connection.idle_since -= idle_s
        await ask(transport, server.url)
        assert server.connections == connections
