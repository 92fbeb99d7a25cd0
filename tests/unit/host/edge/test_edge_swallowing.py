"""Frameworks that catch errors and answer 500 without raising, as Litestar, Django and Quart do: a part that is down is a 503 there too."""

import asyncio
import importlib.util
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from plures import CallError, DeadlineExceeded, Outcome, Unavailable
from plures.host.edge import Edge

FRAMEWORK = '''
"""Answers as frameworks do that swallow errors."""

def application(handler, pieces=1, size=10):
    async def app(scope, receive, send):
        try:
            await handler()
            status = 200
        except Exception:
            status = 500
        await send({"type": "http.response.start", "status": status, "headers": []})
        for n in range(pieces):
            await send({"type": "http.response.body", "body": b"x" * size, "more_body": n + 1 < pieces})
    return app

async def quietly(handler):
    try:
        await handler()
    except Exception:
        pass
'''


def library(folder: Path, name: str = "framework") -> Any:
    """A module as pip installs it."""
    path = folder / "site-packages" / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(FRAMEWORK)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def unavailable() -> None:
    raise Unavailable("parts.a.v1.A/Ask", "no server there", outcome=Outcome.NOT_SENT)


async def late() -> None:
    raise DeadlineExceeded("parts.a.v1.A/Ask", "its deadline passed", outcome=Outcome.MAY_HAVE_RUN)


async def let_through_after_a_fallback() -> None:
    with suppress(CallError):
        await unavailable()
    await late()


async def raised_again() -> None:
    try:
        await unavailable()
    except CallError:
        raise


async def one_of_many() -> None:
    await asyncio.gather(unavailable(), asyncio.sleep(0), late())


async def in_a_thread() -> None:
    await asyncio.to_thread(asyncio.run, unavailable())


async def in_a_task() -> None:
    await asyncio.create_task(unavailable())


async def failed_otherwise() -> None:
    with suppress(CallError):
        await unavailable()
    raise KeyError("x")


async def raised_as_another() -> None:
    try:
        await unavailable()
    except CallError as error:
        message = "mine"
        raise ValueError(message) from error


async def failed_while_handling() -> None:
    try:
        await unavailable()
    except CallError:
        raise KeyError("x") from None


async def collected() -> None:
    await asyncio.gather(unavailable(), return_exceptions=True)
    raise KeyError("x")


async def another_failure() -> None:
    raise CallError("parts.a.v1.A/Ask", "odd", outcome=Outcome.MAY_HAVE_RUN)


async def a_bug() -> None:
    raise KeyError("x")


async def cured() -> None:
    with suppress(CallError):
        await unavailable()


async def ask(app: Any, own: tuple[str, ...] = ()) -> httpx.Response:
    transport = httpx.ASGITransport(Edge(app, own=own))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        return await client.get("/basket")


@pytest.mark.parametrize("pieces", [1, 3])
@pytest.mark.parametrize(
    "handler", [unavailable, late, let_through_after_a_fallback, raised_again, one_of_many, in_a_thread, in_a_task]
)
async def test_a_failed_call_that_a_framework_swallows_is_a_503(
    handler: Callable[[], Awaitable[None]], pieces: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "plures.edge"):
        answer = await ask(library(tmp_path).application(handler, pieces))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    [record] = caplog.records
    assert record.getMessage().startswith("GET /basket: Call of parts.a.v1.A/Ask failed (")


@pytest.mark.parametrize("pieces", [1, 3])
@pytest.mark.parametrize(
    "handler", [failed_otherwise, raised_as_another, failed_while_handling, collected, another_failure, a_bug]
)
async def test_what_fails_for_another_reason_stays_a_500(
    handler: Callable[[], Awaitable[None]], pieces: int, tmp_path: Path
) -> None:
    answer = await ask(library(tmp_path).application(handler, pieces))
    assert (answer.status_code, answer.text) == (500, "x" * 10 * pieces)


async def test_a_failure_that_the_application_lives_with_is_none(tmp_path: Path) -> None:
    assert (await ask(library(tmp_path).application(cured))).status_code == 200


async def test_a_500_that_the_application_answers_itself_stays(tmp_path: Path) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        try:
            await unavailable()
        except CallError:
            await send({"type": "http.response.start", "status": 500, "headers": []})
            await send({"type": "http.response.body", "body": b"mine"})

    answer = await ask(app)
    assert (answer.status_code, answer.text) == (500, "mine")


async def test_an_application_that_is_installed_catches_on_purpose(tmp_path: Path) -> None:
    shop, framework = library(tmp_path, "shop"), library(tmp_path)

    async def handler() -> None:
        await shop.quietly(unavailable)
        raise KeyError("x")

    assert (await ask(framework.application(handler), own=("shop",))).status_code == 500


async def test_a_large_500_is_passed_on_rather_than_kept(tmp_path: Path) -> None:
    answer = await ask(library(tmp_path).application(unavailable, pieces=20, size=100_000))
    assert (answer.status_code, len(answer.content)) == (500, 2_000_000)


async def test_requests_do_not_see_the_failures_of_others(tmp_path: Path) -> None:
    framework = library(tmp_path)
    edges = [Edge(framework.application(handler)) for handler in (unavailable, a_bug)]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await edges[scope["path"] == "/bug"](scope, receive, send)

    async def clients() -> AsyncIterator[int]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            for path in ("/down", "/bug"):
                yield (await client.get(path)).status_code

    assert [status async for status in clients()] == [503, 500]
