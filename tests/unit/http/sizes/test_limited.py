"""A real listener holds requests to the limit of their operation, whatever a peer of any make sends."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

import pytest

from plures import command, contract
from plures.contract import read_contract
from plures.deploy.serving import ListenAddress, ServingOptions, listen
from plures.deploy.serving.listener import Listener
from plures.http import ConnectServer, HttpServerProtocol
from plures.runtime import Deadlines, Dispatcher
from plures.runtime.connect import KNOWN
from plures.runtime.connect.packing import pack

FEW, MANY = 20_000, 4 * 1024 * 1024


@contract("lab.scales.v1", owner="tests")
class Scales(Protocol):
    @command(max_request_bytes=FEW)
    async def weigh(self, content: str) -> int: ...
    @command(max_request_bytes=MANY)
    async def lift(self, content: str) -> int: ...


class ScalesService:
    async def weigh(self, content: str) -> int:
        return len(content)

    async def lift(self, content: str) -> int:
        return len(content)


Ask = Callable[..., Awaitable[tuple[int, dict[str, object], bytes]]]


@pytest.fixture
async def ask() -> AsyncIterator[Ask]:
    """Sends a head and a body, and reads one answer: its status, its JSON, and its head."""
    deadlines = Deadlines()
    dispatcher = Dispatcher(deadlines)
    dispatcher.serve(read_contract(Scales)[0].operations, ScalesService())
    server, listening = ConnectServer(dispatcher), listen(ListenAddress(port=0))
    options = ServingOptions(http=HttpServerProtocol, linger_s=0.05, limit=server.limit)
    listener = Listener(server, listening.socket, options)
    await listener.start()

    async def run(operation: str, body: bytes, *lines: str) -> tuple[int, dict[str, object], bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", listening.port)
        first = f"POST /lab.scales.v1.Scales/{operation} HTTP/1.1"
        writer.write("\r\n".join([first, "host: localhost", "content-type: application/json", *lines, "", ""]).encode())
        writer.write(body)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        answer = json.loads(await reader.readexactly(length))
        writer.close()
        return int(head.split(b" ")[1]), answer, head

    yield run
    await listener.stop()
    deadlines.close()


def content(size: int) -> bytes:
    """A request of so many bytes."""
    return b'{"content":"%b"}' % (b"x" * (size - 14))


async def test_the_largest_request_of_an_operation_is_taken_and_one_byte_more_is_not(ask: Ask) -> None:
    for operation, most in (("Weigh", FEW), ("Lift", MANY)):
        assert (await ask(operation, content(most), f"content-length: {most}"))[:2] == (200, {"value": most - 14})
        status, error, head = await ask(operation, content(most + 1), f"content-length: {most + 1}")
        assert (status, error["code"]) == (429, "resource_exhausted")
        assert error["message"] == f"the request has {most + 1:,} bytes, over the limit of {most:,}"
        assert b"plures-outcome: not sent" in head


@pytest.mark.parametrize("encoding", KNOWN)
async def test_a_bomb_is_unpacked_to_the_limit_and_no_further(ask: Ask, encoding: str) -> None:
    for operation, most in (("Weigh", FEW), ("Lift", MANY)):
        bomb = pack(content(60_000_000), encoding)
        status, error, _ = await ask(operation, bomb, f"content-length: {len(bomb)}", f"content-encoding: {encoding}")
        # One of them is too long before it is unpacked already.
        assert (status, error["code"]) == (429, "resource_exhausted")
        expected = "unpacks to more than the limit of" if len(bomb) <= most else f"has {len(bomb):,} bytes, over"
        assert expected in str(error["message"])
    packed = gzip.compress(content(MANY))
    answered = await ask("Lift", packed, f"content-length: {len(packed)}", "content-encoding: gzip")
    assert answered[:2] == (200, {"value": MANY - 14})


async def test_chunks_without_a_length_are_counted(ask: Ask) -> None:
    body = content(FEW * 3)
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (body[:FEW], body[FEW:])) + b"0\r\n\r\n"
    status, error, _ = await ask("Weigh", chunks, "transfer-encoding: chunked")
    assert (status, error["message"]) == (429, "the request has 60,000 bytes, over the limit of 20,000")


async def test_who_waits_for_a_word_hears_the_refusal_instead(ask: Ask) -> None:
    status, error, head = await ask("Weigh", b"", f"content-length: {MANY}", "expect: 100-continue")
    assert (status, error["message"]) == (429, "the request has 4,194,304 bytes, over the limit of 20,000")
    assert b"connection: close" in head
