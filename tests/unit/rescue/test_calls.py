"""Calls by each client to an address of a service in the same process, beside the same calls over a socket."""

import asyncio
import http.client
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
import requests
import urllib3

from plures.rescue import LoopHeld, Together, running_services
from tests.unit.rescue.written import ECHO, service

AT = "http://echo:8000"
FILES = {
    "app/main.py": ECHO,
    "app/slow.py": """
        import asyncio
        seen = []

        async def app(scope, receive, send):
            if scope["type"] != "http":
                return
            path = scope["path"]
            if path == "/raises":
                raise ValueError("a mistake")
            if path == "/exits":
                raise SystemExit(3)
            if path == "/silent":
                return
            if path == "/slow":
                await asyncio.sleep(30)
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
            if path == "/cut":
                await send({"type": "http.response.body", "body": b"half", "more_body": True})
                raise ValueError("in the middle")
            if path == "/seen":
                await send({"type": "http.response.body", "body": ",".join(seen).encode()})
                return
            if path == "/endless":
                async def watch():
                    while (await receive())["type"] != "http.disconnect":
                        pass
                    seen.append("left")
                watching = asyncio.ensure_future(watch())
                number = 0
                while not watching.done():
                    await send({"type": "http.response.body", "body": b"%d\\n" % number, "more_body": True})
                    number += 1
                    await asyncio.sleep(0)
                return
            if path == "/big":
                sent = 0
                for _ in range(64):
                    await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
                    sent += 1
                    seen.append(str(sent))
            if path == "/upload":
                more, parts = True, 0
                while more:
                    message = await receive()
                    more = message["more_body"]
                    parts += len(message["body"])
                await send({"type": "http.response.body", "body": str(parts).encode()})
                return
            await send({"type": "http.response.body", "body": b"end"})
    """,
}


@pytest.fixture
async def at(tmp_path: Path) -> AsyncGenerator[dict[str, str]]:
    """Base URLs: `echo` and `slow` in process, `real` is `echo` over a socket."""
    echo = service(tmp_path, "echo", FILES, public=("127.0.0.1", 0))
    slow = service(tmp_path, "slow", FILES, app="app.slow:app")
    async with running_services(Together([echo, slow], grace_s=0.1)) as running:
        yield {"echo": AT, "slow": "http://slow:8000", "real": running.listening["echo"].url}


def same(ours: Any, real: Any) -> None:
    """The answers are the same but for the port, and for headers that tell of the connection."""
    for answer in (ours, real):
        answer["headers"] = sorted(h for h in answer["headers"] if h[0] != "host")
        del answer["server"]
    assert ours == real


def told(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items() if name.lower() not in ("date", "connection")}


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", "/a%20b/ü?q=1&q=%26", "/404", "/204", "/503", "//double"])
async def test_httpx_answers_the_same(at: dict[str, str], method: str, path: str) -> None:
    async with httpx.AsyncClient(headers={"X-Own": "1"}) as client:
        body = None if method in ("GET", "HEAD") else {"a": [1, "é"]}
        ours = await client.request(method, at["echo"] + path, json=body)
        real = await client.request(method, at["real"] + path, json=body)
    assert ours.status_code == real.status_code
    assert told(ours.headers) == told(real.headers)
    assert ours.reason_phrase == real.reason_phrase
    if ours.content and real.content:
        same(ours.json(), real.json())
    assert bool(ours.content) == bool(real.content)
    assert ours.cookies == real.cookies


async def test_httpx_follows_redirects_and_keeps_cookies(at: dict[str, str]) -> None:
    async with httpx.AsyncClient(base_url=at["echo"], follow_redirects=True) as client:
        answer = await client.post("/redirect", content=b"kept")
        assert answer.json()["path"] == "/landed"
        assert answer.json()["body"] == "kept"
        again = await client.get("/")
        assert ["cookie", "seen=yes"] in again.json()["headers"]


@pytest.mark.parametrize("kind", ["raises", "exits", "silent"])
async def test_a_service_that_fails_answers_500_and_the_others_live(at: dict[str, str], kind: str) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{at['slow']}/{kind}")
        assert (answer.status_code, answer.text) == (500, "Internal Server Error")
        assert (await client.get(at["echo"])).status_code == 200


async def test_httpx_says_what_it_says_of_a_network(at: dict[str, str]) -> None:
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.get(f"{at['slow']}/slow", timeout=0.01)
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(f"{at['slow']}/cut")
        with pytest.raises(httpx.ConnectError):
            await client.get("http://127.0.0.1:9/")


async def test_an_answer_streams_and_ends_when_its_caller_leaves(at: dict[str, str]) -> None:
    async with httpx.AsyncClient() as client:
        async with client.stream("GET", f"{at['slow']}/endless") as answer:
            lines = answer.aiter_lines()
            assert [(await anext(lines)).strip() for _ in range(3)] == ["0", "1", "2"]
        await asyncio.sleep(0.01)
        assert (await client.get(f"{at['slow']}/seen")).text == "left"


async def test_a_service_waits_for_a_slow_reader(at: dict[str, str]) -> None:
    async with httpx.AsyncClient() as client, client.stream("GET", f"{at['slow']}/big") as answer:
        await asyncio.sleep(0.01)
        assert len((await client.get(f"{at['slow']}/seen")).text.split(",")) < 10
        assert len(await answer.aread()) == 64 * 65536 + 3


async def test_a_body_streams_in(at: dict[str, str]) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"x" * 1000
            await asyncio.sleep(0)

    async with httpx.AsyncClient() as client:
        assert (await client.post(f"{at['slow']}/upload", content=parts())).text == "10000"


async def test_a_caller_that_is_cancelled_leaves(at: dict[str, str]) -> None:
    async with httpx.AsyncClient() as client:
        task = asyncio.ensure_future(client.get(f"{at['slow']}/slow"))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
async def test_aiohttp_answers_the_same(at: dict[str, str], method: str) -> None:
    async with aiohttp.ClientSession() as session:
        answers = []
        for base in (at["echo"], at["real"]):
            async with session.request(
                method, f"{base}/a%20b?q=1", json={"a": 1} if method == "POST" else None
            ) as answer:
                answers.append((answer.status, told(answer.headers), await answer.read()))
        assert answers[0][:2] == answers[1][:2]
        if method != "HEAD":
            same(*(json.loads(body) for *_, body in answers))
        async with session.get(f"{at['echo']}/redirect") as answer:
            assert (await answer.json(content_type=None))["path"] == "/landed"
        async with session.get(at["echo"]) as answer:
            assert ["cookie", "seen=yes"] in (await answer.json(content_type=None))["headers"] or answer.cookies


async def test_aiohttp_says_what_it_says_of_a_network(at: dict[str, str]) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(TimeoutError):
            await session.get(f"{at['slow']}/slow", timeout=aiohttp.ClientTimeout(total=0.01))
        with pytest.raises(aiohttp.ClientPayloadError):
            async with session.get(f"{at['slow']}/cut") as answer:
                await answer.read()
        async with session.get(f"{at['slow']}/big") as answer:
            assert len(await answer.read()) == 64 * 65536 + 3

        async def parts() -> AsyncIterator[bytes]:
            for _ in range(10):
                yield b"x" * 1000

        async with session.post(f"{at['slow']}/upload", data=parts()) as answer:
            assert await answer.text() == "10000"
        async with session.post(f"{at['slow']}/upload", data=b"x" * 10, expect100=True) as answer:
            assert await answer.text() == "10"


def blocking(at: dict[str, str]) -> None:
    with requests.Session() as session:
        for method in ("GET", "POST", "HEAD"):
            ours, real = (
                session.request(method, f"{base}/a%20b?q=1", json={"a": 1} if method == "POST" else None)
                for base in (at["echo"], at["real"])
            )
            assert (ours.status_code, told(ours.headers)) == (real.status_code, told(real.headers))
            if method != "HEAD":
                same(ours.json(), real.json())
        assert session.get(f"{at['echo']}/redirect").json()["path"] == "/landed"
        assert ["cookie", "seen=yes"] in session.get(at["echo"]).json()["headers"]

        def parts() -> Iterator[bytes]:
            for _ in range(10):
                yield b"x" * 1000

        assert session.post(f"{at['slow']}/upload", data=parts()).text == "10000"
        with session.get(f"{at['slow']}/endless", stream=True) as answer:
            lines = answer.iter_lines()
            assert [next(lines) for _ in range(3)] == [b"0", b"1", b"2"]
        assert len(session.get(f"{at['slow']}/big").content) == 64 * 65536 + 3
        with pytest.raises(requests.exceptions.ReadTimeout):
            session.get(f"{at['slow']}/slow", timeout=0.01)
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            session.get(f"{at['slow']}/cut")
    with urllib3.PoolManager() as pool:
        assert pool.request("GET", at["echo"]).status == 200
    connection = http.client.HTTPConnection("echo", 8000)
    connection.request("GET", "/x")
    with connection.getresponse() as response:
        assert json.loads(response.read())["path"] == "/x"
    connection.close()
    with httpx.Client() as client:
        assert client.post(at["echo"], content=b"abc").json()["body"] == "abc"
        with client.stream("GET", f"{at['slow']}/endless") as stream:
            assert next(stream.iter_lines()).strip() == "0"
        with pytest.raises(httpx.ReadTimeout):
            client.get(f"{at['slow']}/slow", timeout=0.01)
        with pytest.raises(httpx.RemoteProtocolError):
            client.get(f"{at['slow']}/cut")


async def test_blocking_clients_answer_the_same_in_threads(at: dict[str, str]) -> None:
    await asyncio.to_thread(blocking, at)


async def test_a_coroutine_on_another_loop_gets_its_answer(at: dict[str, str]) -> None:
    async def elsewhere() -> tuple[str, int]:
        async with httpx.AsyncClient() as client, aiohttp.ClientSession() as session:
            async with session.get(f"{at['slow']}/big") as answer:
                size = len(await answer.read())
            return (await client.post(at["echo"], content=b"abc")).json()["body"], size

    assert await asyncio.to_thread(lambda: asyncio.run(elsewhere())) == ("abc", 64 * 65536 + 3)


async def test_a_blocking_call_on_the_loop_that_answers_is_refused(at: dict[str, str]) -> None:
    with httpx.Client() as client, pytest.raises(LoopHeld) as raised:
        client.get(at["echo"])  # noqa: ASYNC212 - what is refused
    assert "thread = true" in raised.value.fix
    with requests.Session() as session, pytest.raises(LoopHeld):
        session.get(at["echo"])
