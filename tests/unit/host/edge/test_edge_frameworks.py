"""What clients are told when a capability does not answer, also where a framework answers 500 first and raises then."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from plures import Capability, DeadlineExceeded, Outcome, Unavailable
from plures.host import Host
from plures.host.edge import Edge
from tests.unit.host.parts import A, Notes

Make = Callable[..., Host]
UNREACHABLE = Unavailable("parts.a.v1.A/Ask", "no server there", outcome=Outcome.NOT_SENT)


async def fails(*_: Any) -> None:
    raise UNREACHABLE


async def fails_in_a_group(*_: Any) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(fails())
        group.create_task(fails())


async def has_a_bug(*_: Any) -> None:
    message = "x"
    raise KeyError(message)


async def answers_500(*_: Any) -> JSONResponse:
    return JSONResponse({"why": "mine"}, status_code=500)


async def streams_500(*_: Any) -> StreamingResponse:
    async def parts() -> AsyncIterator[bytes]:
        yield b"one "
        yield b"two"

    return StreamingResponse(parts(), status_code=500)


async def streams_and_fails(*_: Any) -> StreamingResponse:
    async def parts() -> AsyncIterator[bytes]:
        yield b"one "
        raise UNREACHABLE

    return StreamingResponse(parts())


PATHS: dict[str, Any] = {
    "/fails": fails, "/group": fails_in_a_group, "/bug": has_a_bug, "/500": answers_500, "/stream": streams_500,
    "/late": streams_and_fails,
}  # fmt: skip


class Passes(BaseHTTPMiddleware):
    async def dispatch(self, request: Any, call_next: Any) -> Any:
        return await call_next(request)


def starlette() -> Any:
    return Starlette(routes=[Route(path, endpoint) for path, endpoint in PATHS.items()])


def with_middleware() -> Any:
    routes = [Route(path, endpoint) for path, endpoint in PATHS.items()]
    return Starlette(routes=routes, middleware=[Middleware(Passes)])


def fastapi() -> Any:
    app = FastAPI()
    for path, endpoint in PATHS.items():
        app.add_route(path, endpoint)
    return app


@pytest.fixture(params=[starlette, with_middleware, fastapi])
async def client(request: pytest.FixtureRequest) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Edge(request.param()), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        yield client


@pytest.mark.parametrize("path", ["/fails", "/group"])
async def test_a_capability_that_does_not_answer_is_a_503_that_says_when_to_come_back(
    client: httpx.AsyncClient, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "plures.edge"):
        answer = await client.get(path)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    [record] = [record for record in caplog.records if record.name == "plures.edge"]
    assert record.getMessage().startswith(f"GET {path}: Call of parts.a.v1.A/Ask failed (not sent): no server there")


async def test_a_bug_and_the_own_answers_of_the_edge_stay_what_they_are(client: httpx.AsyncClient) -> None:
    assert (await client.get("/bug")).status_code == 500
    mine = await client.get("/500")
    assert (mine.status_code, mine.json()) == (500, {"why": "mine"})
    stream = await client.get("/stream")
    assert (stream.status_code, stream.text) == (500, "one two")


async def test_an_answer_that_has_begun_is_not_replaced(client: httpx.AsyncClient) -> None:
    answer = await client.get("/late")
    assert (answer.status_code, answer.text) == (200, "one ")


async def test_a_bug_is_still_raised_for_the_log_of_the_server() -> None:
    transport = httpx.ASGITransport(Edge(starlette()))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        with pytest.raises(KeyError):
            await client.get("/bug")


async def test_the_time_of_a_request_can_be_set_and_its_end_names_the_setting(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise DeadlineExceeded("parts.a.v1.A/Ask", "its deadline passed", outcome=Outcome.NOT_SENT, is_inherited=True)

    transport = httpx.ASGITransport(Edge(app, 0.25))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        with caplog.at_level(logging.WARNING, "plures.edge"):
            assert (await client.get("/")).status_code == 503
    assert "The calls of one request have 0.25 s: [edge] deadline_s in plures.toml." in caplog.text


async def test_an_application_is_an_edge(host: Make) -> None:
    web = FastAPI()
    web.add_route("/500", answers_500)
    running = host(Capability(A, Notes().service("a")), edge=web)
    await running.start()
    assert running.public is not None
    transport = httpx.ASGITransport(running.public)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        assert (await client.get("/500")).json() == {"why": "mine"}
    await running.stop()
