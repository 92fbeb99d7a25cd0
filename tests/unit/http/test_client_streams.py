"""Streams of the transport: whole ones, broken ones, and ones that the consumer leaves early or reads slowly."""

import asyncio
from contextlib import aclosing

import pytest

from plures.http import HttpTransport
from plures.runtime import MAX_BODY_BYTES, Broken, Outgoing
from tests.raw_server import (
    PATIENCE_S,
    Reader,
    Writer,
    answer,
    chunk,
    head,
    keeps_saying,
    raw_server,
    read_request,
    says,
)

STREAMING = Outgoing("/a.B/C", 1000, 1, b"{}", streams=True)


async def pieces(transport: HttpTransport, url: str) -> list[bytes]:
    async with asyncio.timeout(PATIENCE_S), aclosing(transport.stream(url, STREAMING)) as stream:
        return [reply.body async for reply in stream]


async def test_a_stream_is_a_head_and_then_pieces(transport: HttpTransport) -> None:
    async with raw_server(says(head("transfer-encoding: chunked"), chunk(b"a"), chunk(b"b"), b"0\r\n\r\n")) as server:
        first, *rest = await pieces(transport, server.url)
    assert (first, b"".join(rest)) == (b"", b"ab")


async def test_a_stream_that_ends_too_soon_is_broken(transport: HttpTransport) -> None:
    async with raw_server(says(head("transfer-encoding: chunked"), chunk(b"a"))) as server:
        with pytest.raises(Broken):
            await pieces(transport, server.url)


async def test_the_connection_of_a_whole_stream_is_used_again(transport: HttpTransport) -> None:
    async with raw_server(keeps_saying(answer(b"abc"))) as server:
        assert await pieces(transport, server.url) == [b"", b"abc"]
        assert await pieces(transport, server.url) == [b"", b"abc"]
        assert server.connections == 1


async def test_leaving_a_stream_closes_its_connection(transport: HttpTransport) -> None:
    gone = asyncio.Event()

    async def handler(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(head("transfer-encoding: chunked") + chunk(b"a"))
        assert await reader.read() == b""
        gone.set()

    async with raw_server(handler) as server:
        async with aclosing(transport.stream(server.url, STREAMING)) as stream:
            assert (await anext(stream)).http_status == 200
        async with asyncio.timeout(PATIENCE_S):
            await gone.wait()


async def test_a_consumer_that_does_not_read_holds_the_peer_back(transport: HttpTransport) -> None:
    total, sent = 64, 0

    async def handler(reader: Reader, writer: Writer) -> None:
        nonlocal sent
        await read_request(reader)
        writer.write(head("transfer-encoding: chunked"))
        for _ in range(total):
            writer.write(chunk(b"x" * MAX_BODY_BYTES))
            await writer.drain()
            sent += 1
        writer.write(b"0\r\n\r\n")

    async with raw_server(handler) as server, aclosing(transport.stream(server.url, STREAMING)) as stream:
        await anext(stream)
        before = -1
        # Until nothing moves any more.
        while sent != before:
            before = sent
            await asyncio.sleep(0.2)
        assert sent < total
        assert sum([len(reply.body) async for reply in stream]) == total * MAX_BODY_BYTES
