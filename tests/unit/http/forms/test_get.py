"""GET from our client: which calls, with which URL, and what of them goes by POST instead."""

import base64
import gzip
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs

import pytest

from plures import Headers, Message, acting_for, contract, query
from plures.compat import described, lock_text, numbered
from plures.contract import read_contract, read_message
from plures.host.binaries import LockedBinaries
from plures.http import ConnectServer, HttpTransport, Request
from plures.runtime import ContextKind, Deadlines, Dispatcher, Endpoints, Policy, RemoteCaller, Seal, new_key
from plures.runtime.connect import MOST_URL_BYTES
from tests.raw_server import RawServer, Reader, Writer, raw_server

PATH = "/lab.teas.v1.Teas/"


class Locale(Headers):
    accept_language: str = "en"


class Shopper(Message):
    user: str


@contract("lab.teas.v1", owner="tests")
class Teas(Protocol):
    @query(cache_s=60, cache="public")
    async def find(self, name: str, grams: int = 0) -> str: ...

    @query(cache_s=60)
    async def told(self, name: str, headers: Locale = Locale()) -> str: ...  # noqa: B008 - immutable

    @query(cache_s=60, hedge_after_s=0.5)
    async def weigh(self, grams: dict[str, int]) -> int: ...

    @query()
    async def stock(self, name: str) -> int: ...


class TeasService:
    async def find(self, name: str, grams: int = 0) -> str:
        return f"{grams} g of {name}"[:50]

    async def told(self, name: str, headers: Locale = Locale()) -> str:  # noqa: B008 - immutable
        return f"{name} in {headers.accept_language}"

    async def weigh(self, grams: dict[str, int]) -> int:
        return sum(grams.values())

    async def stock(self, name: str) -> int:
        return len(name)


TEAS = read_contract(Teas)[0]
CODEC = read_message(Shopper, "a test")[0]
assert CODEC is not None
SEAL = Seal(ContextKind(Shopper, CODEC), (new_key(),))


@dataclass
class Front:
    """A server of ours behind a front that may take less than it does: no GET, or no long URL."""

    server: ConnectServer
    statuses: Callable[[str, str], int] = lambda _, __: 200
    seen: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    headers: list[dict[bytes, bytes]] = field(default_factory=list[dict[bytes, bytes]])

    async def __call__(self, reader: Reader, writer: Writer) -> None:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.split("\r\n")
            headers = {n.lower().encode(): v.encode() for n, v in (each.split(": ", 1) for each in lines if each)}
            body = await reader.readexactly(int(headers.get(b"content-length", b"0")))
            method, target, _ = first.split(" ")
            path, _, asked = target.partition("?")
            self.seen.append((method, target))
            self.headers.append(headers)
            status, sent, told = self.statuses(method, target), b"", [(b"content-type", b"text/html")]
            if status == 200:
                response = await self.server(Request(method, path, asked.encode(), headers, body))
                status, sent = response.status, response.body
                told = [(b"content-type", response.content_type), *response.headers]
            lines = [f"HTTP/1.1 {status} told", *(f"{n.decode()}: {v.decode()}" for n, v in told)]
            writer.write("\r\n".join([*lines, f"content-length: {len(sent)}", "", ""]).encode() + sent)

    @property
    def methods(self) -> list[str]:
        return [method for method, _ in self.seen]


@dataclass
class Teahouse:
    front: Front
    there: RawServer
    transport: HttpTransport
    deadlines: Deadlines

    def calls(
        self, operation: str, *, binaries: LockedBinaries | None = None, seal: Seal | None = None, **policy: Any
    ) -> Any:
        endpoints = Endpoints.fixed(self.there.url, policy=Policy(**policy))
        caller = RemoteCaller(endpoints, self.transport, self.deadlines, binaries=binaries, seal=seal)
        return caller.bind(TEAS.operations[operation])


def locked(folder: Path) -> LockedBinaries:
    (folder / "contracts").mkdir()
    (folder / "contracts" / "lab.teas.v1.toml").write_text(lock_text(numbered(described(TEAS), None)))
    return LockedBinaries(folder, [TEAS])


@pytest.fixture
def binaries(tmp_path: Path) -> LockedBinaries:
    return locked(tmp_path)


@pytest.fixture
async def house(transport: HttpTransport, binaries: LockedBinaries) -> AsyncIterator[Teahouse]:
    deadlines = Deadlines()
    dispatcher = Dispatcher(deadlines, seal=SEAL, binaries=binaries)
    dispatcher.serve(TEAS.operations, TeasService())
    front = Front(ConnectServer(dispatcher))
    async with raw_server(front) as there:
        yield Teahouse(front, there, transport, deadlines)
    deadlines.close()


async def test_the_request_is_in_the_url(house: Teahouse) -> None:
    assert await house.calls("find")("Grüner & +Tee", grams=5) == "5 g of Grüner & +Tee"
    assert await house.calls("stock")("green") == 5
    assert house.front.seen == [
        (
            "GET",
            f"{PATH}Find?connect=v1&encoding=json&message=%7B%22name%22%3A%22Gr%C3%BCner%20%26%20%2BTee%22%2C%22grams%22%3A5%7D",
        ),
        ("POST", f"{PATH}Stock"),
    ]
    sent = house.front.headers[0]
    assert not sent.keys() & {b"content-type", b"content-length", b"content-encoding", b"connect-protocol-version"}
    assert sent.keys() >= {b"connect-timeout-ms", b"plures-hops"}


async def test_maps_are_in_order_in_each_form(house: Teahouse, binaries: LockedBinaries) -> None:
    for weigh in (house.calls("weigh"), house.calls("weigh", binary=True, binaries=binaries)):
        assert [await weigh({"b": 1, "a": 2}), await weigh({"a": 2, "b": 1})] == [3, 3]
    assert len(set(house.front.seen)) == 1


async def test_the_binary_form_names_its_lock_in_the_url(house: Teahouse, binaries: LockedBinaries) -> None:
    find = house.calls("find", binary=True, binaries=binaries)
    assert await find("green", 5) == "5 g of green"
    [(method, target)] = house.front.seen
    asked = parse_qs(target.partition("?")[2])
    assert (method, asked["encoding"], asked["base64"]) == ("GET", ["proto"], ["1"])
    assert base64.urlsafe_b64decode(asked["message"][0] + "==") == b"\x0a\x05green\x10\x05"
    [mark] = asked["lock"]
    assert len(mark) == 12
    assert b"plures-lock" not in house.front.headers[0]
    # A callee with another lock does not read it.
    other = house.front.server
    answer = await other(Request("GET", f"{PATH}Find", target.partition("?")[2].replace(mark, "x" * 12).encode(), {}))
    assert answer.status == 415
    assert (b"cache-control", b"no-store") in answer.headers


async def test_a_packed_request_is_the_same_url_each_time(house: Teahouse) -> None:
    find = house.calls("find", pack_bytes=200)
    name = "green" * 100
    for _ in range(2):
        assert await find(name) == f"0 g of {name}"[:50]
    [(_, first), (_, second)] = house.front.seen
    assert first == second
    asked = parse_qs(first.partition("?")[2])
    assert (asked["compression"], asked["base64"]) == (["gzip"], ["1"])
    packed = base64.urlsafe_b64decode(asked["message"][0] + "===")
    assert json.loads(gzip.decompress(packed))["name"] == name
    assert b"accept-encoding" in house.front.headers[0]


async def test_what_is_too_long_for_a_url_is_posted(house: Teahouse) -> None:
    find = house.calls("find")
    await find("")
    shortest = len(house.front.seen[0][1])
    await find("x" * (MOST_URL_BYTES - shortest))
    await find("x" * (MOST_URL_BYTES - shortest + 1))
    assert [(method, len(target)) for method, target in house.front.seen[1:]] == [
        ("GET", MOST_URL_BYTES),
        ("POST", len(f"{PATH}Find")),
    ]


async def test_what_is_asked_on_behalf_of_someone_is_posted(house: Teahouse) -> None:
    find = house.calls("find", seal=SEAL)
    with acting_for(Shopper("anna")):
        await find("green")
    await find("green")
    assert house.front.methods == ["POST", "GET"]
    assert b"plures-context" in house.front.headers[0]


async def test_a_peer_without_get_is_asked_by_post_for_a_while(house: Teahouse) -> None:
    house.front.statuses = lambda method, _: 405 if method == "GET" else 200
    find = house.calls("find")
    assert [await find("green"), await find("green")] == ["0 g of green"] * 2
    assert house.front.methods == ["GET", "POST", "POST"]


@pytest.mark.parametrize("status", [414, 431])
async def test_a_proxy_that_reads_shorter_urls_gets_these_by_get(house: Teahouse, status: int) -> None:
    house.front.statuses = lambda _, target: status if len(target) > 200 else 200
    find = house.calls("find")
    for name in ("x" * 300, "y" * 400, "green"):
        assert await find(name)
    assert house.front.methods == ["GET", "POST", "POST", "GET"]


async def test_both_may_be_refused_one_after_the_other(house: Teahouse, binaries: LockedBinaries) -> None:
    house.front.server = ConnectServer(_without_locks(house.deadlines))
    house.front.statuses = lambda method, _: 405 if method == "GET" and len(house.front.seen) > 1 else 200
    assert await house.calls("find", binary=True, binaries=binaries)("green") == "0 g of green"
    assert house.front.methods == ["GET", "GET", "POST"]


def _without_locks(deadlines: Deadlines) -> Dispatcher:
    dispatcher = Dispatcher(deadlines)
    dispatcher.serve(TEAS.operations, TeasService())
    return dispatcher


async def test_headers_of_a_request_go_beside_the_url(house: Teahouse) -> None:
    assert await house.calls("told")("green", Locale(accept_language="de")) == "green in de"
    assert house.front.headers[0][b"accept-language"] == b"de"


@pytest.mark.parametrize(
    ("path", "headers", "told"),
    [
        ("Find", {}, {"cache-control": "public, max-age=60", "vary": "authorization, plures-context"}),
        ("Find", {"authorization": "Bearer x"}, {"cache-control": "private, max-age=60", "vary": "authorization, plures-context"}),
        ("Told", {}, {"cache-control": "private, max-age=60", "vary": "authorization, plures-context, accept-language"}),
        ("Stock", {}, {"cache-control": "no-store"}),
    ],
)  # fmt: skip
async def test_what_is_told_to_caches(
    house: Teahouse, path: str, headers: dict[str, str], told: dict[str, str]
) -> None:
    sent = {name.encode(): value.encode() for name, value in headers.items()}
    asked = Request("GET", PATH + path, b"encoding=json&message=%7B%22name%22:%22green%22%7D", sent)
    response = await house.front.server(asked)
    assert response.status == 200
    assert {name.decode(): value.decode() for name, value in response.headers} == told


async def test_a_post_says_nothing_to_caches(house: Teahouse) -> None:
    sent = {b"content-type": b"application/json"}
    response = await house.front.server(Request("POST", PATH + "Find", b"", sent, b'{"name":"green"}'))
    assert (response.status, response.headers) == (200, ())


async def test_what_a_certificate_opened_is_of_its_holder_alone(house: Teahouse) -> None:
    asked = Request("GET", PATH + "Find", b"encoding=json&message=%7B%22name%22:%22green%22%7D", peer="spiffe://a/b")
    assert (b"cache-control", b"private, max-age=60") in (await house.front.server(asked)).headers
