"""What clients are told by Flask and Django when a capability does not answer: as by any other edge."""

import asyncio
import sys
from collections.abc import Iterator
from typing import Any

import flask
import httpx
import pytest

from plures import Outcome, Unavailable
from plures.host.edge import Edge, served
from tests.django_settings import set_up

PORT = "http://shop"


def fails() -> None:
    raise Unavailable("parts.a.v1.A/Ask", "no server there", outcome=Outcome.NOT_SENT)


def with_flask() -> Any:
    app = flask.Flask("shop")

    @app.get("/fails")
    def _fails() -> str:
        fails()
        return ""

    @app.get("/handled")
    def _handled() -> Any:
        try:
            fails()
        except Unavailable:
            return "none today", 500
        return ""

    @app.get("/bug")
    def _bug() -> str:
        raise KeyError

    @app.get("/stream")
    def _stream() -> Any:
        def parts() -> Iterator[bytes]:
            yield b"one "
            yield b"two"

        return flask.Response(flask.stream_with_context(parts()))

    @app.post("/body")
    def _body() -> Any:
        return flask.request.get_data()

    return app


def django() -> None:
    from django.conf import settings

    set_up()
    settings.ROOT_URLCONF = __name__
    # The tests are imported by their path, so that Django would not find them.
    sys.modules.setdefault(__name__, sys.modules[fails.__module__])


def _patterns() -> list[Any]:
    from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
    from django.urls import path

    def failing(request: HttpRequest) -> HttpResponse:
        fails()
        return HttpResponse()

    def handled(request: HttpRequest) -> HttpResponse:
        try:
            fails()
        except Unavailable:
            return HttpResponse("none today", status=500)
        return HttpResponse()

    def bug(request: HttpRequest) -> HttpResponse:
        raise KeyError

    def stream(request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(iter([b"one ", b"two"]))

    def body(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.body)

    views = {"fails": failing, "handled": handled, "bug": bug, "stream": stream, "body": body}
    return [path(name, view) for name, view in views.items()]


def __getattr__(name: str) -> Any:
    if name == "urlpatterns":
        return _patterns()
    raise AttributeError(name)


def with_django() -> Any:
    django()
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


def with_django_asgi() -> Any:
    django()
    from django.core.asgi import get_asgi_application

    return get_asgi_application()


@pytest.mark.parametrize("make", [with_flask, with_django, with_django_asgi])
async def test_a_failed_call_is_503_and_what_the_application_says_stays(make: Any) -> None:
    edge = Edge(served(make(), 4), 5.0, own=["tests"])
    async with asyncio.timeout(60), httpx.AsyncClient(transport=httpx.ASGITransport(edge), base_url=PORT) as client:
        failed = await client.get("/fails")
        assert (failed.status_code, failed.headers["retry-after"]) == (503, "1")
        handled = await client.get("/handled")
        assert (handled.status_code, handled.text) == (500, "none today")
        assert (await client.get("/bug")).status_code == 500
        if make is not with_django_asgi:
            # There Django warns that a plain iterator is read as a whole.
            streamed = await client.get("/stream")
            assert (streamed.status_code, streamed.text) == (200, "one two")
        sent = b"x" * 200_000
        assert (await client.post("/body", content=sent)).content == sent
