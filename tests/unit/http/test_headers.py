"""Headers and trailers over HTTP, with peers of whatever make: lines that come twice, that are no text, that are too many."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Protocol

import pytest

from plures import AnyHeaders, CallError, Headers, Unavailable, contract, hear_headers, query, tell_headers
from plures.contract import read_contract
from plures.http import ConnectServer, HttpTransport, Request
from plures.runtime import Deadlines, Dispatcher, Endpoints, RemoteCaller
from plures.runtime.connect import envelope
from tests.raw_server import Handler, answer, head, raw_server, says

from .reading import read_one


class Tag(Headers):
    tag: tuple[str, ...] = ()
    data: bytes | None = None


@contract("lab.tags.v1", owner="tests")
class Tags(Protocol):
    @query(deadline_s=30, headers=Tag, trailers=Tag)
    async def ask(self, sent: Tag = Tag()) -> str: ...  # noqa: B008 - immutable
    @query(deadline_s=30, headers=AnyHeaders, trailers=AnyHeaders)
    async def any(self, sent: AnyHeaders = AnyHeaders()) -> str: ...  # noqa: B008 - immutable
    @query(deadline_s=30, headers=AnyHeaders, trailers=AnyHeaders)
    def stream(self) -> AsyncIterator[str]: ...


CONTRACT = read_contract(Tags)[0]
ASK, ANY, STREAM = (CONTRACT.operations[name] for name in ("ask", "any", "stream"))


class TagsService:
    async def ask(self, sent: Tag = Tag()) -> str:  # noqa: B008 - immutable
        return f"{'|'.join(sent.tag)} {sent.data!r}"

    async def any(self, sent: AnyHeaders = AnyHeaders()) -> str:  # noqa: B008 - immutable
        return "; ".join(f"{name}={text}" for name, text in sent.pairs)

    async def stream(self) -> AsyncIterator[str]:
        tell_headers(AnyHeaders.of([("x-tag", "told")]))
        await asyncio.sleep(0)
        yield "one"


async def asked(path: str, lines: bytes) -> tuple[int, bytes]:
    """What a listener answers to a request with these header lines."""
    request = b"POST %b HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\n%bcontent-length: 2\r\n\r\n{}"
    dispatcher = Dispatcher(Deadlines())
    dispatcher.serve(CONTRACT.operations, TagsService())
    response = await ConnectServer(dispatcher)(read_one(request % (path.encode(), lines)))
    return response.status, response.body


async def test_lines_that_come_several_times_arrive_in_their_order() -> None:
    lines = b"tag: a\r\nx-other: 1\r\nTAG: b, c\r\ntag: d\r\ndata-bin: AP8=\r\n"
    assert await asked(ASK.path, lines) == (200, b'{"value":"a|b, c|d b\'\\\\x00\\\\xff\'"}')
    _, body = await asked(ANY.path, lines)
    pairs = body.decode().removeprefix('{"value":"').removesuffix('"}').split("; ")
    assert [pair for pair in pairs if pair.startswith("tag=")] == ["tag=a", "tag=b, c", "tag=d"]
    assert sorted(pairs) == ["data-bin=AP8=", "tag=a", "tag=b, c", "tag=d", "x-other=1"]


async def test_only_what_is_declared_reaches_a_service() -> None:
    lines = b"authorization: Bearer x\r\ncookie: a=b\r\nx-request-id: 1\r\nsec-fetch-site: none\r\nplures-hops: 1\r\n"
    assert await asked(ANY.path, lines) == (200, b'{"value":""}')
    assert await asked(ASK.path, lines + b"other: 1\r\n") == (200, b'{"value":" None"}')


@pytest.mark.parametrize("lines", [b"data-bin: ?\r\n", b"data-bin: AA==\r\ndata-bin: AA==\r\n"])
async def test_broken_headers_are_an_invalid_request(lines: bytes) -> None:
    status, body = await asked(ASK.path, lines)
    assert status == 400
    assert b"its headers: data-bin" in body


def test_a_request_knows_what_it_holds() -> None:
    once, twice = (
        Request("GET", "/", headers={b"a": b"12"}, repeated=repeated) for repeated in ((), ((b"a", b"345"),))
    )
    assert twice.held_bytes - once.held_bytes == 4


async def heard(handler: Handler, operation: Any = ANY) -> tuple[AnyHeaders | None, AnyHeaders | None]:
    """What a caller hears of a peer."""
    transport = HttpTransport()
    async with raw_server(handler) as server:
        call = RemoteCaller(Endpoints.fixed(server.url), transport, Deadlines()).bind(operation)
        with hear_headers() as listening:
            try:
                if operation.streams:
                    [item async for item in call()]
                else:
                    await call()
            except CallError as error:
                if isinstance(error, Unavailable):
                    raise
            finally:
                await transport.close()
    return listening.headers(AnyHeaders), listening.trailers(AnyHeaders)


async def test_what_other_peers_send_besides_is_passed_over() -> None:
    own = "Date: now", "Server: other", "Connection: close", "Set-Cookie: a=b", "Vary: x", "Trailer-X-Sum: 3"
    body = b'{"value":"x"}'
    headers, trailers = await heard(says(answer(body, "content-type: application/json", "X-Tag: a", *own, "x-tag: b")))
    assert headers == AnyHeaders((("x-tag", "a"), ("x-tag", "b")))
    assert trailers == AnyHeaders((("x-sum", "3"),))


async def test_headers_come_with_an_error_of_a_peer() -> None:
    told = answer(
        b'{"code":"not_found"}', "content-type: application/json", "x-tag: a", "trailer-x-sum: 1", status="404 No"
    )
    assert await heard(says(told)) == (AnyHeaders((("x-tag", "a"),)), AnyHeaders((("x-sum", "1"),)))


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (b'{"metadata":{"X-Sum":["1","2"],"x-no":"text","x-odd":[1,null,"3"]}}', (("x-sum", "1"), ("x-sum", "2"), ("x-odd", "3"))),
        (b'{"metadata":[]}', None),
        (b'{"metadata":{"x":{}}}', None),
        (b"{}", None),
        (b'{"error":{"code":"aborted"},"metadata":{"x-sum":["4"]}}', (("x-sum", "4"),)),
    ],
)  # fmt: skip
async def test_trailers_of_streams_of_other_peers(end: bytes, expected: tuple[tuple[str, str], ...] | None) -> None:
    lines = head("content-type: application/connect+json", "x-tag: a", "connection: close")
    headers, trailers = await heard(says(lines, envelope(b'{"value":"x"}'), envelope(end, 2)), STREAM)
    assert headers == AnyHeaders((("x-tag", "a"),))
    assert trailers == (None if expected is None else AnyHeaders(expected))


async def test_headers_without_an_end_are_not_read() -> None:
    many = [f"x-{n}: {'a' * 1000}" for n in range(80)]
    with pytest.raises(Unavailable, match="its headers are over"):
        await heard(says(answer(b'{"value":"x"}', "content-type: application/json", *many)))


async def test_a_stream_that_is_left_before_its_head_closes_its_service() -> None:
    closed: list[str] = []

    class Endless(TagsService):
        async def stream(self) -> AsyncIterator[str]:
            try:
                await asyncio.sleep(30)
                yield "late"
            finally:
                closed.append("closed")

    dispatcher = Dispatcher(Deadlines())
    dispatcher.serve(CONTRACT.operations, Endless())
    request = Request("POST", STREAM.path, headers={b"content-type": b"application/connect+json"}, body=envelope(b"{}"))
    task = asyncio.ensure_future(ConnectServer(dispatcher)(request))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert closed == ["closed"]
    await dispatcher.idle()
