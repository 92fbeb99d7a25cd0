"""What made other HTTP servers take one request for two, or another one than was sent: both listeners refuse it, or read it alike.

Each case names the server that took it, and the advisory or the discussion in public where there is one. `/smuggled` must never be asked.
"""

import asyncio
from typing import Final
from unittest.mock import Mock

import pytest

from plures.deploy.serving.guard import Guard
from plures.http import Room
from tests.integration.deploy.support import until

from .answering import Serve as ServeControl
from .test_guard import Serve as ServePublic
from .test_guard import public

__all__ = ["public"]
_HIDDEN: Final = b"GET /smuggled HTTP/1.1\r\nhost: here\r\n\r\n"


def post(*lines: bytes, body: bytes = b"", host: bytes = b"host: here") -> bytes:
    return b"\r\n".join([b"POST /echo HTTP/1.1", host, *lines, b"", b""]) + body


def chunked(body: bytes) -> bytes:
    return post(b"transfer-encoding: chunked", body=body)


REFUSED: Final = {
    "gunicorn CVE-2024-1135: codings that contradict each other": post(
        b"transfer-encoding: chunked", b"transfer-encoding: identity", body=b"0\r\n\r\n" + _HIDDEN
    ),
    "gunicorn CVE-2024-6827: an unknown coding falls back to the length": post(
        b"content-length: 5", b"transfer-encoding: chunkedx", body=b"0\r\n\r\n" + _HIDDEN
    ),
    "gunicorn 3364: white space that is none around chunked": post(
        b"transfer-encoding: \x0b\x0cchunked\x1c\x85", body=b"1\r\nZ\r\n0\r\n\r\n" + _HIDDEN
    ),
    "aiohttp CVE-2023-37276, llhttp CVE-2023-30589: CR ends a line": post(
        b"x-abc: \rxtransfer-encoding: chunked", body=b"1\r\nA\r\n0\r\n\r\n" + _HIDDEN
    ),
    "aiohttp CVE-2024-23829: a separator within a name": post(b"content-length : 0", body=_HIDDEN),
    "aiohttp: a version with a letter for its dot": b"GET /smuggled HTTP/1\xc3\xb61\r\nhost: here\r\n\r\n",
    "aiohttp CVE-2024-52304: LF within an extension of a chunk": chunked(b"1;a\nb\r\nA\r\n0\r\n\r\n" + _HIDDEN),
    "h11 CVE-2025-43859: anything ends a chunk": chunked(b"1\r\nAXX0\r\n\r\n" + _HIDDEN),
    "uhttpd: sizes of chunks with a prefix": chunked(b"0x1\r\nA\r\n0\r\n\r\n" + _HIDDEN),
    "uhttpd, Python's int(): sizes of chunks with an underscore": chunked(b"0_0\r\n\r\n" + _HIDDEN),
    "Node CVE-2021-22959, waitress CVE-2022-24761: a length with a sign": post(b"content-length: +0", body=_HIDDEN),
    "Python's int(): a length in other digits": post("content-length: \u0660".encode(), body=_HIDDEN),
    "Tornado GHSA-753j-mpmx-qq6g: two lengths": post(b"content-length: 0", b"content-length: 38", body=_HIDDEN),
    "Twisted CVE-2022-24801: a length and chunks": post(
        b"content-length: 38", b"transfer-encoding: chunked", body=b"0\r\n\r\n" + _HIDDEN
    ),
    "waitress CVE-2019-16786: codings behind a comma": post(
        b"transfer-encoding: identity, chunked, gzip", body=_HIDDEN
    ),
    "Node CVE-2022-32215: a coding on a folded line": post(b"transfer-encoding:\r\n chunked , x", body=_HIDDEN),
    "Node CVE-2022-35256: a header line that ends with CR alone": b"GET / HTTP/1.1\r\nhost: here\rx: y\r\n\r\n",
    "Apache CVE-2016-8743: blanks before the first header line": b"GET / HTTP/1.1\r\n host: here\r\n\r\n",
    "Go CVE-2025-22871: LF alone ends the size of a chunk": chunked(b"0\n\n" + _HIDDEN),
    "hyper CVE-2021-32714: a size of a chunk that overflows": chunked(
        b"f0000000000000003\r\nabc\r\n0\r\n\r\n" + _HIDDEN
    ),
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
async def test_the_edge_does_not_take_one_request_for_two(public: ServePublic, data: bytes) -> None:
    it = await public()
    client = await it.connect(data)
    said = await client.rest()
    assert b"/smuggled" not in it.application.paths
    assert said == b"" or said.startswith(b"HTTP/1.1 400 ")
    assert said.count(b"HTTP/1.1 ") <= 1


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
async def test_the_control_listener_does_not_take_one_request_for_two(serve: ServeControl, data: bytes) -> None:
    it = await serve()
    client = await it.connect(data)
    said = await client.rest()
    assert "/smuggled" not in it.answering.paths
    assert said.count(b"HTTP/1.1 400 ") == said.count(b"HTTP/1.1 ") <= 1


@pytest.mark.parametrize("line", [b"host: there", b"x-forwarded-proto: https", b"cookie: a=b", b"x: y"])
async def test_a_trailer_does_not_become_a_header(public: ServePublic, line: bytes) -> None:
    """As in Apache before CVE-2013-5704, and in gunicorn before 3597."""
    it = await public()
    client = await it.connect(post(b"transfer-encoding: chunked", body=b"1\r\na\r\n"))
    await until(lambda: it.application.read == 1)
    await client.say(b"0\r\n" + line + b"\r\n\r\n")
    assert (await client.rest()) == b""
    other = await it.connect(post(b"transfer-encoding: chunked", body=b"0\r\n" + line + b"\r\n\r\n"))
    assert (await other.rest()).startswith(b"HTTP/1.1 400 ")
    assert it.application.paths == ["/echo"]


def test_an_answer_to_a_client_that_is_gone_is_let_go() -> None:
    """Uvicorn tells the latest request of a connection alone that its client is gone, and a closed transport of uvloop raises."""
    transport, guarded = Mock(spec=asyncio.Transport), Mock(cycle=None)
    transport.write.side_effect = RuntimeError("the handler is closed")
    guard = Guard(guarded, set(), 75, None, Room())
    guard.connection_made(transport)
    guard.connection_lost(None)
    seen = guarded.connection_made.call_args.args[0]
    seen.write(b"an answer")


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\nx y: a\r\n\r\n", b"\x00"])
async def test_nonsense_leaves_nothing_in_the_log(
    public: ServePublic, caplog: pytest.LogCaptureFixture, data: bytes
) -> None:
    it = await public()
    client = await it.connect(data)
    assert (await client.rest()).startswith(b"HTTP/1.1 400 ")
    assert caplog.records == []


async def test_an_offer_of_another_protocol_leaves_one_line_of_the_log_at_most(
    public: ServePublic, caplog: pytest.LogCaptureFixture
) -> None:
    it = await public()
    offer = b"GET /now HTTP/1.1\r\nhost: here\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n"
    for _ in range(3):
        client = await it.connect(offer)
        assert (await client.answer()).body == b"done"
    assert len(caplog.records) <= 1
