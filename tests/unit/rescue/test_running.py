"""Services start in order, stop in reverse, run on loops of their own, and reach those of other processes where these are."""

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx
import msgspec
import pytest
import requests

from plures.rescue import Elsewhere, ServiceNotStarted, Together, running_services
from plures.topology import Service
from tests.unit.rescue.written import ECHO, service

LIVING = """
    import os
    from pathlib import Path
    import httpx

    def tell(what):
        with Path(os.environ["TOLD"]).open("a") as file:
            file.write(f"{os.environ['WHO']} {what}\\n")

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            scope["state"]["kept"] = os.environ["WHO"]
            asked = os.environ.get("ASKS")
            if asked:
                async with httpx.AsyncClient() as client:
                    try:
                        tell((await client.get(asked)).text)
                    except httpx.ConnectError:
                        tell("refused")
            if os.environ.get("FAILS"):
                await send({"type": "lifespan.startup.failed", "message": "Traceback\\nValueError: no database"})
                return
            tell("starts")
            await send({"type": "lifespan.startup.complete"})
            await receive()
            tell("stops")
            await send({"type": "lifespan.shutdown.complete"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": f"hello of {scope['state']['kept']}".encode()})
"""


def living(tmp_path: Path, name: str, **environment: str) -> Service:
    own = {"WHO": name, "TOLD": str(tmp_path / "told"), **environment}
    return service(tmp_path, name, {"app/main.py": LIVING}, environment=own)


def told(tmp_path: Path) -> Sequence[str]:
    return (tmp_path / "told").read_text().splitlines()


async def test_lifespans_start_in_order_and_stop_in_reverse(tmp_path: Path) -> None:
    services = [
        living(tmp_path, "early", ASKS="http://later:8000/"),
        living(tmp_path, "later", ASKS="http://early:8000/"),
    ]
    async with running_services(Together(services)):
        assert told(tmp_path) == ["early refused", "early starts", "later hello of early", "later starts"]
    assert told(tmp_path)[4:] == ["later stops", "early stops"]


async def test_a_lifespan_that_fails_is_told_and_what_has_started_stops(tmp_path: Path) -> None:
    services = [living(tmp_path, "good"), living(tmp_path, "bad", FAILS="1"), living(tmp_path, "never")]
    with pytest.raises(ServiceNotStarted) as raised:
        async with running_services(Together(services)):
            pass
    assert raised.value.what == "Service 'bad' did not start"
    assert raised.value.why == "ValueError: no database"
    assert told(tmp_path) == ["good starts", "good stops"]


async def test_variables_come_from_a_file_and_from_the_table(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# a comment\nexport WHO='of the file'\nTOLD=nowhere\nQUOTED=\"a # b\" # c\n")
    one = living(tmp_path, "one")
    one = Service(
        **{
            **msgspec.structs.asdict(one),
            "environment_file": tmp_path / ".env",
            "environment": {"TOLD": str(tmp_path / "told")},
        }
    )
    async with running_services(Together([one])):
        assert told(tmp_path) == ["of the file starts"]


BLOCKS = """
    import threading, requests

    async def app(scope, receive, send):
        if scope["type"] != "http":
            return
        answer = requests.get("http://echo:8000/asked").json()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": f"{answer['path']} {threading.current_thread().name}".encode()})
"""


async def test_a_service_that_blocks_has_a_loop_of_its_own(tmp_path: Path) -> None:
    echo = service(tmp_path, "echo", {"app/main.py": ECHO})
    blocks = service(tmp_path, "blocks", {"app/main.py": BLOCKS}, thread=True, public=("127.0.0.1", 0))
    async with running_services(Together([echo, blocks])) as running, httpx.AsyncClient() as client:
        assert (await client.get("http://blocks:8000/")).text == "/asked service blocks"
        assert (await client.get(running.listening["blocks"].url)).text == "/asked service blocks"
    assert not [thread for thread in threading.enumerate() if thread.name == "service blocks"]


async def test_a_service_of_another_process_is_called_where_it_is(tmp_path: Path) -> None:
    echo = service(tmp_path, "echo", {"app/main.py": ECHO}, public=("127.0.0.1", 0), addresses=())

    def blocking() -> list[Any]:
        return [requests.get("http://far:9000/x", timeout=5).json()]

    async with running_services(Together([echo])) as running:
        port = urlsplit(running.listening["echo"].url).port
        assert port is not None
        caller = service(tmp_path, "caller", {"app/main.py": ECHO})
        elsewhere = {"http://far:9000": Elsewhere("127.0.0.1", port), "http://gone:9000": Elsewhere("127.0.0.1", 9)}
        async with (
            running_services(Together([caller], elsewhere)),
            httpx.AsyncClient() as client,
            aiohttp.ClientSession() as session,
        ):
            answers = [(await client.get("http://far:9000/x")).json()]
            async with session.get("http://far:9000/x") as answer:
                answers.append(await answer.json(content_type=None))
            answers += await asyncio.to_thread(blocking)
            for answer in answers:
                assert answer["path"] == "/x"
                assert "far:9000" in dict(answer["headers"])["host"]
            with pytest.raises(httpx.ConnectError):
                await client.get("http://gone:9000/")
            with pytest.raises(aiohttp.ClientConnectorError):
                await session.get("http://gone:9000/")


async def test_a_service_that_is_not_there_is_refused_by_each_client(tmp_path: Path) -> None:
    services = [living(tmp_path, "one")]
    refused: list[str] = []

    def blocking() -> None:
        for get, kind in ((requests.get, requests.ConnectionError), (httpx.get, httpx.ConnectError)):
            with pytest.raises(kind):
                get("http://one:8000/")
            refused.append(kind.__name__)

    async with running_services(Together(services)) as running:
        running.callee("one").is_up = False
        async with httpx.AsyncClient() as client, aiohttp.ClientSession() as session:
            with pytest.raises(httpx.ConnectError):
                await client.get("http://one:8000/")
            with pytest.raises(aiohttp.ClientConnectorError):
                await session.get("http://one:8000/")
            await asyncio.to_thread(blocking)
    assert refused == ["ConnectionError", "ConnectError"]
