"""The limits of a public listener: what peers send and leave open there, in bytes. An ASGI application is behind it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus
from typing import Any, TypeAlias

import pytest

from plures.deploy.serving.guard import Guard
from plures.deploy.serving.listener import Listener, ServingOptions
from plures.deploy.serving.sockets import ListenAddress, listen
from plures.http import MAX_ARRIVAL_S, MAX_UNREAD_S, OwnNames, Room
from plures.http.pace import MAX_UNREAD_BYTES, MIN_BYTES_PER_S
from plures.http.request_reader import MAX_HEAD_BYTES, MAX_HEADER_LINES
from tests.integration.deploy.support import until

from .raw_client import RawClient

GET = b"GET /now HTTP/1.1\r\nhost: here\r\n"
POST = b"POST /echo HTTP/1.1\r\nhost: here\r\ncontent-length: 10\r\n"
LARGE = 8 * 1024 * 1024


class Application:
    """Echoes, waits for `go`, answers without reading, or answers much."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.read = 0
        self.go = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.paths.append(scope["path"])
        body = b"done"
        if scope["path"] == "/held":
            await self.go.wait()
        if scope["path"] == "/large":
            body = b"x" * LARGE
        if scope["path"] == "/echo":
            body, more = b"", True
            while more:
                message = await receive()
                self.read += len(message.get("body", b""))
                body, more = body + message.get("body", b""), message.get("more_body", False)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})


class Served:
    def __init__(self, options: ServingOptions) -> None:
        self.application = Application()
        self.listening = listen(ListenAddress(port=0))
        self.room = options.room
        self.listener = Listener(self.application, self.listening.socket, options)
        self._clients: list[RawClient] = []

    async def connect(self, *pieces: bytes) -> RawClient:
        client = RawClient(*await asyncio.open_connection("127.0.0.1", self.listening.port))
        self._clients.append(client)
        await client.say(*pieces)
        return client

    async def guard(self) -> Guard:
        """The guard of the one connection."""
        await until(lambda: len(self.listener.guards) == 1)
        return next(iter(self.listener.guards))

    async def close(self) -> None:
        for client in self._clients:
            client.hang_up()
        self.application.go.set()
        self.listener.hurry()
        await self.listener.stop()


Serve: TypeAlias = Callable[..., Awaitable[Served]]


@pytest.fixture
async def public() -> AsyncIterator[Serve]:
    """Public listeners with `Application` behind them."""
    served: list[Served] = []

    async def start(**options: Any) -> Served:
        served.append(Served(ServingOptions(**({"linger_s": 0.3, "keep_alive_s": 1000} | options))))
        await served[-1].listener.start()
        return served[-1]

    yield start
    for it in served:
        await it.close()


def pass_s(guard: Guard, seconds: int) -> None:
    """Let time pass. The listener's own clock may add some: no test may depend on a few seconds."""
    for _ in range(seconds):
        guard.tick(1.0)


# What is sent


@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        ([b"GET /" + b"a" * MAX_HEAD_BYTES], 431),
        ([GET + b"x: " + b"a" * 100_000 + b"\r\n\r\n"], 431),
        ([GET, b"x: ", *[b"a" * 10_000] * 7], 431),
        ([GET + b"x: a\r\n" * MAX_HEADER_LINES + b"\r\n"], 431),
        ([GET, *[b"x: a\r\n"] * MAX_HEADER_LINES, b"\r\n"], 431),
        ([b"\r\n" * MAX_HEAD_BYTES], 431),
        ([b"GET / HTTP/1.1\r\n\r\n"], 400),
        ([GET + b"HOST: here\r\n\r\n"], 400),
        ([b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"], 400),
        ([b"GET / HTTP/1.1\r\nhost: here\r\nx y: a\r\n\r\n"], 400),
    ],
    ids=["url", "line", "line in pieces", "lines", "lines in pieces", "empty lines", "host", "hosts", "TLS", "HTTP"],
)
async def test_what_is_over_the_limits_is_refused(public: Serve, pieces: list[bytes], status: int) -> None:
    it = await public()
    client = await it.connect(GET + b"\r\n")
    assert (await client.answer()).body == b"done"
    await client.say(*pieces)
    answer = await client.answer()
    assert (answer.status, answer.headers["connection"]) == (status, "close")
    assert answer.body.endswith(b"\n")
    assert await client.rest() == b""
    assert it.application.paths == ["/now"]


async def test_what_is_within_the_limits_is_answered(public: Serve) -> None:
    it = await public()
    head = GET + b"x: a\r\n" * (MAX_HEADER_LINES - 2)
    client = await it.connect(head + b"y: " + b"a" * (MAX_HEAD_BYTES - 2000) + b"\r\n\r\n")
    assert (await client.answer()).body == b"done"
    chunks = b"1\r\na\r\n" * 50_000
    await client.say(b"POST /echo HTTP/1.1\r\nhost: here\r\ntransfer-encoding: chunked\r\n\r\n" + chunks, b"0\r\n\r\n")
    assert (await client.answer()).body == b"a" * 50_000
    old = await it.connect(b"GET /now HTTP/1.0\r\n\r\n")
    assert (await old.answer()).body == b"done"


async def test_trailers_have_an_end(public: Serve) -> None:
    it = await public()
    head = b"POST /echo HTTP/1.1\r\nhost: here\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
    client = await it.connect(head, b"x: a\r\n" * (MAX_HEADER_LINES + 1))
    assert await client.rest() == b""
    await until(lambda: not it.listener.state.connections)


async def test_an_answer_under_way_is_cut_off_rather_than_mixed_up(public: Serve) -> None:
    it = await public()
    client = await it.connect(b"GET /held HTTP/1.1\r\nhost: here\r\n\r\n")
    await until(lambda: it.application.paths)
    await client.say(b"\x00bad\r\n\r\n")
    assert await client.rest() == b""


# Time


async def test_a_head_has_one_time_for_the_whole_of_it(public: Serve) -> None:
    it = await public()
    client = await it.connect(b"GE")
    guard = await it.guard()
    for piece in (b"T", b" /", b"now"):
        pass_s(guard, MAX_ARRIVAL_S // 3)
        await client.say(piece)
    pass_s(guard, MAX_ARRIVAL_S // 3 + 3)
    assert (await client.answer()).status == HTTPStatus.REQUEST_TIMEOUT
    assert await client.rest() == b""


async def test_a_body_may_take_long_but_not_pause_long(public: Serve) -> None:
    it = await public()
    piece = b"a" * (MAX_ARRIVAL_S * MIN_BYTES_PER_S)
    client = await it.connect(POST.replace(b"10", b"%d" % (10 * len(piece))) + b"\r\n")
    guard = await it.guard()
    for number in range(9):
        pass_s(guard, MAX_ARRIVAL_S - 10)
        await client.say(piece)
        await until(lambda number=number: it.application.read == (number + 1) * len(piece))
    pass_s(guard, MAX_ARRIVAL_S + 1)
    assert await client.rest() == b""
    await until(lambda: not it.listener.state.connections)


async def test_a_body_may_not_come_drop_by_drop(public: Serve) -> None:
    it = await public()
    client = await it.connect(POST + b"\r\n")
    guard = await it.guard()
    pass_s(guard, MAX_ARRIVAL_S - 10)
    await client.say(b"a")
    await until(lambda: it.application.read == 1)
    pass_s(guard, 11)
    assert await client.rest() == b""
    await until(lambda: not it.listener.state.connections)


async def test_each_body_has_a_time_of_its_own(public: Serve) -> None:
    it = await public()
    client = await it.connect(POST + b"\r\n")
    guard = await it.guard()
    for number in range(4):
        pass_s(guard, MAX_ARRIVAL_S - 10)
        await client.say(b"a" * 10 + POST + b"\r\n")
        assert (await client.answer()).body == b"a" * 10
        await until(lambda number=number: len(it.application.paths) == number + 2)


async def test_who_waits_for_the_application_is_not_cut_off(public: Serve) -> None:
    it = await public()
    client = await it.connect(b"POST /held HTTP/1.1\r\nhost: here\r\nexpect: 100-continue\r\ncontent-length: 1\r\n\r\n")
    guard = await it.guard()
    await until(lambda: it.application.paths)
    pass_s(guard, 1000)
    it.application.go.set()
    assert (await client.answer()).body == b"done"


async def test_a_connection_that_never_asks_is_closed(public: Serve) -> None:
    it = await public(keep_alive_s=100)
    client = await it.connect()
    guard = await it.guard()
    pass_s(guard, 80)
    await client.say(b"\r\n")
    pass_s(guard, 101)
    assert await client.rest() == b""


async def test_who_does_not_read_the_answer_is_cut_off(public: Serve) -> None:
    it = await public()
    client = await it.connect(b"GET /large HTTP/1.1\r\nhost: here\r\n\r\n")
    guard = await it.guard()
    await until(lambda: guard.is_unread)
    pass_s(guard, MAX_UNREAD_S + 1)
    assert len(await client.rest()) < LARGE
    await until(lambda: not it.listener.guards)


async def test_where_too_many_wait_those_who_ask_get_their_places(public: Serve) -> None:
    it = await public(most_connections=20)
    begun = await it.connect(b"GET / HT")
    pass_s(await it.guard(), 9)
    for _ in range(19):
        await it.connect()
    await until(lambda: len(it.listener.guards) == 20)
    for guard in list(it.listener.guards):
        pass_s(guard, 3)
    it.listener.make_place()
    assert (await begun.answer()).status == 408
    await until(lambda: len(it.listener.guards) == 15)
    client = await it.connect(GET + b"\r\n")
    assert (await client.answer()).body == b"done"


async def test_many_who_do_not_read_are_cut_off_before_their_time(public: Serve) -> None:
    it = await public(tick_s=0.05)
    for _ in range(6):
        await it.connect(b"GET /large HTTP/1.1\r\nhost: here\r\n\r\n")
    assert 6 * LARGE > 2 * MAX_UNREAD_BYTES
    await until(lambda: len(it.application.paths) == 6)
    await until(lambda: sum(guard.taking.left_bytes for guard in it.listener.guards) <= MAX_UNREAD_BYTES)
    await until(lambda: len(it.listener.guards) < 6)
    client = await it.connect(GET + b"\r\n")
    assert (await client.answer()).body == b"done"


async def test_who_does_not_read_the_end_of_the_last_answer_is_cut_off(public: Serve) -> None:
    it = await public()
    await it.connect(b"GET /large HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n")
    guard = await it.guard()
    await until(lambda: guard.is_unread)
    [protocol] = it.listener.state.connections
    protocol.transport.close()
    pass_s(guard, MAX_UNREAD_S + 1)
    await until(lambda: not it.listener.guards)


# What is held


async def test_requests_in_one_piece_wait_unread(public: Serve) -> None:
    it = await public()
    client = await it.connect(b"GET /held HTTP/1.1\r\nhost: here\r\n\r\n" + (GET + b"\r\n") * 2000)
    await until(lambda: it.application.paths)
    [protocol] = it.listener.state.connections
    assert len(protocol.pipeline) < 5
    it.application.go.set()
    for _ in range(2001):
        assert (await client.answer()).body == b"done"


async def test_bodies_of_several_requests_in_one_piece_arrive_whole(public: Serve) -> None:
    it = await public()
    body = b"\r\n\r\nGET / HTTP/1.1\r\n\r\n" * 5000
    whole = POST.replace(b"10", b"%d" % len(body)) + b"\r\n" + body
    client = await it.connect(whole * 3)
    for _ in range(3):
        assert (await client.answer()).body == body


async def test_bodies_for_which_there_is_no_room_are_refused(public: Serve) -> None:
    it = await public(room=Room(100_000))
    head = b"POST /held HTTP/1.1\r\nhost: here\r\ncontent-length: 90000\r\n\r\n"
    held = await it.connect(head + b"a" * 60_000)
    await until(lambda: it.application.paths)
    further = await it.connect(head + b"a" * 60_000)
    answer = await further.answer()
    assert (answer.status, answer.headers["connection"]) == (503, "close")
    assert await further.rest() == b""
    # What is small is taken nevertheless.
    assert (await (await it.connect(GET + b"\r\n")).answer()).body == b"done"
    it.application.go.set()
    await held.say(b"a" * 30_000)
    assert (await held.answer()).body == b"done"
    held.hang_up()
    again = await it.connect(head + b"a" * 90_000)
    assert (await again.answer()).body == b"done"
    again.hang_up()
    await until(lambda: it.room.held_bytes == 0)


# Names


async def test_a_listener_that_was_told_names_answers_to_no_others(public: Serve) -> None:
    it = await public(names=OwnNames(["shop.example"]))
    for host in (b"shop.example", b"SHOP.example:80", b"127.0.0.1:8000"):
        client = await it.connect(b"GET /now HTTP/1.1\r\nhost: %b\r\n\r\n" % host)
        assert (await client.answer()).body == b"done"
    client = await it.connect(b"GET /now HTTP/1.1\r\nhost: evil.example\r\n\r\n")
    assert (await client.answer()).status == HTTPStatus.MISDIRECTED_REQUEST
    assert await client.rest() == b""
    assert it.application.paths == ["/now"] * 3
