"""What a connection to the control listener does: how it is spoken to, kept, cut and left."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias

import pytest

from plures.deploy.serving import ServingOptions
from plures.runtime import MAX_BODY_BYTES, HttpServerProtocol
from plures.runtime.http_requests import MAX_HEAD_BYTES
from plures.runtime.http_server import MAX_ARRIVAL_S

from .answering import LARGE_BYTES, MANY, PIECE, Served, get, post
from .raw_client import until

OFFER = b"connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk"
Serve: TypeAlias = Callable[..., Awaitable[Served]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    served: list[Served] = []

    async def start(**options: object) -> Served:
        served.append(Served(ServingOptions(http=HttpServerProtocol, **({"linger_s": 0.3, "grace_s": 20.0} | options))))
        await served[-1].listener.start()
        return served[-1]

    yield start
    for it in served:
        await it.close()


def pass_s(protocol: HttpServerProtocol, seconds: int) -> None:
    """Let time pass. The listener's own clock may add some: no test may depend on a few seconds."""
    for _ in range(seconds):
        protocol.tick(1.0)


# One request after the other


async def test_an_answer_is_what_was_answered(serve: Serve) -> None:
    it = await serve()
    client = await it.connect(post(b"hello"))
    status, headers, body = await client.answer()
    assert (status, body) == (200, b"hello")
    assert headers.pop("date").endswith(" GMT")
    assert headers == {"content-type": "application/json", "content-length": "5", "x-way": "echo"}


async def test_a_connection_is_kept(serve: Serve) -> None:
    it = await serve()
    client = await it.connect()
    for number in range(5):
        await client.say(post(b"%d" % number))
        assert (await client.answer()).body == b"%d" % number
    assert len(it.protocols) == 1
    assert not it.tasks


async def test_bytes_may_come_one_by_one(serve: Serve) -> None:
    it = await serve()
    client = await it.connect()
    chunked = get("/echo", b"transfer-encoding: chunked", method=b"POST") + b"2\r\nhi\r\n0\r\n\r\n"
    for data in (post(b"hello"), chunked):
        await client.say(*[data[at : at + 1] for at in range(len(data))])
        assert (await client.answer()).status == 200
    assert [request.body for request in it.answering.asked] == [b"hello", b"hi"]


async def test_pipelined_requests_are_answered_in_their_order(serve: Serve) -> None:
    it = await serve()
    client = await it.connect(get("/held") + b"".join(post(b"%d" % number) for number in range(100)) + get("/stream"))
    await it.has_asked(1)
    await client.say(*[post(b"%d" % number) for number in range(100, 120)])
    it.answering.go.set()
    assert (await client.answer()).body == b"held"
    for number in range(100):
        assert (await client.answer()).body == b"%d" % number
    await client.head()
    assert [await client.chunk() for _ in range(3)] == [b"one", b"three", b""]
    for number in range(100, 120):
        assert (await client.answer()).body == b"%d" % number


async def test_a_url_may_be_absolute_percent_encoded_and_have_a_query(serve: Serve) -> None:
    it = await serve()
    client = await it.connect(get("http://here:80/%65cho?a=%20b"), get("/ech%6F?c"))
    assert [(await client.answer()).status for _ in range(2)] == [200, 200]
    assert [(request.path, request.query) for request in it.answering.asked] == [("/echo", b"a=%20b"), ("/echo", b"c")]


async def test_header_names_are_read_in_any_case(serve: Serve) -> None:
    it = await serve()
    client = await it.connect(b"POST /echo HTTP/1.1\r\nCONTENT-Length: 2\r\nX-Some: Value\r\n\r\n{}")
    assert (await client.answer()).body == b"{}"
    assert it.answering.asked[0].headers[b"x-some"] == b"Value"


@pytest.mark.parametrize(("path", "framing"), [("/echo", "content-length"), ("/stream", "transfer-encoding")])
async def test_head_is_answered_without_a_body(serve: Serve, path: str, framing: str) -> None:
    it = await serve()
    client = await it.connect(get(path, method=b"HEAD") + post(b"next"))
    head = await client.head()
    assert (head.status, framing in head.headers) == (200, True)
    assert (await client.answer()).body == b"next"


# Peers with a word to say about the connection


async def test_a_sender_that_waits_for_a_word_gets_it(serve: Serve) -> None:
    it = await serve()
    client = await it.connect()
    for _ in range(2):
        await client.say(get("/echo", b"content-length: 5", b"expect: 100-continue", method=b"POST"))
        assert await client.head() == (100, {}, b"")
        await client.say(b"he", b"llo")
        assert (await client.answer()).body == b"hello"


async def test_a_sender_waits_for_a_word_until_its_turn_has_come(serve: Serve) -> None:
    it = await serve()
    client = await it.connect(
        get("/held") + get("/echo", b"content-length: 5", b"expect: 100-continue", method=b"POST")
    )
    await it.has_asked(1)
    it.answering.go.set()
    assert (await client.answer()).body == b"held"
    assert (await client.head()).status == 100
    await client.say(b"hello")
    assert (await client.answer()).body == b"hello"


async def test_a_sender_that_did_not_wait_gets_its_answer_only(serve: Serve) -> None:
    it = await serve()
    client = await it.connect(post(b"hello", b"expect: 100-continue"))
    assert (await client.answer()).status == 200


@pytest.mark.parametrize("connection", [b"x: y", b"connection: keep-alive"])
async def test_old_http_is_answered_once(serve: Serve, connection: bytes) -> None:
    it = await serve()
    client = await it.connect(get("/echo", connection, version=b"1.0"))
    answer = await client.answer()
    assert (answer.body, answer.headers["connection"]) == (b"done", "close")
    assert await client.rest() == b""


async def test_old_http_gets_a_stream_without_chunks(serve: Serve) -> None:
    it = await serve()
    client = await it.connect(get("/stream", version=b"1.0"))
    head = await client.head()
    assert (head.headers["connection"], "transfer-encoding" in head.headers) == ("close", False)
    assert await client.rest() == b"onethree"


@pytest.mark.parametrize("path", ["/echo", "/stream"])
async def test_a_peer_may_ask_for_the_last_time(serve: Serve, path: str) -> None:
    it = await serve()
    client = await it.connect(get(path, b"Connection: Close"))
    assert (await client.head()).headers["connection"] == "close"
    assert (await client.rest()).endswith(b"done" if path == "/echo" else b"\r\n0\r\n\r\n")


@pytest.mark.parametrize("is_cut", [False, True], ids=["in one piece", "body later"])
async def test_an_offered_upgrade_is_passed_over(serve: Serve, is_cut: bool) -> None:
    it = await serve()
    head, body = get("/echo", OFFER, b"content-length: 5", method=b"POST"), b"hello"
    client = await it.connect(*([head, body] if is_cut else [head + body]))
    answer = await client.answer()
    assert (answer.status, answer.body, "connection" in answer.headers) == (200, b"hello", False)
    await client.say(post(b"again"))
    assert (await client.answer()).body == b"again"


# What is wrong


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"SSH-2.0-OpenSSH_9.9\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n", 400),
        (b"CONNECT here:443 HTTP/1.1\r\n\r\n", 501),
        (b"GET / HTTP/1.1\r\nx: ".ljust(MAX_HEAD_BYTES + 1, b"a"), 431),
    ],
    ids=["TLS", "SSH", "HTTP/2", "two lengths", "CONNECT", "endless head"],
)
async def test_what_cannot_be_read_is_refused(serve: Serve, data: bytes, status: int) -> None:
    it = await serve()
    client = await it.connect(post(b"first"))
    assert (await client.answer()).body == b"first"
    await client.say(data)
    answer = await client.answer()
    assert (answer.status, answer.headers["connection"]) == (status, "close")
    assert answer.headers["content-type"] == "application/json"
    assert json.loads(answer.body)["code"] == "invalid_argument"
    assert await client.rest() == b""
    assert it.answering.paths == ["/echo"]


async def test_a_body_over_the_limit_is_dropped_and_the_connection_kept(serve: Serve) -> None:
    it = await serve()
    client = await it.connect(post(b"x" * (MAX_BODY_BYTES + 6)), post(b"next"))
    assert (await client.answer()).body == b"done"
    assert (await client.answer()).body == b"next"
    assert [(request.is_too_large, request.body) for request in it.answering.asked] == [(True, b""), (False, b"next")]


async def test_bad_bytes_behind_a_request_cut_its_answer_off(serve: Serve) -> None:
    it = await serve()
    client = await it.connect(get("/held"))
    await it.has_asked(1)
    await client.say(b"\x00bad\r\n\r\n")
    assert await client.rest() == b""  # A refusal would be taken for the answer.
    await until(lambda: it.answering.cancelled)
    assert not it.tasks


async def test_bad_bytes_behind_an_answer_are_refused_alone(serve: Serve) -> None:
    it = await serve()
    client = await it.connect(post(b"first"))
    assert (await client.answer()).body == b"first"
    await client.say(b"\x00bad\r\n\r\n")
    assert (await client.answer()).status == 400
    assert await client.rest() == b""


async def test_a_request_that_came_together_with_bad_bytes_is_not_asked(serve: Serve) -> None:
    it = await serve()
    client = await it.connect(post(b"first") + b"\x00bad\r\n\r\n")
    assert (await client.answer()).status == 400
    assert await client.rest() == b""
    assert it.answering.asked == []


async def test_a_failure_is_told_and_logged(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    it = await serve()
    client = await it.connect(get("/fails"), post(b"next"))
    failed = await client.answer()
    assert (failed.status, json.loads(failed.body)["code"], b"secret" in failed.body) == (500, "internal", False)
    assert (await client.answer()).body == b"next"
    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert (record.name, record.getMessage()) == ("plures.calls", "GET /fails failed")
    assert "secret" in str(record.exc_info)


async def test_too_many_connections_are_sent_away(serve: Serve) -> None:
    it = await serve(most_connections=1)
    held = await it.connect(get("/held"))
    await it.has_asked(1)
    further = await it.connect(get("/echo"))
    answer = await further.answer()
    assert (answer.status, answer.headers["plures-outcome"]) == (503, "not sent")
    assert json.loads(answer.body)["code"] == "unavailable"
    assert answer.headers["connection"] == "close"
    assert await further.rest() == b""
    it.answering.go.set()
    assert (await held.answer()).body == b"held"
    await held.say(post(b"next"))  # It is the only one again.
    assert (await held.answer()).body == b"next"
    assert it.answering.paths == ["/held", "/echo"]


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


async def test_the_listener_ticks_for_all(serve: Serve) -> None:
    it = await serve(keep_alive_s=1)
    clients = [await it.connect() for _ in range(3)]
    await until(lambda: len(it.protocols) == 3)
    for _ in range(2):
        it.listener._server._tick()
    assert [await client.rest() for client in clients] == [b"", b"", b""]
    answer = await (await it.connect(get("/echo"))).answer()
    assert answer.headers["date"].endswith(" GMT")


# Stopping


async def test_an_idle_connection_may_ask_once_more(serve: Serve) -> None:
    it = await serve(linger_s=20.0)
    client = await it.connect(get("/echo"))
    assert "connection" not in (await client.answer()).headers
    stopping = asyncio.create_task(it.listener.stop())
    await until(lambda: (b"connection", b"close") in it.listener._server.server_state.default_headers)
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
