"""What a connection to the control listener does: how it is spoken to and kept, and what it makes of peers that are wrong."""

import json
import logging

import pytest

from plures.http.request_reader import MAX_HEAD_BYTES
from plures.runtime import MAX_BODY_BYTES
from tests.integration.deploy.support import until

from .answering import Serve, get, post

OFFER = b"connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk"


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
    client = await it.connect(b"POST /echo HTTP/1.1\r\nHost: here\r\nCONTENT-Length: 2\r\nX-Some: Value\r\n\r\n{}")
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
        (b"CONNECT here:443 HTTP/1.1\r\nhost: here\r\n\r\n", 501),
        (b"GET / HTTP/1.1\r\nx: ".ljust(MAX_HEAD_BYTES + 1, b"a"), 431),
        (b"GET / HTTP/1.1\r\nx: " + b"a" * MAX_HEAD_BYTES + b"\r\nhost: here\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nhost: here\r\n" + b"x: a\r\n" * 100 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nhost: here\r\nHost: there\r\n\r\n", 400),
    ],
    ids=["TLS", "SSH", "HTTP/2", "two lengths", "CONNECT", "endless head", "head", "lines", "no host", "two hosts"],
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
