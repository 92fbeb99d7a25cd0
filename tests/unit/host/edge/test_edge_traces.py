"""The span of a request to the edge: its name, its trace, whether that is kept, and the calls below it."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import msgspec
import pytest
from fastapi import APIRouter, FastAPI, WebSocket
from flask import Flask
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Mount, Route

from plures.contract import read_contract
from plures.host.edge import Edge, served
from plures.host.edge.tracing import EdgeTraces
from plures.runtime import CallContext, EdgeContext, current, request_id, told_of
from plures.runtime.policy import admit
from plures.telemetry import Noted, Part, Rate, SpanKind, Subject, Telemetry
from tests.unit.host.parts import A

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
ALL = Rate(1, 100_000)
NONE = Rate(0)


class Seen:
    """An edge, and what is noted of its requests."""

    def __init__(self, app: Any, rate: Rate = ALL, rates: Mapping[str, Rate] | None = None) -> None:
        self.telemetry = Telemetry(rate, rates)
        self.edge = Edge(served(app, 2), traces=EdgeTraces(self.telemetry))
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.edge, raise_app_exceptions=False), base_url="http://shop"
        )

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def parts(self) -> list[Part]:
        return self.telemetry.recorder.take()

    def only(self) -> tuple[Part, Noted]:
        (part,) = self.parts()
        return part, part.notes[-1]


async def test_where_nothing_is_kept_a_request_has_an_id_and_what_its_client_said_goes_on() -> None:
    seen = Seen(fast())
    seen.telemetry.recorder.is_read = False
    answer = await seen.get("/healthy")
    assert len(answer.headers["x-request-id"]) == 32
    assert seen.parts() == []
    context = EdgeContext(60.0, 0)
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "headers": [(b"traceparent", f"00-{TRACE}-{1:016x}-00".encode())],
    }
    EdgeTraces(seen.telemetry).begin(scope, context)
    said, _ = told_of(context)
    assert said.split("-")[1] == TRACE


async def says(*_: Any) -> PlainTextResponse:
    return PlainTextResponse(request_id() or "")


def fast() -> FastAPI:
    app, router, inner = FastAPI(), APIRouter(prefix="/shop"), APIRouter(prefix="/{shelf}")

    async def item(id: int) -> str:  # noqa: A002
        return str(id)

    async def fails() -> None:
        raise ValueError

    app.get("/product/{id}")(item)
    inner.get("/of/{id}")(item)
    app.get("/fails")(fails)
    router.include_router(inner)
    app.include_router(router)
    return app


def star() -> Starlette:
    below = [Route("/of/{id:int}", says), Route("/files/{path:path}", says)]
    return Starlette(routes=[Route("/", says), Route("/product/{id:int}", says), Mount("/shop/{shelf}", routes=below)])


@pytest.mark.parametrize(
    ("make", "path", "name"),
    [
        (fast, "/product/17", "GET /product/{id}"),
        (fast, "/product/not-a-number", "GET /product/{id}"),
        (fast, "/shop/7/of/17", "GET /shop/{shelf}/of/{id}"),
        (fast, "/nowhere", "GET"),
        (star, "/", "GET /"),
        (star, "/product/007", "GET /product/{id}"),
        (star, "/shop/tea/of/17", "GET /shop/{shelf}/of/{id}"),
        (star, "/shop/tea/files/a/b/c", "GET /shop/{shelf}/files/{path}"),
        (star, "/shop/tea/else", "GET /shop/{shelf}/{path}"),
    ],
)
async def test_requests_have_the_name_of_their_route(make: Any, path: str, name: str) -> None:
    seen = Seen(make())
    status = (await seen.get(f"{path}?key=secret")).status_code
    _, noted = seen.only()
    assert noted.subject == Subject(SpanKind.SERVER, name)
    said = msgspec.json.decode(noted.attributes)
    assert said["url.path"] == path
    assert said["http.response.status_code"] == status
    assert said["http.request.method"] == "GET"


async def test_where_a_framework_says_no_route_its_first_part_does() -> None:
    app = Flask("shop")
    app.add_url_rule("/product/<id>", view_func=lambda id: id)  # noqa: A006
    seen = Seen(app)
    await seen.get("/product/17")
    assert seen.only()[1].subject.name == "GET /product"
    await seen.get("/wp-admin/17")
    assert seen.only()[1].subject.name == "GET"


async def test_a_trace_of_a_client_goes_on_and_is_kept_by_our_own_draw() -> None:
    header = f"00-{TRACE}-00f067aa0ba902b7-01"
    kept = Seen(star())
    answer = await kept.get("/", traceparent=header, tracestate="a=b", baggage="c=d")
    part, noted = kept.only()
    assert (part.trace.id, part.trace.above, part.trace.kept_for) == (TRACE, 0x00F067AA0BA902B7, "drawn")
    assert part.trace.beside == (("tracestate", "a=b"), ("baggage", "c=d"))
    assert (noted.parent, noted.id, noted.above) == (0, 0, 0)
    assert answer.text == answer.headers["x-request-id"] == TRACE
    not_kept = Seen(star(), NONE)
    await not_kept.get("/", traceparent=header)
    assert not_kept.parts() == []


async def test_kinds_of_requests_are_drawn_as_the_settings_say() -> None:
    seen = Seen(star(), rates={"GET /product": NONE})
    for path in ("/product/1", "/product/2", "/"):
        assert (await seen.get(path)).status_code == 200
    assert [note.subject.name for part in seen.parts() for note in part.notes] == ["GET /"]


async def test_an_id_of_the_client_names_the_trace_too() -> None:
    seen = Seen(star())
    assert (await seen.get("/", x_request_id=TRACE)).text == TRACE
    assert seen.only()[0].trace.id == TRACE
    assert (await seen.get("/", traceparent="nonsense")).text == seen.only()[0].trace.id


async def test_what_fails_is_kept() -> None:
    seen = Seen(fast(), NONE)
    assert (await seen.get("/fails")).status_code == 500
    part, noted = seen.only()
    assert (part.trace.kept_for, noted.code, noted.subject.name) == ("failed", "internal", "GET /fails")
    await seen.get("/nowhere")
    assert seen.parts() == []


async def test_probes_leave_nothing() -> None:
    seen = Seen(star())
    await seen.get("/healthz")
    await seen.get("/", user_agent="kube-probe/1.31")
    assert seen.parts() == []
    assert seen.telemetry.meters == []


async def test_an_outsider_can_neither_fill_the_store_nor_make_up_names() -> None:
    seen = Seen(star(), Rate(1, 5))
    for number in range(500):
        await seen.get(f"/made-up-{number}", traceparent=f"00-{number + 1:032x}-00f067aa0ba902b7-01")
    assert len(seen.parts()) < 100
    assert {meter.subject.name for meter in seen.telemetry.meters} == {"GET"}
    # Those who ask for what there is are drawn by themselves, from when on it is known that it is there.
    await seen.get("/")
    seen.parts()
    await seen.get("/")
    assert seen.only()[1].subject.name == "GET /"


async def test_calls_are_below_their_request() -> None:
    calls: list[CallContext] = []

    async def asks(*_: Any) -> PlainTextResponse:
        calls.extend(admit(read_contract(A)[0].operations["ask"], current.get()) for _ in range(2))
        return PlainTextResponse("")

    seen = Seen(Starlette(routes=[Route("/", asks)]))
    await seen.get("/")
    part, noted = seen.only()
    assert [call.trace for call in calls] == [part.trace] * 2
    assert {call.parent_span for call in calls} == {noted.span}


async def test_a_conversation_is_one_span_and_what_it_calls_is_told_meanwhile() -> None:
    app = FastAPI()

    @app.websocket("/talk/{id}")
    async def talk(socket: WebSocket, id: int) -> None:  # noqa: A002
        await socket.accept()
        await socket.close()

    seen = Seen(app)
    events = iter(({"type": "websocket.connect"},))
    sent: list[str] = []

    async def receive() -> Any:
        return next(events)

    async def send(event: Any) -> None:
        sent.append(event["type"])

    scope = {"type": "websocket", "path": "/talk/7", "headers": [], "query_string": b"", "subprotocols": []}
    await seen.edge(scope, receive, send)
    assert sent == ["websocket.accept", "websocket.close"]
    assert seen.only()[1].subject.name == "WEBSOCKET /talk/{id}"


async def test_what_streams_is_one_span_until_its_end() -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"1"
        assert seen.parts() == []
        yield b"2"

    async def streams(*_: Any) -> StreamingResponse:
        return StreamingResponse(parts())

    seen = Seen(Starlette(routes=[Route("/", streams)]))
    assert (await seen.get("/")).text == "12"
    assert seen.only()[1].subject.name == "GET /"
