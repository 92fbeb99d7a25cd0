"""Requests and answers that travel packed between a caller and a replica, over real connections."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from typing import Any, Protocol

import pytest

from plures import contract, query
from plures.contract import read_contract
from plures.errors import Internal, LimitExceeded
from plures.http import ConnectServer, HttpTransport, Request
from plures.runtime import MAX_BODY_BYTES, Deadlines, Dispatcher, Endpoints, Policy, RemoteCaller
from plures.runtime.connect import KNOWN, PREFIX, NotPacked, UnpacksTooLarge, chosen, envelope, unpack
from plures.runtime.connect.packing import pack
from tests.raw_server import Reader, Writer, answer, raw_server, read_request

LEAST = 300
LONG = "tea " * 500


@contract("lab.echo.v1", owner="tests")
class Echo(Protocol):
    @query(deadline_s=5)
    async def say(self, text: str) -> str: ...

    @query(deadline_s=5)
    def spell(self, text: str, times: int) -> AsyncIterator[str]: ...


class EchoService:
    async def say(self, text: str) -> str:
        return text

    async def spell(self, text: str, times: int) -> AsyncIterator[str]:
        for number in range(times):
            yield text if number % 2 else "short"


ECHO = read_contract(Echo)[0]
SAY, SPELL = ECHO.operations["say"], ECHO.operations["spell"]


@pytest.fixture
def deadlines() -> Any:
    made = Deadlines()
    yield made
    made.close()


@pytest.fixture
def server(deadlines: Deadlines) -> ConnectServer:
    dispatcher = Dispatcher(deadlines)
    dispatcher.serve(ECHO.operations, EchoService())
    return ConnectServer(dispatcher, {"echo": LEAST})


def caller_to(url: str, transport: HttpTransport, deadlines: Deadlines, pack_bytes: int = LEAST) -> RemoteCaller:
    return RemoteCaller(Endpoints.fixed(url, policy=Policy(pack_bytes=pack_bytes)), transport, deadlines)


def forwarding(server: ConnectServer, seen: list[Any]) -> Any:
    """A handler that gives requests to a server of ours, and keeps what travels."""

    async def handler(reader: Reader, writer: Writer) -> None:
        while True:
            try:
                head, body = await read_request(reader)
            except asyncio.IncompleteReadError:
                return
            first, *lines = head.split("\r\n")
            headers = dict(line.split(": ", 1) for line in lines if ": " in line)
            path = first.split(" ")[1]
            request = Request("POST", path, b"", {n.lower().encode(): v.encode() for n, v in headers.items()}, body)
            response = await server(request)
            sent = response.body
            if response.chunks is not None:
                sent = b"".join([chunk async for chunk in response.chunks])
            told = [(b"content-type", response.content_type), *response.headers]
            seen.append((headers, body, dict(told), sent))
            writer.write(answer(sent, *[f"{n.decode()}: {v.decode()}" for n, v in told]))

    return handler


async def test_both_ways_are_packed_from_a_size_on(
    server: ConnectServer, transport: HttpTransport, deadlines: Deadlines
) -> None:
    seen: list[Any] = []
    async with raw_server(forwarding(server, seen)) as there:
        say = caller_to(there.url, transport, deadlines).bind(SAY)
        assert await say("short") == "short"
        assert await say(LONG) == LONG
        assert await say(LONG) == LONG
    short, long, again = seen
    assert "content-encoding" not in short[0]
    assert b"content-encoding" not in short[2]
    assert short[0]["accept-encoding"] == ", ".join(KNOWN)
    assert long[0]["content-encoding"] == "gzip"
    assert long[2][b"content-encoding"].decode() == KNOWN[0]
    assert long[2][b"vary"] == b"accept-encoding"
    assert len(long[1]) + len(long[3]) < len(LONG) / 5
    # What the callee packs with, it unpacks too.
    assert again[0]["content-encoding"] == KNOWN[0]


async def test_messages_of_a_stream_are_packed_each(
    server: ConnectServer, transport: HttpTransport, deadlines: Deadlines
) -> None:
    seen: list[Any] = []
    async with raw_server(forwarding(server, seen)) as there:
        spell = caller_to(there.url, transport, deadlines).bind(SPELL)
        assert [text async for text in spell(LONG, 4)] == ["short", LONG, "short", LONG]
    [(asked, body, told, sent)] = seen
    assert (asked["connect-content-encoding"], told[b"connect-content-encoding"].decode()) == ("gzip", KNOWN[0])
    assert PREFIX.unpack_from(body)[0] == 1
    assert len(sent) < len(LONG)


@pytest.mark.parametrize("pack_bytes", [0, 5000])
async def test_nothing_is_packed_where_it_does_not_pay(
    server: ConnectServer, transport: HttpTransport, deadlines: Deadlines, pack_bytes: int
) -> None:
    seen: list[Any] = []
    async with raw_server(forwarding(server, seen)) as there:
        assert await caller_to(there.url, transport, deadlines, pack_bytes).bind(SAY)(LONG) == LONG
    assert "content-encoding" not in seen[0][0]
    assert ("accept-encoding" in seen[0][0]) is bool(pack_bytes)


@pytest.mark.parametrize("encoding", KNOWN)
async def test_an_answer_that_unpacks_to_too_much_is_refused(
    transport: HttpTransport, deadlines: Deadlines, encoding: str
) -> None:
    bomb = pack(b" " * 50_000_000, encoding)

    async def handler(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(answer(bomb, "content-type: application/json", f"content-encoding: {encoding}"))

    async with raw_server(handler) as there:
        with pytest.raises(LimitExceeded, match="unpacks to more than"):
            await caller_to(there.url, transport, deadlines).bind(SAY)("x")


@pytest.mark.parametrize(
    ("body", "encoding", "why"),
    [
        (b"plain", "gzip", "not packed as it says"),
        (gzip.compress(b'{"value":"x"}', mtime=0)[:-2], "gzip", "not packed as it says"),
        (b"x", "br", "packed with 'br', which was not asked for"),
    ],
)
async def test_an_answer_that_is_packed_otherwise_is_refused(
    transport: HttpTransport, deadlines: Deadlines, *, body: bytes, encoding: str, why: str
) -> None:
    async def handler(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(answer(body, "content-type: application/json", f"content-encoding: {encoding}"))

    async with raw_server(handler) as there:
        with pytest.raises(Internal, match=why):
            await caller_to(there.url, transport, deadlines).bind(SAY)("x")


@pytest.mark.parametrize(
    ("flags", "message", "why"),
    [
        (1, b"plain", "flags that were not agreed on"),
        (5, gzip.compress(b'{"value":"x"}', mtime=0), "flags that were not agreed on"),
    ],
)
async def test_a_message_of_a_stream_that_is_packed_otherwise_is_refused(
    transport: HttpTransport, deadlines: Deadlines, *, flags: int, message: bytes, why: str
) -> None:
    async def handler(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        told = ("content-type: application/connect+json", "connect-content-encoding: gzip")
        writer.write(answer(envelope(message, flags), *told))

    async with raw_server(handler) as there:
        with pytest.raises(Internal, match=why):
            _ = [text async for text in caller_to(there.url, transport, deadlines).bind(SPELL)("x", 1)]


async def test_the_end_of_a_stream_may_be_packed_too(transport: HttpTransport, deadlines: Deadlines) -> None:
    async def handler(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        told = ("content-type: application/connect+json", "connect-content-encoding: gzip")
        writer.write(answer(envelope(b'{"value":"x"}') + envelope(gzip.compress(b"{}"), 3), *told))

    async with raw_server(handler) as there:
        spell = caller_to(there.url, transport, deadlines).bind(SPELL)
        assert [text async for text in spell("x", 1)] == ["x"]


@pytest.mark.parametrize(
    ("accepted", "best"),
    [
        (b"", ""),
        (b"br", ""),
        (b"gzip", "gzip"),
        (b"GZIP;q=0.5, br", "gzip"),
        (b"gzip;q=0", ""),
        (b"gzip; q=0.0, identity", ""),
        (b"deflate, gzip;q=1.0, *;q=0.5", "gzip"),
        (", ".join(KNOWN).encode(), KNOWN[0]),
    ],
)
def test_the_best_that_both_know_is_chosen(accepted: bytes, best: str) -> None:
    assert chosen(accepted) == best


@pytest.mark.parametrize("encoding", KNOWN)
def test_what_was_packed_is_unpacked_to_its_limit(encoding: str) -> None:
    body = b"tea " * 1000
    assert unpack(pack(body, encoding), encoding, len(body)) == body
    with pytest.raises(UnpacksTooLarge):
        unpack(pack(body, encoding), encoding, len(body) - 1)
    for damaged in (b"", body, pack(body, encoding)[:-1], pack(body, encoding) + b"x"):
        with pytest.raises(NotPacked):
            unpack(damaged, encoding, MAX_BODY_BYTES)


def test_a_body_of_two_parts_is_not_one() -> None:
    with pytest.raises(NotPacked):
        unpack(gzip.compress(b"a") + zlib.compress(b"b"), "gzip", 10)
