"""The transport against servers that break every rule: each break is `NotSent`, `Broken` or `TooLarge`, and no later call suffers."""

import asyncio
import socket
from pathlib import Path

import pytest

from plures.http import HttpTransport
from plures.runtime import MAX_BODY_BYTES, Broken, NotSent, Reply, TooLarge
from tests.raw_server import PATIENCE_S, Handler, Reader, Writer, answer, chunk, head, raw_server, read_request, says

from .asking import ask


async def test_a_request_is_what_the_peer_reads(transport: HttpTransport) -> None:
    seen: list[tuple[str, bytes]] = []

    async def handler(reader: Reader, writer: Writer) -> None:
        seen.append(await read_request(reader))
        writer.write(answer(b"{}", "Plures-Outcome: not sent", status="503 Busy"))

    async with raw_server(handler) as server:
        reply = await ask(transport, f"{server.url}/below/", b'{"a":1}')
    assert reply == Reply(503, b"{}", "not sent", b"")
    [(request, body)] = seen
    assert request.splitlines() == [
        "POST /below/a.B/C HTTP/1.1",
        f"host: {server.url.removeprefix('http://')}",
        "content-type: application/json",
        "connect-protocol-version: 1",
        "connect-timeout-ms: 1000",
        "plures-hops: 1",
        "content-length: 7",
        "",
    ]
    assert body == b'{"a":1}'


@pytest.mark.parametrize(
    "handler",
    [
        says(answer(b"hello")),
        says(*[bytes([byte]) for byte in answer(b"hello")]),
        says(head("transfer-encoding: chunked"), chunk(b"he"), chunk(b"llo"), b"0\r\n\r\n"),
        says(head("connection: close"), b"he", b"llo"),
        says(b"HTTP/1.0 200 OK\r\n\r\nhello"),
        says(answer(b"hello", "connection: close")),
        says(head(status="103 Early Hints"), answer(b"hello")),
    ],
    ids=["length", "byte by byte", "chunked", "until closed", "HTTP/1.0", "length, then closed", "hints first"],
)
async def test_every_way_to_frame_a_body(transport: HttpTransport, handler: Handler) -> None:
    async with raw_server(handler) as server:
        assert await ask(transport, server.url) == Reply(200, b"hello", content_type=b"")


async def test_a_port_without_a_listener_means_not_sent(transport: HttpTransport) -> None:
    with socket.socket() as taken:
        # Bound, but not listening.
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(NotSent):
            await ask(transport, f"http://127.0.0.1:{taken.getsockname()[1]}")


@pytest.mark.parametrize("url", ["http://host.invalid:80", "http://a..b", "http://", "http://x y"])
async def test_a_name_that_is_no_host_means_not_sent(transport: HttpTransport, url: str) -> None:
    with pytest.raises(NotSent):
        await ask(transport, url)


@pytest.mark.parametrize(
    "handler",
    [
        says(),
        says(b"HTTP/1.1 200 OK\r\ncontent-le"),
        says(head("content-length: 100"), b"only this"),
        says(head("content-length: 100", "connection: close"), b"only this"),
        says(head("transfer-encoding: chunked"), chunk(b"he")),
        says(head("transfer-encoding: chunked", "connection: close"), chunk(b"he")),
        says(b"SSH-2.0-OpenSSH_9.9\r\n"),
        says(b"\x00\xff" * 50),
        says(head("content-length: many")),
        says(head("content-length: -1")),
        says(head("transfer-encoding: chunked"), b"zz\r\nhello\r\n"),
    ],
    ids=[
        "closed at once", "closed within the head", "closed within the body", "closed within the last body", "closed within chunks",
        "closed within the last chunks", "another protocol", "binary", "length is a word", "length is negative", "chunks are garbage",
    ],
)  # fmt: skip
async def test_bytes_that_are_no_answer_mean_broken(transport: HttpTransport, handler: Handler) -> None:
    async with raw_server(handler) as server:
        with pytest.raises(Broken):
            await ask(transport, server.url)


async def test_hints_are_not_the_answer(transport: HttpTransport) -> None:
    async def handler(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(head("plures-outcome: not sent", status="103 Early Hints"))
        # The hint arrives alone.
        await asyncio.sleep(0.05)
        writer.write(answer(b"hello", "plures-outcome: may have run"))

    async with raw_server(handler) as server:
        assert await ask(transport, server.url) == Reply(200, b"hello", "may have run", b"")


async def test_what_a_hint_says_is_not_said_of_the_answer(transport: HttpTransport) -> None:
    hint = head(
        "plures-outcome: not sent", "content-type: text/html", "content-encoding: gzip", status="103 Early Hints"
    )
    async with raw_server(says(hint, answer(b"hello"))) as server:
        assert await ask(transport, server.url) == Reply(200, b"hello", content_type=b"")


async def test_what_form_an_answer_has_is_read_for_each_answer(transport: HttpTransport) -> None:
    forms = iter(
        [("Content-Type: Text/HTML; charset=x", "content-encoding: br"), ("connect-content-encoding: zstd",), ()]
    )

    async def handler(reader: Reader, writer: Writer) -> None:
        while True:
            await read_request(reader)
            writer.write(answer(b"hello", *next(forms)))

    async with raw_server(handler) as server:
        replies = [await ask(transport, server.url) for _ in range(3)]
        assert server.connections == 1
    assert [(reply.content_type, reply.encoding) for reply in replies] == [
        (b"Text/HTML; charset=x", b"br"),
        (b"", b"zstd"),
        (b"", b""),
    ]


async def test_of_two_answers_at_once_the_first_counts_and_the_connection_is_closed(transport: HttpTransport) -> None:
    async with raw_server(says(answer(b"first") + answer(b"second"))) as server:
        assert (await ask(transport, server.url)).body == b"first"
        assert (await ask(transport, server.url)).body == b"first"
        assert server.connections == 2


async def test_a_second_answer_is_not_taken_for_that_to_the_next_request(transport: HttpTransport) -> None:
    said = asyncio.Event()

    async def handler(reader: Reader, writer: Writer) -> None:
        _, body = await read_request(reader)
        writer.write(answer(body))
        # By then the first answer has been taken, and the connection is idle.
        await asyncio.sleep(0.05)
        writer.write(head("content-length: 100"))
        said.set()
        await read_request(reader)
        writer.write(b"x" * 100)

    async with raw_server(handler) as server:
        assert (await ask(transport, server.url, b"1")).body == b"1"
        await said.wait()
        for _ in range(20):
            # The uninvited head arrives.
            await asyncio.sleep(0.01)
        assert (await ask(transport, server.url, b"2")).body == b"2"


@pytest.mark.parametrize("framing", ["content-length: 90000000", "transfer-encoding: chunked", "connection: close"])
async def test_a_huge_answer_is_not_read_to_its_end(transport: HttpTransport, framing: str) -> None:
    gone = asyncio.Event()

    async def handler(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(head(framing))
        megabyte = b"x" * MAX_BODY_BYTES
        try:
            while True:
                writer.write(chunk(megabyte) if "chunked" in framing else megabyte)
                await writer.drain()
        except ConnectionError:
            gone.set()

    async with raw_server(handler) as server:
        with pytest.raises(TooLarge):
            await ask(transport, server.url)
        async with asyncio.timeout(PATIENCE_S):
            await gone.wait()


async def test_the_largest_answer_is_read(transport: HttpTransport) -> None:
    async with raw_server(says(answer(b"x" * MAX_BODY_BYTES))) as server:
        assert len((await ask(transport, server.url)).body) == MAX_BODY_BYTES
    async with raw_server(says(answer(b"x" * (MAX_BODY_BYTES + 1)))) as server:
        with pytest.raises(TooLarge):
            await ask(transport, server.url)


async def test_a_page_is_read_whole_however_large_it_is(transport: HttpTransport) -> None:
    seen: list[bytes] = []

    async def handler(reader: Reader, writer: Writer) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer(b"x" * (2 * MAX_BODY_BYTES), status="404 Not Found"))
        await writer.drain()

    async with raw_server(handler) as server:
        reply = await transport.get(f"{server.url}/below/", "/contracts")
    assert reply == Reply(404, b"x" * (2 * MAX_BODY_BYTES), content_type=b"")
    host = server.url.removeprefix("http://").encode()
    assert seen == [b"GET /below/contracts HTTP/1.1\r\nhost: %b\r\n\r\n" % host]


async def test_a_page_may_break_off(transport: HttpTransport) -> None:
    async def handler(reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head("content-length: 100") + b"only this")

    async with raw_server(handler) as server:
        with pytest.raises(Broken):
            await transport.get(server.url, "/contracts")


async def test_giving_up_closes_the_connection(transport: HttpTransport) -> None:
    asked, gone = asyncio.Event(), asyncio.Event()

    async def handler(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        asked.set()
        try:
            assert await reader.read() == b""
        finally:
            gone.set()

    async with raw_server(handler) as server:
        call = asyncio.create_task(ask(transport, server.url))
        await asked.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        async with asyncio.timeout(PATIENCE_S):
            await gone.wait()


async def test_closing_the_transport_breaks_the_calls_under_way(transport: HttpTransport) -> None:
    asked = asyncio.Event()

    async def handler(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        asked.set()
        await reader.read()

    async with raw_server(handler) as server:
        call = asyncio.create_task(ask(transport, server.url))
        await asked.wait()
        await transport.close()
        with pytest.raises(Broken):
            await call


async def test_a_unix_socket_is_an_address_too(transport: HttpTransport, tmp_path: Path) -> None:
    seen: list[str] = []

    async def handler(reader: Reader, writer: Writer) -> None:
        request, body = await read_request(reader)
        seen.append(request)
        writer.write(answer(body))
        await writer.drain()
        # Returns when the transport closes.
        await reader.read()
        writer.close()

    path = tmp_path / "s"
    async with await asyncio.start_unix_server(handler, path):
        assert (await ask(transport, f"unix:{path}", b"1")).body == b"1"
        await transport.close()
        # The handler sees it and ends.
        await asyncio.sleep(0.05)
    assert seen[0].startswith("POST /a.B/C HTTP/1.1\r\nhost: localhost\r\n")


async def test_no_unix_socket_means_not_sent(transport: HttpTransport, tmp_path: Path) -> None:
    with pytest.raises(NotSent, match="No such file"):
        await ask(transport, f"unix:{tmp_path / 's'}")
