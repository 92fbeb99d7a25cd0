"""How connections to the control listener end: after silence, after a request that does not arrive, and when it stops."""

import asyncio
import json

import pytest

from plures.http import HttpServerProtocol
from plures.http.pace import MAX_ARRIVAL_S, MAX_UNREAD_S
from tests.integration.deploy.support import until

from .answering import Serve, get, post


def pass_s(protocol: HttpServerProtocol, seconds: int) -> None:
    """Let time pass. The listener's own clock may add some: no test may depend on a few seconds."""
    for _ in range(seconds):
        protocol.tick(1.0)


# Time


async def test_a_silent_connection_is_closed(serve: Serve) -> None:
    it = await serve(keep_alive_s=100)
    fresh = await it.connect()
    protocol = await it.only()
    pass_s(protocol, 80)
    assert not protocol.transport.is_closing()
    pass_s(protocol, 21)
    assert await fresh.rest() == b""


async def test_who_speaks_is_not_silent(serve: Serve) -> None:
    it = await serve(keep_alive_s=100)
    client = await it.connect()
    protocol = await it.only()
    for _ in range(3):
        pass_s(protocol, 80)
        await client.say(post(b"hello"))
        assert (await client.answer()).body == b"hello"
    pass_s(protocol, 101)
    assert await client.rest() == b""


async def test_a_request_takes_as_long_as_it_takes(serve: Serve) -> None:
    it = await serve(keep_alive_s=1)
    client = await it.connect(get("/held"))
    protocol = await it.only()
    await it.has_asked(1)
    pass_s(protocol, MAX_ARRIVAL_S + 100)
    it.answering.go.set()
    assert (await client.answer()).body == b"held"


@pytest.mark.parametrize("begun", [b"G", get("/echo")[:-1], post(b"hello")[:-1]], ids=["line", "head", "body"])
async def test_a_request_that_does_not_arrive_is_refused(serve: Serve, begun: bytes) -> None:
    it = await serve(keep_alive_s=1000)
    client = await it.connect()
    protocol = await it.only()
    pass_s(protocol, 900)  # Silence before the request is not held against it.
    await client.say(begun[:1])
    await until(lambda: protocol._reader.is_arriving)
    pass_s(protocol, MAX_ARRIVAL_S - 10)
    await client.say(begun[1:])  # Neither is a trickle of bytes a reason to wait.
    assert not protocol.transport.is_closing()
    pass_s(protocol, 11)
    answer = await client.answer()
    assert (answer.status, answer.headers["connection"]) == (408, "close")
    assert json.loads(answer.body)["message"] == "the request did not arrive in time"
    assert await client.rest() == b""
    assert it.answering.asked == []


@pytest.mark.parametrize("path", ["/long", "/large"])
async def test_who_does_not_take_an_answer_is_cut_off(serve: Serve, path: str) -> None:
    it = await serve(keep_alive_s=1000)
    client = await it.connect(get(path) * 64)
    protocol = await it.only()
    await until(lambda: protocol._flushed is not None)
    pass_s(protocol, MAX_UNREAD_S + 1)
    await client.rest()
    await until(lambda: not it.protocols and not it.tasks)


async def test_who_does_not_take_the_rest_of_a_closing_connection_is_cut_off(serve: Serve) -> None:
    it = await serve(keep_alive_s=1000)
    await it.connect(get("/long"))
    protocol = await it.only()
    await until(lambda: protocol._flushed is not None)
    protocol.transport.close()
    pass_s(protocol, MAX_UNREAD_S + 1)
    await until(lambda: not it.protocols and not it.tasks)


async def test_a_stop_does_not_wait_for_who_does_not_read(serve: Serve) -> None:
    it = await serve(linger_s=0.05, grace_s=0.05)
    await it.connect(get("/long"))
    protocol = await it.only()
    await until(lambda: protocol._flushed is not None)
    await it.listener.stop()
    assert (it.answering.closed, it.protocols, it.tasks) == (1, [], set())


async def test_the_listener_ticks_for_all(serve: Serve) -> None:
    it = await serve(keep_alive_s=1, tick_s=0.3)
    clients = [await it.connect() for _ in range(3)]
    assert [await client.rest() for client in clients] == [b"", b"", b""]
    answer = await (await it.connect(get("/echo"))).answer()
    assert answer.headers["date"].endswith(" GMT")


# Stopping


async def test_an_idle_connection_may_ask_once_more(serve: Serve) -> None:
    it = await serve(linger_s=20.0)
    client = await it.connect(get("/echo"))
    assert "connection" not in (await client.answer()).headers
    stopping = asyncio.create_task(it.listener.stop())
    await until(lambda: (b"connection", b"close") in it.listener.state.default_headers)
    await client.say(post(b"last"))
    answer = await client.answer()
    assert (answer.body, answer.headers["connection"]) == (b"last", "close")
    assert await client.rest() == b""
    await stopping


async def test_a_connection_that_stays_idle_is_closed(serve: Serve) -> None:
    it = await serve(linger_s=0.05)
    client = await it.connect()
    await it.only()
    await it.listener.stop()
    assert await client.rest() == b""


async def test_what_has_begun_is_answered(serve: Serve) -> None:
    it = await serve(linger_s=0.05)
    uploading = await it.connect(post(b"hello")[:-2])
    held = await it.connect(get("/held"))
    streaming = await it.connect(get("/waits"))
    await it.has_asked(2)
    await until(lambda: any(protocol._reader.is_arriving for protocol in it.protocols))
    await it.listener.close()
    assert len(it.protocols) == 3
    it.answering.go.set()
    await uploading.say(b"l", b"o")
    for client, body in ((held, b"held"), (uploading, b"hello")):
        answer = await client.answer()
        assert (answer.body, answer.headers["connection"]) == (body, "close")
        assert await client.rest() == b""
    assert (await streaming.rest()).endswith(b"\r\n3\r\none\r\n0\r\n\r\n")
    await it.listener.finish()
    assert not it.tasks


async def test_what_was_read_behind_a_stream_is_answered(serve: Serve) -> None:
    it = await serve(linger_s=0.05)
    client = await it.connect(get("/waits") + post(b"second") + post(b"third"))
    assert "connection" not in (await client.head()).headers
    assert await client.chunk() == b"one"
    await it.listener.close()
    it.answering.go.set()
    assert await client.chunk() == b""
    # The first answer did not say that it is the last; this one does, so that the peer knows what became of the third.
    answer = await client.answer()
    assert (answer.body, answer.headers["connection"]) == (b"second", "close")
    assert await client.rest() == b""
    await it.listener.finish()
    assert it.answering.paths == ["/waits", "/echo"]


async def test_what_begins_to_arrive_behind_a_stream_is_answered(serve: Serve) -> None:
    it = await serve(linger_s=0.05)
    client = await it.connect(get("/waits") + post(b"hello")[:-1])
    await client.head()
    assert await client.chunk() == b"one"
    await it.listener.close()
    it.answering.go.set()
    assert await client.chunk() == b""
    await client.say(b"o")
    answer = await client.answer()
    assert (answer.body, answer.headers["connection"]) == (b"hello", "close")
    assert await client.rest() == b""


async def test_the_patience_of_a_stop_ends(serve: Serve) -> None:
    it = await serve(linger_s=0.05, grace_s=0.05)
    held, streaming = await it.connect(get("/held")), await it.connect(get("/waits"))
    uploading = await it.connect(post(b"hello")[:-2])
    await it.has_asked(2)
    await it.listener.stop()
    assert [await client.rest() for client in (held, uploading)] == [b"", b""]
    assert not (await streaming.rest()).endswith(b"0\r\n\r\n")
    assert (it.answering.cancelled, it.answering.closed) == (1, 1)
    assert not it.tasks
