"""The edge is an ordinary ASGI application: its lifespan, its state, and the deadline of what it calls."""

import asyncio
import logging
import math
from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest

from plures import Capability, Outcome, Unavailable
from plures.application import EDGE_DEADLINE_S
from plures.host import EdgeNotStarted, Host
from plures.host.edge import Edge
from plures.logs import TextLine
from plures.runtime import current
from tests.unit.host.parts import A, Notes

Make = Callable[..., Host]


class Spoken:
    """An application with a lifespan that answers as it is told, and notes what it is asked."""

    def __init__(self, **answers: dict[str, Any]) -> None:
        self.events: list[str] = []
        self.scopes: list[dict[str, Any]] = []
        self._answers = answers

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            self.scopes.append(scope)
            return
        scope["state"]["pool"] = "a pool"
        for step in ("startup", "shutdown"):
            event = await receive()
            self.events.append(event["type"])
            await send({"type": f"lifespan.{step}.complete", **self._answers.get(step, {})})


async def test_a_lifespan_is_begun_and_ended() -> None:
    app = Spoken()
    edge = Edge(app)
    await edge.start()
    assert app.events == ["lifespan.startup"]
    await edge.stop()
    assert app.events == ["lifespan.startup", "lifespan.shutdown"]
    await edge.stop()


async def test_a_lifespan_ends_once_whoever_ends_it() -> None:
    app = Spoken()
    edge = Edge(app)
    await edge.start()
    async with asyncio.timeout(30):
        await asyncio.gather(edge.stop(), edge.stop())
    assert app.events == ["lifespan.startup", "lifespan.shutdown"]


@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_requests_see_the_state_of_the_lifespan(kind: str) -> None:
    app = Spoken()
    edge = Edge(app)
    await edge.start()
    await edge({"type": kind}, None, None)
    app.scopes[0]["state"]["mine"] = True
    await edge({"type": kind}, None, None)
    assert app.scopes[1]["state"] == {"pool": "a pool"}  # what one request adds is its own
    await edge.stop()


async def raises(scope: Any, receive: Any, send: Any) -> None:
    assert scope["type"] == "http", "HTTP only"


async def returns(scope: Any, receive: Any, send: Any) -> None:
    pass


@pytest.mark.parametrize("app", [raises, returns])
async def test_an_application_without_lifespan_is_fine(app: Any) -> None:
    edge = Edge(app)
    await edge.start()
    await edge({"type": "http"}, None, None)
    await edge.stop()


async def test_an_edge_whose_start_fails_says_why_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    text = "Traceback (most recent call last):\n  File …\nRuntimeError: no pool\n"
    edge = Edge(Spoken(startup={"type": "lifespan.startup.failed", "message": text}))
    with caplog.at_level(logging.ERROR, "plures.host"), pytest.raises(EdgeNotStarted) as caught:
        await edge.start()
    assert (caught.value.why, caught.value.code) == ("RuntimeError: no pool", "host.edge_not_started")
    assert "Traceback" in caplog.text
    await edge.stop()


async def test_an_edge_that_ends_badly_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    edge = Edge(Spoken(shutdown={"type": "lifespan.shutdown.failed", "message": "stuck"}))
    await edge.start()
    with caplog.at_level(logging.ERROR, "plures.host"):
        await edge.stop()
    assert "the edge did not shut down well: stuck" in caplog.text


async def test_an_edge_that_does_not_start_stops_the_replica(host: Make) -> None:
    notes = Notes()
    app = Spoken(startup={"type": "lifespan.startup.failed", "message": "no pool"})
    running = host(Capability(A, notes.service("a")), edge=lambda: app)
    before = asyncio.all_tasks()
    with pytest.raises(EdgeNotStarted):
        await running.start()
    assert "a stop 1" in notes
    assert asyncio.all_tasks() == before


async def test_there_is_an_edge_once_it_has_started(host: Make) -> None:
    running = host(Capability(A, Notes().service("a")), edge=Spoken)
    assert running.public is None
    await running.start()
    assert running.public is not None
    without = host(Capability(A, Notes().service("a")))
    await without.start()
    assert without.public is None


async def test_what_a_request_calls_shares_one_deadline() -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(current.get())

    edge = Edge(app)
    before = monotonic()
    await asyncio.create_task(edge({"type": "http"}, None, None))
    after = monotonic()
    [context] = seen
    assert before + EDGE_DEADLINE_S <= context.deadline <= after + EDGE_DEADLINE_S
    assert context.hops == 0
    await asyncio.create_task(edge({"type": "websocket"}, None, None))
    assert seen[1].deadline == math.inf  # it may stay open for hours
    assert current.get() is None


async def test_the_deadline_of_a_request_reaches_the_services(host: Make) -> None:
    deadlines: list[float] = []

    class Service:
        async def ask(self, depth: int = 0) -> str:
            context = current.get()
            assert context is not None
            deadlines.append(context.deadline)
            return "a"

    def edge(a: A) -> Any:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                await a.ask()
                await a.ask()

        return app

    running = host(Capability(A, Service), edge=edge)
    await running.start()
    assert running.public is not None
    await asyncio.create_task(running.public({"type": "http", "method": "GET", "path": "/"}, None, None))
    assert len(set(deadlines)) == 1
    assert len(deadlines) == 2
    assert deadlines[0] <= monotonic() + EDGE_DEADLINE_S


def failing(error: Exception, *, begins: bool) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if begins:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise error

    return app


UNREACHABLE = Unavailable("parts.a.v1.A/Ask", "no server there", outcome=Outcome.NOT_SENT)
REQUEST = {"type": "http", "method": "GET", "path": "/basket"}


async def test_a_part_that_is_down_is_an_answer_and_one_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    sent: list[dict[str, Any]] = []

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    with caplog.at_level(logging.WARNING, "plures.edge"):
        await asyncio.create_task(Edge(failing(UNREACHABLE, begins=False))(dict(REQUEST), None, send))
    start, body = sent
    assert (start["status"], dict(start["headers"])[b"retry-after"]) == (503, b"1")
    assert int(dict(start["headers"])[b"content-length"]) == len(body["body"])
    [record] = caplog.records
    assert record.getMessage().startswith("GET /basket: Call of parts.a.v1.A/Ask failed (not sent): no server there")


async def test_an_answer_that_has_begun_cannot_be_taken_back(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "plures.edge")
    sent: list[dict[str, Any]] = []

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    with pytest.raises(Unavailable):
        await asyncio.create_task(Edge(failing(UNREACHABLE, begins=True))(dict(REQUEST), None, send))
    assert [event["status"] for event in sent] == [200]


async def test_a_bug_of_the_edge_stays_a_bug() -> None:
    with pytest.raises(KeyError):
        await asyncio.create_task(Edge(failing(KeyError("x"), begins=False))(dict(REQUEST), None, None))


@pytest.mark.parametrize("is_whole", [False, True])
async def test_a_client_that_hangs_up_within_its_request_is_no_mistake_of_the_application(
    caplog: pytest.LogCaptureFixture, *, is_whole: bool
) -> None:
    """As Starlette does, which raises `ClientDisconnect` where a form is not whole."""
    events = [{"type": "http.request", "body": b"a=", "more_body": not is_whole}, {"type": "http.disconnect"}]
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        for _ in range(2):
            if (await receive())["type"] == "http.disconnect":
                await send({"type": "http.response.start", "status": 500, "headers": []})
                raise RuntimeError(scope["path"])

    async def receive() -> Any:
        return events.pop(0)

    async def send(event: Any) -> None:
        sent.append(event)

    asking = Edge(app)({"type": "http", "method": "POST", "path": "/form", "headers": []}, receive, send)
    if is_whole:
        with pytest.raises(RuntimeError):
            await asking
        assert [record.getMessage() for record in caplog.records] == ["POST /form failed"]
    else:
        await asking
        assert (sent, caplog.records) == ([], [])


async def test_a_visitor_writes_no_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "plures.access")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError(scope["path"])

    async def send(event: Any) -> None:
        del event

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/a\n2026 ERROR\r\x1b[31m refunded",
        "headers": [(b"x-request-id", b"a\nb")],
    }
    with pytest.raises(RuntimeError):
        await Edge(app)(scope, None, send)
    shown = "\n".join(TextLine().format(record) for record in caplog.records)
    assert len(caplog.records) == 2
    assert not [line for line in shown.split("\n") if line.startswith(("2026 ERROR", "b"))]
    assert not {"\r", "\x1b"} & set(shown)
