"""Where the edge may say on whose behalf a request is made: each place that frameworks offer for it, and what a client may not say."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from fastapi import Depends, FastAPI
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from plures import (
    ContextMismatch,
    ContextOutsideRequest,
    ContextTorn,
    Message,
    acting_for,
    request_context,
    set_request_context,
)
from plures.contract import read_message
from plures.host.edge import Edge
from plures.runtime import ContextKind


class Shopper(Message):
    user: str


CODEC, _ = read_message(Shopper, "a test")
assert CODEC is not None
KIND = ContextKind(Shopper, CODEC)
LATER: list[str] = []


def user() -> str:
    who = request_context(Shopper, None)
    return "no one" if who is None else who.user


async def answer(request: Request) -> JSONResponse:
    return JSONResponse(user())


async def stream(request: Request) -> StreamingResponse:
    async def parts() -> AsyncIterator[str]:
        yield user()

    return StreamingResponse(parts())


async def after(request: Request) -> JSONResponse:
    LATER.clear()
    return JSONResponse(user(), background=BackgroundTask(lambda: LATER.append(user())))


ROUTES = [Route("/", answer), Route("/stream", stream), Route("/after", after)]


class Plain:
    """An ASGI middleware: a block around all that the request does."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        with acting_for(Shopper("anna")):
            await self._app(scope, receive, send)


class InATask(BaseHTTPMiddleware):
    """The application runs in another task than the middleware."""

    async def dispatch(self, request: Any, call_next: Any) -> Any:
        with acting_for(Shopper("anna")):
            return await call_next(request)


class InATaskForAll(BaseHTTPMiddleware):
    async def dispatch(self, request: Any, call_next: Any) -> Any:
        set_request_context(Shopper("anna"))
        return await call_next(request)


class Passes(BaseHTTPMiddleware):
    async def dispatch(self, request: Any, call_next: Any) -> Any:
        return await call_next(request)


def depending(dependency: Callable[..., Any]) -> Any:
    app = FastAPI(dependencies=[Depends(dependency)])

    @app.get("/")
    async def show(request: Request) -> str:
        return user()

    @app.get("/stream")
    async def show_in_parts(request: Request) -> StreamingResponse:
        return await stream(request)

    @app.get("/after")
    async def show_and_go_on(request: Request) -> JSONResponse:
        return await after(request)

    @app.get("/sync")
    def show_in_a_thread() -> str:
        return user()

    return app


def in_a_thread() -> None:
    set_request_context(Shopper("anna"))


async def in_the_request() -> None:
    set_request_context(Shopper("anna"))


def in_a_thread_with_yield(request: Request) -> Iterator[None]:
    set_request_context(Shopper("anna"))
    yield


APPS: dict[str, Any] = {
    "plain middleware": Starlette(routes=ROUTES, middleware=[Middleware(Plain)]),
    "middlewares around and inside": Starlette(
        routes=ROUTES, middleware=[Middleware(Passes), Middleware(Plain), Middleware(Passes)]
    ),
    "middleware in a task": Starlette(routes=ROUTES, middleware=[Middleware(InATask)]),
    "middleware in a task, for all": Starlette(routes=ROUTES, middleware=[Middleware(InATaskForAll)]),
    "dependency": depending(in_the_request),
    "dependency in a thread": depending(in_a_thread),
    "dependency in a thread, with yield": depending(in_a_thread_with_yield),
}


async def get(app: Any, path: str = "/", kind: ContextKind | None = KIND, **headers: str) -> Any:
    edge = Edge(app, kind=kind)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(edge), base_url="http://edge") as client:
        return await client.get(path, headers=headers)


@pytest.mark.parametrize("app", APPS.values(), ids=APPS)
@pytest.mark.parametrize("path", ["/", "/stream", "/after"])
async def test_all_of_the_request_is_made_on_behalf_of_whom_the_edge_says(app: Any, path: str) -> None:
    assert "anna" in (await get(app, path)).text
    assert path != "/after" or LATER == ["anna"]


async def test_a_block_that_a_framework_tears_apart_is_no_silent_stranger() -> None:
    def torn() -> Iterator[None]:
        with acting_for(Shopper("anna")):
            yield

    with pytest.raises(ContextTorn, match="set_request_context"):
        await get(depending(torn))


async def test_a_block_around_a_dependency_of_the_event_loop_is_seen() -> None:
    async def whole() -> AsyncIterator[None]:
        with acting_for(Shopper("anna")):
            yield

    assert (await get(depending(whole))).text == '"anna"'


async def test_a_generator_that_is_left_in_a_block_raises_nothing() -> None:
    async def names() -> AsyncIterator[str]:
        with acting_for(Shopper("anna")):
            yield user()
            yield user()

    left = names()
    assert await asyncio.create_task(anext(left)) == "anna"  # type: ignore[arg-type]
    await left.aclose()  # type: ignore[attr-defined]


async def test_it_is_seen_in_threads_too() -> None:
    assert (await get(APPS["dependency in a thread"], "/sync")).json() == "anna"


async def test_one_request_leaves_nothing_to_the_next() -> None:
    edge = Edge(Starlette(routes=[*ROUTES, Route("/login", _login)]), kind=KIND)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(edge), base_url="http://edge") as client:
        assert (await client.get("/login")).json() == "anna"
        assert (await client.get("/")).json() == "no one"


async def _login(request: Request) -> JSONResponse:
    set_request_context(Shopper("someone"))
    set_request_context(Shopper("anna"))
    return JSONResponse(user())


async def test_what_a_client_says_is_taken_away() -> None:
    async def headers(request: Request) -> JSONResponse:
        return JSONResponse([sorted(request.headers), user()])

    seen, who = (
        await get(Starlette(routes=[Route("/", headers)]), **{"Plures-Context": "v1.a.b.c.d", "X-A": "b"})
    ).json()
    assert who == "no one"
    assert "x-a" in seen
    assert "plures-context" not in seen


@contextmanager
def _for_all(message: object) -> Iterator[None]:
    set_request_context(message)
    yield


@pytest.mark.parametrize("setting", [acting_for, _for_all])
@pytest.mark.parametrize("kind", [KIND, None])
async def test_another_type_than_the_applications_is_refused(setting: Any, kind: ContextKind | None) -> None:
    class Clerk(Message):
        desk: int

    async def wrong(request: Request) -> JSONResponse:
        with pytest.raises(ContextMismatch) as caught, setting(Clerk(1)):
            pass
        return JSONResponse(caught.value.why)

    why = (await get(Starlette(routes=[Route("/", wrong)]), kind=kind)).json()
    assert why.startswith("the application " + ("has declared Shopper" if kind else "declares none"))


def test_outside_of_a_request_there_is_nothing_to_set() -> None:
    with pytest.raises(ContextOutsideRequest, match="works for no request"):
        set_request_context(Shopper("anna"))
