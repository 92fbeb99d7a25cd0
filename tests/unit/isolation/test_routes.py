"""The routes of an edge, and what each calls."""

from collections.abc import Callable
from typing import Annotated, Any

import islands
import pytest
from fastapi import APIRouter, Depends, FastAPI
from islands import Base, Extra
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from plures import Application, Optionally
from plures.application import assemble
from plures.isolation import units_of


def routes(edge: Callable[..., Any]) -> dict[str, tuple[str, tuple[str, ...]]]:
    units = units_of(assemble(Application("islands", islands.COMMON, edge=edge)))
    return {
        unit.name: (
            " ".join(f"{n.capability}.{n.operation}:{n.how.name.lower()}" for n in sorted(unit.needs)),
            unit.assumed,
        )
        for unit in units
        if unit.kind == "route"
    }


class Wrapper:
    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


class Gate:
    """Middleware that calls a capability."""

    def __init__(self, app: Any, base: Base) -> None:
        self.app, self._base = app, base

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.base.fetch()
        await self.app(scope, receive, send)

    base: Base


class Page(HTTPEndpoint):
    async def get(self, request: Request) -> Response:
        return PlainTextResponse(await request.app.state.base.get())


def starlette(base: Base, extra: Optionally[Extra]) -> Any:
    async def home(request: Request) -> Response:
        return PlainTextResponse(await base.get())

    async def change(request: Request) -> Response:
        return PlainTextResponse(await extra.call_or("", Extra.hint))

    async def talk(socket: Any) -> None:
        await socket.send_text(await base.fetch())

    return Starlette(
        routes=[
            Route("/", home),
            Route("/change", change, methods=["POST", "PUT"]),
            Route("/page", Page),
            Mount("/below", routes=[Route("/{name}", home)]),
            Mount("/files", StaticFiles(directory=".")),
            WebSocketRoute("/talk", talk),
        ]
    )


def test_starlette() -> None:
    assert routes(starlette) == {
        "GET /": ("base.get:needed", ()),
        "POST /change": ("extra.hint:optional", ()),
        "PUT /change": ("extra.hint:optional", ()),
        "GET /page": ("base.get:needed", ("which 'get' is called",)),
        "GET /below/{name}": ("base.get:needed", ()),
        "GET /files/…": (
            "base.fetch:needed base.flow:needed base.get:needed extra.hint:optional extra.more:optional",
            ("what is mounted there",),
        ),
        "WS /talk": ("base.fetch:needed", ()),
    }


def test_what_is_wrapped_around_it_is_no_hindrance() -> None:
    def edge(base: Base, extra: Optionally[Extra]) -> Any:
        return Wrapper(Wrapper(starlette(base, extra)))

    assert routes(edge) == routes(starlette)


def test_middleware_is_part_of_each_route() -> None:
    def edge(base: Base) -> Any:
        async def home(request: Request) -> Response:
            return PlainTextResponse("home")

        return Starlette(routes=[Route("/", home)], middleware=[Middleware(Gate, base=base)])

    assert routes(edge) == {"GET /": ("base.fetch:needed", ())}


def test_fastapi_and_what_its_routes_depend_on() -> None:
    def edge(base: Base) -> Any:
        app = FastAPI(openapi_url=None)

        async def word() -> str:
            return await base.fetch()

        async def words(one: Annotated[str, Depends(word)]) -> str:
            return one

        async def home(words: str) -> str:
            return words

        home.__annotations__["words"] = Annotated[str, Depends(words)]
        app.get("/home")(home)

        async def item(name: str) -> str:
            return await base.get(name)

        app.put("/items/{name}")(item)
        return app

    assert routes(edge) == {"GET /home": ("base.fetch:needed", ()), "PUT /items/{name}": ("base.get:needed", ())}


def test_routers_of_fastapi_its_middleware_and_what_is_mounted() -> None:
    def edge(base: Base) -> Any:
        async def check() -> None:
            await base.get("key")

        async def item(number: int) -> str:
            return await base.fetch()

        async def plain() -> str:
            return ""

        async def timed(request: Request, go_on: Any) -> Any:
            await base.fetch()
            return await go_on(request)

        inner = APIRouter(prefix="/items", dependencies=[Depends(check)])
        inner.get("/{number}")(item)
        outer = APIRouter(prefix="/v1")
        outer.include_router(inner)
        below = FastAPI(openapi_url=None)
        below.get("/plain")(plain)
        app = FastAPI(openapi_url=None)
        app.include_router(outer, prefix="/api")
        app.mount("/below", below)
        app.middleware("http")(timed)
        return app

    assert routes(edge) == {
        "GET /api/v1/items/{number}": ("base.fetch:needed base.get:needed", ()),
        "GET /below/plain": ("base.fetch:needed", ()),
    }


def test_an_edge_that_does_not_tell_its_routes_is_one_unit() -> None:
    def edge(base: Base) -> Any:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            await base.get()

        return app

    assert routes(edge) == {
        "the edge": (
            "base.fetch:needed base.flow:needed base.get:needed",
            ("the routes of the edge, an application of builtins",),
        )
    }


def test_an_edge_that_cannot_be_made_is_one_unit() -> None:
    def edge(base: Base) -> Any:
        raise KeyError("SECRET")

    found = routes(edge)
    assert list(found) == ["the edge"]
    assert found["the edge"][1] == ("the edge, which cannot be made without its application running (KeyError)",)


def test_an_application_without_an_edge_has_no_routes() -> None:
    units = units_of(assemble(Application("islands", islands.COMMON)))
    assert [unit.name for unit in units if unit.kind == "route"] == []


@pytest.mark.parametrize("app", [Starlette(routes=[Route("/", Page)])])
def test_an_edge_that_is_an_application_itself_calls_nothing(app: Any) -> None:
    assert routes(app) == {"GET /": ("", ())}
