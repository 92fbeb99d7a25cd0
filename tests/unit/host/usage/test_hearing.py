"""What a caller says in its own log when answers tell that an operation will end, and its own contract does not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import pytest

from plures import Application, Capability, client, contract, query
from plures.application import assemble
from plures.host import Host, Placement
from plures.host.telling import Deprecations
from plures.runtime.connect import END_OF_STREAM, envelope
from tests.raw_server import answer, head, keeps_saying, raw_server

from .shop import APP as NEWER
from .shop import SearchV1 as Deprecated


@contract("shop.search.v1", owner="finders")
class SearchV1(Protocol):
    @query()
    async def find(self, text: str) -> int: ...
    @query()
    async def all(self) -> AsyncIterator[int]:
        yield 0


async def web(scope: Any, receive: Any, send: Any) -> None: ...


def edge(search: SearchV1) -> Any:
    del search
    return web


OLDER = Application("shop", [Capability(SearchV1)], edge=edge)
MOST_OF_IT = "the edge calls shop.search.v1.SearchV1/Find, which"


@asynccontextmanager
async def calling(url: str, application: Application = OLDER) -> AsyncIterator[None]:
    """A process with the edge alone. What it calls answers at the URL."""
    host = Host(assemble(application), Placement(frozenset(), edge=True, data=Path(), endpoints={"search": (url,)}))
    await host.start()
    try:
        yield
    finally:
        await host.stop()


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.name == "plures.calls"]


def lines_of(headers: Any) -> list[str]:
    return [f"{name.decode()}: {value.decode()}" for name, value in headers]


async def test_what_a_newer_service_says_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    headers = Deprecations(assemble(NEWER), ()).headers["/shop.search.v1.SearchV1/Find"]
    lines = ["content-type: application/json", *lines_of(headers)]
    async with raw_server(keeps_saying(answer(b'{"value":1}', *lines))) as server, calling(server.url):
        for _ in range(3):
            assert await client(SearchV1).find("x") == 1
    assert told(caplog) == [
        (
            f"{MOST_OF_IT} is deprecated since 2026-10-01, as its answers say; it is served until 2031-06-30. "
            "Move to /shop.search.v2.Search/Find, and take over the contract as it is there."
        )
    ]


async def test_streams_are_heard_too(caplog: pytest.LogCaptureFixture) -> None:
    items = envelope(b'{"value":1}') + END_OF_STREAM
    framing = f"content-length: {len(items)}", "content-type: application/connect+json"
    piece = head(*framing, "Deprecation: @1790812800") + items
    async with raw_server(keeps_saying(piece)) as server, calling(server.url):
        for _ in range(2):
            assert [each async for each in client(SearchV1).all()] == [1]
    assert told(caplog) == [
        (
            "the edge calls shop.search.v1.SearchV1/All, which is deprecated since 2026-10-01, as its answers say. "
            "Ask finders what takes its place, and take over the contract as it is there."
        )
    ]


async def test_what_the_contract_of_the_caller_says_is_not_told_again(caplog: pytest.LogCaptureFixture) -> None:
    application = Application("shop", [Capability(Deprecated)], edge=lambda: web, clients=[Deprecated])
    lines = "content-type: application/json", "Deprecation: @1790812800"
    async with raw_server(keeps_saying(answer(b'{"value":1}', *lines))) as server, calling(server.url, application):
        before = told(caplog)
        assert await client(Deprecated).find("x") == 1
    assert told(caplog) == before
    assert len(before) == 1


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        # As a draft of the standard had it.
        (["Deprecation: true"], "is deprecated, as its answers say. Ask"),
        (["Deprecation: Thu, 01 Oct 2026 00:00:00 GMT"], "is deprecated since 2026-10-01, as its answers say. Ask"),
        (["Sunset: Mon, 30 Jun 2031 23:59:59 GMT"], "will end, as its answers say; it is served until 2031-06-30. Ask"),
        (["Deprecation: @99999999999999999999", "Sunset: soon"], "is deprecated, as its answers say. Ask"),
        (
            ["Deprecation: @1790812800", "Link: </a>; rel=next", "Link: </v2/find>;rel=successor-version"],
            "is deprecated since 2026-10-01, as its answers say. Move to /v2/find, and",
        ),
        (["Deprecation: @1790812800", "Link: </a b>; rel=successor-version"], "since 2026-10-01, as its answers say. Ask"),
        (["Deprecation: false"], None),
        (["Deprecation: ?0"], None),
        (["Link: </a>; rel=successor-version"], None),
        ([f"Link: </{number}>; rel=next" for number in range(50)], None),
    ],
)  # fmt: skip
async def test_peers_say_it_in_several_ways(
    lines: list[str], what: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    piece = answer(b'{"value":1}', "content-type: application/json", *lines)
    async with raw_server(keeps_saying(piece)) as server, calling(server.url):
        assert await client(SearchV1).find("x") == 1
    assert [message for message in told(caplog) if what is None or what not in message] == []
    assert len(told(caplog)) == (what is not None)


async def test_an_end_that_is_told_later_is_heard_then(caplog: pytest.LogCaptureFixture) -> None:
    deprecations = Deprecations(assemble(OLDER), ["the edge"])
    operation = assemble(OLDER).capabilities["search"].contract.operations["find"]
    deprecations.heard(operation, (("link", "</a>; rel=next"),))
    deprecations.heard(operation, (("sunset", f"{date(2031, 6, 30):%a, %d %b %Y} 23:59:59 GMT"),))
    assert len(told(caplog)) == 1
