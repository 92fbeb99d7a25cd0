"""A listener answers, and stops without losing what was asked, whatever the connections are doing."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable

import pytest
import uvloop

from plures.deploy.serving.listener import Listener, ServingOptions
from plures.deploy.serving.sockets import ListenAddress, listen
from plures.http import HttpServerProtocol, Request, Response
from tests.integration.deploy.support import until

REQUEST = b"GET /%s HTTP/1.1\r\nhost: here\r\n\r\n"


class Application:
    """Answers at once, or when `go` is set; counts."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.begun = 0
        self.cancelled = 0

    async def __call__(self, scope, receive, send) -> None:
        self.begun += 1
        body = b"done"
        try:
            if scope["path"] == "/held":
                await self.go.wait()
            if scope["path"] == "/echo":
                body = b""
                while (message := await receive())["body"] or message["more_body"]:
                    body += message["body"]
                    if not message["more_body"]:
                        break
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})


class Connection:
    """One HTTP/1.1 connection, byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def ask(self, path: bytes) -> None:
        self.writer.write(REQUEST % path)
        await self.writer.drain()

    async def answer(self) -> tuple[bytes, bytes]:
        """Head in lower case, and body."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0])
        return head, await self.reader.readexactly(length)

    async def is_closed(self) -> bool:
        async with asyncio.timeout(20):
            return await self.reader.read(1) == b""


class Served:
    def __init__(self, options: ServingOptions) -> None:
        self.application = Application()
        self.listening = listen(ListenAddress(port=0))
        self.listener = Listener(self.application, self.listening.socket, options)
        self._connections: list[Connection] = []

    async def connect(self) -> Connection:
        connection = Connection(*await asyncio.open_connection("127.0.0.1", self.listening.port))
        self._connections.append(connection)
        return connection

    def close_connections(self) -> None:
        for connection in self._connections:
            connection.writer.close()

    async def close(self) -> None:
        self.close_connections()
        self.listener.hurry()
        await self.listener.stop()


@pytest.fixture
async def serve() -> AsyncIterator[Callable[..., object]]:
    served: list[Served] = []

    async def start(**options: object) -> Served:
        served.append(Served(ServingOptions(**({"linger_s": 0.3, "grace_s": 20.0} | options))))
        await served[-1].listener.start()
        return served[-1]

    yield start
    for it in served:
        await it.close()


async def test_keeps_connections_and_gives_away_nothing(serve):
    it = await serve()
    connection = await it.connect()
    for _ in range(3):
        await connection.ask(b"now")
        head, body = await connection.answer()
        assert body == b"done"
        assert b"connection: close" not in head
        assert b"server:" not in head
        assert b"date:" in head


async def test_the_date_goes_on_while_a_connection_is_kept(serve):
    it = await serve(tick_s=0.1)
    connection = await it.connect()
    dates = set()
    async with asyncio.timeout(20):
        while len(dates) < 2:
            await connection.ask(b"now")
            dates.add((await connection.answer())[0].partition(b"date: ")[2].partition(b"\r\n")[0])
            await asyncio.sleep(0.1)


def test_a_listener_without_connections_sets_no_timer():
    class Loop(asyncio.SelectorEventLoop):
        timers = 0

        def call_at(self, *arguments, **more):
            self.timers += 1
            return super().call_at(*arguments, **more)

    async def set_by(waiting_s: float) -> int:
        it = Served(ServingOptions(tick_s=0.01))
        await it.listener.start()
        await it.connect()
        it.close_connections()
        await until(lambda: not it.listener.state.connections)
        await asyncio.sleep(0.05)
        before = loop.timers
        await asyncio.sleep(waiting_s)
        timers = loop.timers - before
        await it.close()
        return timers

    with asyncio.Runner(loop_factory=Loop) as runner:
        loop = runner.get_loop()
        assert runner.run(set_by(0.2)) == 1  # its own sleep


async def test_an_idle_connection_may_ask_once_more(serve):
    it = await serve(linger_s=20.0)
    connection = await it.connect()
    await connection.ask(b"now")
    await connection.answer()
    stopping = asyncio.create_task(it.listener.stop())
    await asyncio.sleep(0.1)
    await connection.ask(b"now")
    head, body = await connection.answer()
    assert body == b"done"
    assert b"connection: close" in head
    assert await connection.is_closed()
    await stopping


@pytest.mark.parametrize("http", ["httptools", HttpServerProtocol])
def test_a_process_that_stood_still_reads_what_was_asked_meanwhile(http):
    """Uvloop, which replicas use, looks at its clock before it looks at its sockets."""

    async def answer_after_standing_still() -> bytes:
        application = answer_done if http is HttpServerProtocol else Application()
        listening = listen(ListenAddress(port=0))
        listener = Listener(application, listening.socket, ServingOptions(http=http, linger_s=0.3))
        await listener.start()
        with socket.create_connection(("127.0.0.1", listening.port), timeout=20) as client:
            client.sendall(REQUEST % b"now")
            assert await asyncio.to_thread(client.recv, 4096)
            stopping = asyncio.create_task(listener.stop())
            await asyncio.sleep(0.1)
            client.sendall(REQUEST % b"now")
            # That is what stands still here.
            time.sleep(0.4)  # noqa: ASYNC251
            await stopping
            return client.recv(4096)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(answer_after_standing_still()).endswith(b"done")


async def answer_done(_request: Request) -> Response:
    return Response(200, b"done")


async def test_what_has_begun_is_answered(serve):
    it = await serve()
    held, silent, uploading = await it.connect(), await it.connect(), await it.connect()
    await held.ask(b"held")
    uploading.writer.write(b"POST /echo HTTP/1.1\r\nhost: here\r\ncontent-length: 10\r\n\r\nfirst")
    while it.application.begun < 2:  # noqa: ASYNC110  # the application knows nothing of tests
        await asyncio.sleep(0.01)
    stopping = asyncio.create_task(it.listener.stop())
    assert await silent.is_closed()
    it.application.go.set()
    uploading.writer.write(b"later")
    head, body = await held.answer()
    assert (body, b"connection: close" in head) == (b"done", True)
    assert (await uploading.answer())[1] == b"firstlater"
    await stopping


async def test_connections_that_are_queued_are_answered(serve):
    it = await serve()
    clients = [socket.create_connection(("127.0.0.1", it.listening.port)) for _ in range(20)]
    for client in clients:
        client.sendall(REQUEST % b"now")
    await it.listener.stop()  # the loop has had no turn to accept them before
    for client in clients:
        client.settimeout(20)
        assert client.recv(4096).endswith(b"done")
        client.close()


async def test_no_client_connects_after_the_stop(serve):
    it = await serve()
    await it.listener.stop()
    with pytest.raises(ConnectionRefusedError):
        await it.connect()


async def test_a_sibling_takes_over_what_comes_later(serve):
    it = await serve()
    sibling = Listener(Application(), it.listening.socket.dup(), ServingOptions(linger_s=0.1))
    await it.listener.stop()
    # Queued: no listener accepts at this moment.
    connection = await it.connect()
    await connection.ask(b"now")
    await sibling.start()
    assert (await connection.answer())[1] == b"done"
    await sibling.stop()


@pytest.mark.parametrize("hurry", [False, True], ids=["grace is over", "hurried"])
async def test_the_patience_ends(serve, caplog, hurry):
    it = await serve(grace_s=20.0 if hurry else 0.1, linger_s=0.05)
    connection = await it.connect()
    await connection.ask(b"held")
    while not it.application.begun:  # noqa: ASYNC110  # the application knows nothing of tests
        await asyncio.sleep(0.01)
    stopping = asyncio.create_task(it.listener.stop())
    if hurry:
        await asyncio.sleep(0.01)
        it.listener.hurry()
    await stopping
    assert it.application.cancelled == 1
    assert await connection.is_closed()
    assert [record.getMessage() for record in caplog.records if record.name == "plures.deploy"] == [
        "1 requests were cut off: they had not ended in time"
    ]
    assert not any(record.exc_info for record in caplog.records)


async def test_too_many_connections_are_answered_503(serve):
    it = await serve(most_connections=1)
    first = await it.connect()
    await first.ask(b"held")
    while not it.application.begun:  # noqa: ASYNC110  # the application knows nothing of tests
        await asyncio.sleep(0.01)
    second = await it.connect()
    await second.ask(b"now")
    assert (await second.answer())[0].startswith(b"http/1.1 503")
    it.application.go.set()
    assert (await first.answer())[1] == b"done"


async def test_a_protocol_class_of_our_own(serve):
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

    made: list[HttpToolsProtocol] = []

    class Own(HttpToolsProtocol):
        def connection_made(self, transport) -> None:
            made.append(self)
            super().connection_made(transport)

    it = await serve(http=Own)
    connection = await it.connect()
    await connection.ask(b"now")
    await connection.answer()
    assert len(made) == 1
