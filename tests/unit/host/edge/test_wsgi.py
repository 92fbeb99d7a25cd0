"""A WSGI application as an edge: what crosses between the thread of a request and the event loop."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest

from plures.host.edge import Edge, served
from plures.host.edge.wsgi import WsgiEdge
from plures.runtime import current, request_id

Environ = dict[str, Any]
Start = Callable[..., Any]


def client_of(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop")


@pytest.fixture
async def serve() -> AsyncIterator[Callable[..., httpx.AsyncClient]]:
    edges: list[Edge] = []
    clients: list[httpx.AsyncClient] = []

    def make(app: Any, threads: int = 4, deadline_s: float = 30) -> httpx.AsyncClient:
        edges.append(Edge(served(app, threads, deadline_s), deadline_s))
        clients.append(client_of(edges[-1]))
        return clients[-1]

    yield make
    for client in clients:
        await client.aclose()


def echo(environ: Environ, start_response: Start) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    told = [f"{name}={environ[name]}" for name in sorted(environ) if name.isupper() and "PORT" not in name]
    return ["\n".join(told).encode(), b"\n", environ["wsgi.input"].read()]


async def test_a_request_is_told_as_wsgi_has_it(serve: Any) -> None:
    headers = [("Cookie", "a=1"), ("Cookie", "b=2"), ("X-Seen", "once"), ("X_Seen", "forged")]
    answer = await serve(echo).post("/tee/gr%C3%BCn?q=%C3%BC", content=b"two cups", headers=headers)
    told = dict(line.partition("=")[::2] for line in answer.text.splitlines()[:-1])
    assert told["PATH_INFO"] == "/tee/grün".encode().decode("latin-1")
    assert told["QUERY_STRING"] == "q=%C3%BC"
    assert (told["HTTP_COOKIE"], told["HTTP_X_SEEN"]) == ("a=1; b=2", "once")
    assert (told["CONTENT_LENGTH"], told["REQUEST_METHOD"]) == ("8", "POST")
    assert answer.text.splitlines()[-1] == "two cups"


@pytest.mark.parametrize("size", [0, 1, 70_000, 300_000])
async def test_a_body_is_read_by_pieces_and_lines(serve: Any, size: int) -> None:
    sent = b"".join(b"%d\n" % number for number in range(size // 6)) + b"end"

    def app(environ: Environ, start_response: Start) -> Iterator[bytes]:
        start_response("200 OK", [])
        body = environ["wsgi.input"]
        yield body.read(2)
        yield body.readline(3)
        yield body.readline()
        yield from body.readlines(50)
        yield from body
        assert body.read() == b""
        assert body.readline() == b""

    async def pieces() -> AsyncIterator[bytes]:
        for begin in range(0, len(sent), 10_000):
            yield sent[begin : begin + 10_000]

    answer = await serve(app).post("/", content=pieces())
    assert answer.content == sent


async def test_an_answer_leaves_piece_by_piece_while_the_thread_still_writes() -> None:
    may_go_on = threading.Event()
    seen: list[bytes] = []

    def app(environ: Environ, start_response: Start) -> Iterator[bytes]:
        write = start_response("200 OK", [])
        write(b"first")
        yield b""
        assert may_go_on.wait(30)
        yield b"second"

    async def send(event: Any) -> None:
        if event.get("body"):
            seen.append(event["body"])
            may_go_on.set()

    await WsgiEdge(app)(scope(), Client().receive, send)
    assert seen == [b"first", b"second"]


def scope(method: str = "GET") -> dict[str, Any]:
    return {"type": "http", "method": method, "path": "/", "headers": []}


class Client:
    """One that hangs up when it is told to."""

    def __init__(self, body: bytes = b"", *, is_whole: bool = True) -> None:
        self._events = [{"type": "http.request", "body": body, "more_body": not is_whole}]
        self.hangs_up = asyncio.Event()

    async def receive(self) -> Any:
        if self._events:
            return self._events.pop()
        await self.hangs_up.wait()
        return {"type": "http.disconnect"}


async def test_a_client_that_hangs_up_ends_what_is_written_for_it() -> None:
    client, closed = Client(), asyncio.Event()
    loop = asyncio.get_running_loop()

    class Endless:
        def __iter__(self) -> Iterator[bytes]:
            while True:
                yield b"x" * 1000

        def close(self) -> None:
            loop.call_soon_threadsafe(closed.set)

    def app(environ: Environ, start_response: Start) -> Endless:
        start_response("200 OK", [])
        return Endless()

    async def send(event: Any) -> None:
        client.hangs_up.set()

    async with asyncio.timeout(30):
        await WsgiEdge(app)(scope(), client.receive, send)
        await closed.wait()


async def test_a_body_that_will_never_be_whole_is_no_short_body() -> None:
    client, raised = Client(b"half", is_whole=False), []

    def app(environ: Environ, start_response: Start) -> list[bytes]:
        try:
            environ["wsgi.input"].read()
        except OSError as error:
            raised.append(error)
        start_response("200 OK", [])
        return [b"for no one"]

    async def send(event: Any) -> None:
        pass

    client.hangs_up.set()
    async with asyncio.timeout(30):
        await WsgiEdge(app)(scope("POST"), client.receive, send)
    assert [type(error).__name__ for error in raised] == ["HungUp"]


async def test_a_cancelled_request_lets_its_thread_end_and_only_then_its_place() -> None:
    goes_on, has_begun = threading.Event(), threading.Event()

    def app(environ: Environ, start_response: Start) -> list[bytes]:
        has_begun.set()
        assert goes_on.wait(30)
        start_response("200 OK", [])
        return [b"late"]

    async def send(event: Any) -> None:
        pass

    edge = WsgiEdge(app, threads=1)
    first = asyncio.create_task(edge(scope(), Client().receive, send))
    await asyncio.to_thread(has_begun.wait, 30)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    second = asyncio.create_task(edge(scope(), Client().receive, send))
    await asyncio.sleep(0)
    assert not second.done()
    goes_on.set()
    async with asyncio.timeout(30):
        await second


async def test_requests_that_find_no_thread_in_time_are_refused(serve: Any) -> None:
    goes_on, has_begun = threading.Event(), threading.Event()

    def app(environ: Environ, start_response: Start) -> list[bytes]:
        has_begun.set()
        assert goes_on.wait(30)
        start_response("200 OK", [])
        return [b"done"]

    client = serve(app, threads=1, deadline_s=0.1)
    first = asyncio.create_task(client.get("/"))
    await asyncio.to_thread(has_begun.wait, 30)
    refused = await client.get("/")
    goes_on.set()
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    assert (await first).text == "done"


async def test_the_thread_works_for_the_request(serve: Any) -> None:
    seen: list[Any] = []

    def app(environ: Environ, start_response: Start) -> list[bytes]:
        seen.extend([request_id(), current.get()])
        start_response("200 OK", [])
        return []

    answer = await serve(app).get("/", headers={"x-request-id": "tea-1"})
    assert (answer.headers["x-request-id"], seen[0]) == ("tea-1", "tea-1")
    assert seen[1].deadline


async def test_what_an_application_raises_is_raised_by_the_edge() -> None:
    def app(environ: Environ, start_response: Start) -> list[bytes]:
        start_response("200 OK", [])
        message = "no tea"
        raise KeyError(message)

    async def send(event: Any) -> None:
        pytest.fail("nothing was written")

    with pytest.raises(KeyError, match="no tea"):
        await WsgiEdge(app)(scope(), Client().receive, send)


async def test_an_error_replaces_an_answer_that_has_not_begun(serve: Any) -> None:
    def app(environ: Environ, start_response: Start) -> list[bytes]:
        start_response("200 OK", [])
        try:
            raise KeyError
        except KeyError as error:
            start_response("500 Oh", [], (KeyError, error, None))
        return [b"sorry"]

    answer = await serve(app).get("/")
    assert (answer.status_code, answer.text) == (500, "sorry")


@pytest.mark.parametrize(
    ("calls", "said"), [(2, "start_response was called a second time"), (0, "answered before it called start_response")]
)
async def test_what_breaks_the_rules_is_told(calls: int, said: str) -> None:
    def app(environ: Environ, start_response: Start) -> list[bytes]:
        for _ in range(calls):
            start_response("200 OK", [])
        return [b"x"]

    async def send(event: Any) -> None:
        pass

    with pytest.raises(AssertionError, match=said):
        await WsgiEdge(app)(scope(), Client().receive, send)


async def test_a_websocket_is_refused_and_a_lifespan_has_nothing_to_do() -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "any"}

    async def send(event: Any) -> None:
        sent.append(event["type"])

    edge = WsgiEdge(echo)
    await edge({"type": "websocket"}, receive, send)
    await edge({"type": "lifespan"}, receive, send)
    assert sent == ["websocket.close", "lifespan.startup.complete", "lifespan.shutdown.complete"]
