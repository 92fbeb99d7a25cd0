"""Answers that take their time on the control listener: streams, readers that do not read, peers that hang up."""

import asyncio
import logging
import socket
import struct

import pytest

from tests.integration.deploy.support import until

from .answering import LARGE_BYTES, MANY, PIECE, Serve, get, post

# Streams


async def test_a_stream_is_sent_in_chunks(serve: Serve) -> None:
    it = await serve()
    client = await it.connect(get("/stream"), post(b"next"))
    head = await client.head()
    assert (head.status, head.headers["content-type"]) == (200, "text/plain")
    assert (head.headers["transfer-encoding"], "content-length" in head.headers) == ("chunked", False)
    assert [await client.chunk() for _ in range(3)] == [b"one", b"three", b""]  # An empty one would be the end.
    assert (await client.answer()).body == b"next"
    assert it.answering.closed == 1


async def test_a_chunk_is_sent_when_it_is_there(serve: Serve) -> None:
    it = await serve()
    client = await it.connect(get("/waits"))
    await client.head()
    assert await client.chunk() == b"one"
    assert not it.answering.closed
    it.answering.go.set()
    assert await client.chunk() == b""


async def test_a_stream_that_breaks_has_no_end(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    it = await serve()
    client = await it.connect(get("/breaks") + post(b"next"))
    await client.head()
    assert await client.chunk() == b"one"
    it.answering.go.set()
    assert await client.rest() == b""  # There is no last chunk.
    await until(lambda: not it.tasks)
    assert (it.answering.closed, it.answering.paths) == (1, ["/breaks"])
    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert (record.name, record.getMessage()) == ("plures.calls", "GET /breaks failed")


async def test_a_stream_waits_for_its_reader(serve: Serve) -> None:
    it = await serve()
    client = await it.connect(get("/long"))
    protocol = await it.only()
    await until(lambda: protocol._flushed is not None)
    yielded = it.answering.yielded
    assert yielded < MANY
    await client.head()
    for _ in range(MANY):
        assert await client.chunk() == PIECE
    assert await client.chunk() == b""
    assert (it.answering.yielded, it.answering.closed) == (MANY, 1)


async def test_answers_wait_for_their_reader(serve: Serve) -> None:
    it = await serve()
    client = await it.connect(get("/large") * 64)
    protocol = await it.only()
    await until(lambda: protocol._flushed is not None)
    await asyncio.sleep(0.05)  # turns of the loop, in which all could be answered
    assert len(it.answering.asked) < 64
    for _ in range(64):
        assert len((await client.answer()).body) == LARGE_BYTES


@pytest.mark.parametrize("path", ["/waits", "/long"], ids=["while it waits for more", "while it waits for its reader"])
async def test_a_stream_is_closed_when_its_reader_hangs_up(serve: Serve, path: str) -> None:
    it = await serve()
    client = await it.connect(get(path))
    await client.head()
    client.hang_up()
    await until(lambda: it.answering.closed)
    await until(lambda: not it.tasks and not it.protocols)
    assert it.answering.yielded < MANY


async def test_a_stream_that_never_waits_ends_with_the_first_piece_that_cannot_be_sent(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    it = await serve()
    with socket.create_connection(("127.0.0.1", it.listening.port)) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.sendall(get("/floods"))
        await it.has_asked(1)
    # The peer has hung up, and the stream goes on before the event loop can notice.
    it.answering.go.set()
    await until(lambda: it.answering.closed)
    await until(lambda: not it.tasks and not it.protocols)
    assert it.answering.yielded < 5
    assert caplog.records == []


# Peers that hang up


async def test_a_peer_that_hangs_up_cancels_its_request(serve: Serve) -> None:
    it = await serve()
    client = await it.connect(get("/held"))
    await it.has_asked(1)
    client.hang_up()
    await until(lambda: it.answering.cancelled)
    await until(lambda: not it.tasks and not it.protocols)


async def test_what_a_peer_asked_before_it_hung_up_is_not_begun(serve: Serve) -> None:
    it = await serve()
    client = await it.connect(get("/held") + post(b"1"), post(b"2"))
    await it.has_asked(1)
    client.hang_up()
    await until(lambda: not it.tasks and not it.protocols)
    assert (it.answering.cancelled, it.answering.paths) == (1, ["/held"])


async def test_a_request_may_be_cancelled_before_its_first_step(serve: Serve) -> None:
    it = await serve()
    client = await it.connect()
    protocol = await it.only()
    protocol.data_received(get("/echo") * 2)
    assert len(it.tasks) == 1
    protocol.connection_lost(None)
    await until(lambda: not it.tasks)
    assert (it.answering.asked, it.protocols) == ([], [])
    protocol.transport.abort()
    assert await client.rest() == b""


async def test_a_peer_may_hang_up_within_a_request(serve: Serve) -> None:
    it = await serve()
    client = await it.connect(post(b"hello")[:-1])
    await it.only()
    client.hang_up()
    await until(lambda: not it.protocols)
    assert it.answering.asked == []
