"""A GET that is refused by its head: uvicorn never sees it, and the connection goes on; and connections that wait at the socket."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from plures.deploy.serving.listener import Listener, ServingOptions
from plures.deploy.serving.sockets import ListenAddress, Listening, listen

from .raw_client import RawClient

GET = b"GET /%b HTTP/1.1\r\nhost: here\r\n\r\n"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\nbusy"
Ask = Callable[[], Awaitable[RawClient]]


class Application:
    def __init__(self) -> None:
        self.paths: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.paths.append(scope["path"])
        del receive
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


class Refusing:
    """Refuses what asks for `/shed`."""

    def __init__(self) -> None:
        self.heads: list[bytes] = []

    def __call__(self, head: bytes) -> bytes | None:
        self.heads.append(head)
        return BUSY if head.startswith(b"GET /shed") else None


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture
def refusing() -> Refusing:
    return Refusing()


@pytest.fixture
async def listening(application: Application, refusing: Refusing) -> AsyncIterator[Listening]:
    found = listen(ListenAddress(port=0))
    listener = Listener(application, found.socket, ServingOptions(linger_s=0.3, refusal=refusing))
    await listener.start()
    yield found
    listener.hurry()
    await listener.stop()


@pytest.fixture
async def connect(listening: Listening) -> AsyncIterator[Ask]:
    clients: list[RawClient] = []

    async def made() -> RawClient:
        clients.append(RawClient(*await asyncio.open_connection("127.0.0.1", listening.port)))
        return clients[-1]

    yield made
    for client in clients:
        client.hang_up()


async def test_the_connection_goes_on_after_a_refusal(connect: Ask, application: Application) -> None:
    client = await connect()
    for path, status, body in [
        ("now", 200, b"ok"), ("shed", 503, b"busy"), ("shed", 503, b"busy"), ("now", 200, b"ok"), ("shed", 503, b"busy"),
    ]:  # fmt: skip
        await client.say(GET % path.encode())
        answer = await client.answer()
        assert (answer.status, answer.body) == (status, body)
    assert application.paths == ["/now", "/now"]


@pytest.mark.parametrize(
    "pieces",
    [
        [b"GET /shed HTTP/1.1\r\nhost: here\r\n", b"\r\n"],
        [b"GET /sh", b"ed HTTP/1.1\r\nhost: here\r\n\r\n"],
        [b"POST /shed HTTP/1.1\r\nhost: here\r\ncontent-length: 0\r\n\r\n"],
        [b"GET /shed HTTP/1.1\r\nhost: here\r\nContent-Length: 2\r\n\r\n", b"{}"],
        [b"GET /shed HTTP/1.1\r\nhost: here\r\nTransfer-Encoding: chunked\r\n\r\n", b"0\r\n\r\n"],
        [GET % b"shed" + GET % b"shed"],
    ],
    ids=["in pieces", "cut in the path", "post", "body", "chunks", "pipelined"],
)
async def test_what_is_not_one_whole_get_goes_the_long_way(
    connect: Ask, application: Application, pieces: list[bytes]
) -> None:
    client = await connect()
    await client.say(*pieces)
    assert (await client.answer()).status == 200
    assert application.paths[0] == "/shed"


async def test_a_stopping_listener_answers_all_itself(application: Application, refusing: Refusing) -> None:
    """The last answer on a connection says so, and only uvicorn knows."""
    found = listen(ListenAddress(port=0))
    listener = Listener(application, found.socket, ServingOptions(linger_s=5.0, refusal=refusing))
    await listener.start()
    client = RawClient(*await asyncio.open_connection("127.0.0.1", found.port))
    await client.say(GET % b"shed")
    assert (await client.answer()).status == 503
    stopping = asyncio.create_task(listener.stop())
    await asyncio.sleep(0.1)
    await client.say(GET % b"shed")
    answer = await client.answer()
    assert (answer.status, answer.headers["connection"]) == (200, "close")
    client.hang_up()
    await stopping


async def test_all_connections_that_wait_are_taken(listening: Listening, application: Application) -> None:
    clients = [socket.create_connection(("127.0.0.1", listening.port)) for _ in range(300)]
    try:
        for client in clients:
            client.sendall(GET % b"now")
        async with asyncio.timeout(60):
            while len(application.paths) < 300:  # noqa: ASYNC110 - the listener works meanwhile
                await asyncio.sleep(0.001)
    finally:
        for client in clients:
            client.close()
