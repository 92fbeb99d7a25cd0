"""Transports of httpx prepare for the network when they need it, and those with a way of their own are left alone."""

import sys
import threading
from collections.abc import AsyncGenerator
from pathlib import Path
from textwrap import dedent
from typing import Any

import httpx
import pytest

from plures.rescue import Together, running_services
from tests.unit.rescue.written import ECHO, service

AT = "http://echo:8000"


@pytest.fixture(autouse=True)
async def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[str]:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"):
        monkeypatch.delenv(name, raising=False)
    echo = service(tmp_path, "echo", {"app/main.py": ECHO}, public=("127.0.0.1", 0))
    async with running_services(Together([echo])) as running:
        yield running.listening["echo"].url


def prepared(transport: Any) -> bool:
    """Whether it has set up what it needs for a network."""
    return "_pool" in vars(transport)


async def test_a_transport_waits_until_something_leaves_the_process(real: str) -> None:
    transport = httpx.AsyncHTTPTransport()
    async with httpx.AsyncClient(transport=transport) as client:
        assert (await client.get(AT)).status_code == 200
        assert not prepared(transport)
        assert (await client.get(real)).status_code == 200
        assert prepared(transport)


def test_one_that_was_never_needed_closes_and_lets_errors_through() -> None:
    transport = httpx.HTTPTransport()
    with pytest.raises(ValueError, match="mine"), httpx.Client(transport=transport):
        raise ValueError("mine")
    assert not prepared(transport)


def test_threads_that_need_it_at_once_set_it_up_once() -> None:
    transport: Any = httpx.HTTPTransport()
    pools: list[object] = []
    threads = [threading.Thread(target=lambda: pools.append(transport._pool)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pools) == 8
    assert len({id(pool) for pool in pools}) == 1
    transport.close()


def test_an_attribute_that_it_has_not_is_missed_as_before() -> None:
    with pytest.raises(AttributeError, match="'HTTPTransport' object has no attribute 'nothing'"):
        _ = httpx.HTTPTransport().nothing  # type: ignore[attr-defined]


def test_what_is_wrong_is_told_when_it_is_made() -> None:
    with pytest.raises(TypeError):
        httpx.HTTPTransport(nothing=1)  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="scheme"):
        httpx.Client(proxy="ftp://127.0.0.1")


class Own(httpx.AsyncHTTPTransport):
    """Reads what its base class has made."""

    def __init__(self) -> None:
        super().__init__()
        self.is_prepared = prepared(self)


async def test_a_class_below_it_finds_it_prepared() -> None:
    transport = Own()
    assert transport.is_prepared
    async with httpx.AsyncClient(transport=transport) as client:
        assert (await client.get(AT)).status_code == 200


@pytest.mark.parametrize("way", [{"uds": "/nothing/here.sock"}, {"proxy": "http://127.0.0.1:9"}])
async def test_a_socket_or_a_proxy_of_its_own_is_left_alone(way: dict[str, str]) -> None:
    async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(**way)) as client:  # type: ignore[arg-type]
        with pytest.raises(httpx.ConnectError):
            await client.get(AT)


async def test_a_client_that_is_imported_late_calls_in_process_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in ("requests", "urllib3")]:
        monkeypatch.delitem(sys.modules, name)
    late = """
        async def app(scope, receive, send):
            if scope["type"] == "http":
                import asyncio, requests
                answer = await asyncio.to_thread(requests.get, "http://echo:8000/from")
                await send({"type": "http.response.start", "status": 200, "headers": []})
                await send({"type": "http.response.body", "body": answer.content})
    """
    services = [
        service(tmp_path, "echo", {"app/main.py": ECHO}),
        service(tmp_path, "late", {"app/main.py": dedent(late)}),
    ]
    async with running_services(Together(services)), httpx.AsyncClient() as client:
        assert (await client.get("http://late:8000/")).json()["path"] == "/from"
