"""Bytes that are no request, and requests that are too large, are refused as soon as that shows."""

from http import HTTPStatus

import pytest

from plures.http.request_reader import MAX_HEAD_BYTES, MAX_HEADER_LINES
from plures.runtime import MAX_BODY_BYTES

from .reading import CHUNKED, GET, POST, cut, read, read_one, refusal


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\x00" * 50,
        b"get / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.2\r\n\r\n",
        b"GET /a b HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\nhost: here\n\n",
        b"GET http://[/ HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\nx: a\r\n folded\r\n\r\n",
        b"GET / HTTP/1.1\r\nx y: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nx : a\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\ncontent-length: 1\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: +1\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: 99999999999999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\ntransfer-encoding: chunked, gzip\r\n\r\n",
        b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n",
        b"GET / HTTP/1.1\r\nconnection: close\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    ],
)
def test_bytes_that_are_not_http_are_refused(data: bytes) -> None:
    assert refusal(data) is HTTPStatus.BAD_REQUEST
    assert refusal(*cut(data, 1)) is HTTPStatus.BAD_REQUEST


def test_nothing_is_tunnelled() -> None:
    assert refusal(b"CONNECT here:443 HTTP/1.1\r\nhost: here:443\r\n\r\n") is HTTPStatus.NOT_IMPLEMENTED


@pytest.mark.parametrize(
    "endless",
    [
        (b"GET /" + b"a" * 1000,),
        (b"GET / HTTP/1.1\r\nx: " + b"a" * 1000,),
        (b"GET / HTTP/1.1\r\n" + b"x" * 1000,),
        (b"GET / HTTP/1.1\r\n", *[b"x: %b\r\n" % (b"a" * 995)] * 67),
        (CHUNKED[:-2], b"x: " + b"a" * 1000),
        (CHUNKED[:-2], *[b"x: %b\r\n" % (b"a" * 995)] * 67),
    ],
    ids=["url", "header value", "header name", "headers", "trailer", "trailers"],
)
def test_heads_and_trailers_have_an_end(endless: tuple[bytes, ...]) -> None:
    assert refusal(*endless, *[b"a" * 1000] * 67) is HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE


@pytest.mark.parametrize(
    "head",
    [
        GET[:-2] + b"x: %b\r\n" % (b"a" * MAX_HEAD_BYTES),
        b"GET /%b HTTP/1.1\r\nhost: here\r\n" % (b"a" * MAX_HEAD_BYTES),
        GET[:-2] + b"x: a\r\n" * MAX_HEADER_LINES,
        GET[:-2] + b"".join(b"x%d: a\r\n" % number for number in range(MAX_HEADER_LINES)),
        GET[:-2] + b"x: %b\r\n" % (b"a" * 40_000) + b"x: %b\r\n" % (b"a" * 40_000),
    ],
    ids=["value", "url", "the same line", "lines", "the same name"],
)
def test_a_complete_head_is_held_to_the_same_limits(head: bytes) -> None:
    assert refusal(head + b"\r\n") is HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    assert refusal(POST, *cut(head + b"\r\n", 1000)) is HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE


def test_a_hundred_lines_are_read() -> None:
    assert len(read(GET[:-2] + b"x: a\r\n" * (MAX_HEADER_LINES - 1) + b"\r\n", GET)) == 2


@pytest.mark.parametrize("hosts", [b"", b"host: here\r\nHost: here\r\n"], ids=["none", "two"])
def test_there_is_one_host(hosts: bytes) -> None:
    assert refusal(b"GET / HTTP/1.1\r\n%b\r\n" % hosts) is HTTPStatus.BAD_REQUEST
    assert refusal(GET, b"POST / HTTP/1.1\r\n%bcontent-length: 0\r\n\r\n" % hosts) is HTTPStatus.BAD_REQUEST
    assert read_one(b"GET / HTTP/1.0\r\n%b\r\n" % hosts).path == "/"


def test_a_large_head_is_read() -> None:
    head = b"GET / HTTP/1.1\r\nhost: here\r\nx: "
    value = b"a" * (MAX_HEAD_BYTES - len(head) - 4)
    whole = head + value + b"\r\n\r\n"
    for pieces in (cut(whole, 1000), [whole]):
        assert read_one(*pieces).headers == {b"host": b"here", b"x": value}


def test_what_came_before_a_head_is_no_part_of_it() -> None:
    large = b"POST / HTTP/1.1\r\nhost: here\r\ncontent-length: %d\r\n\r\n" % (3 * MAX_HEAD_BYTES) + b"a" * (
        3 * MAX_HEAD_BYTES
    )
    assert [request.path for request in read(large + GET[:5], GET[5:])] == ["/", "/a.B/D"]
    many = GET * (3 * MAX_HEAD_BYTES // len(GET))
    assert len(read(many + GET[:5], GET[5:])) == len(many + GET) // len(GET)


def test_a_body_in_many_small_chunks_is_no_endless_head() -> None:
    chunks = b"1\r\na\r\n" * MAX_HEAD_BYTES
    data = b"POST / HTTP/1.1\r\nhost: here\r\ntransfer-encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    assert read_one(*cut(data, 1000)).body == b"a" * MAX_HEAD_BYTES


def test_trailers_are_no_headers() -> None:
    data = b"POST / HTTP/1.1\r\nhost: here\r\ntransfer-encoding: chunked\r\nx: 1\r\n\r\n1\r\na\r\n0\r\nx: 2\r\ny: 3\r\n\r\n"
    for size in (1, 1000):
        request, after = read(*cut(data + GET, size))
        assert request.headers == {b"host": b"here", b"transfer-encoding": b"chunked", b"x": b"1"}
        assert (request.body, after.headers) == (b"a", {b"host": b"here"})


# Bodies over the limit


@pytest.mark.parametrize("is_chunked", [False, True], ids=["length", "chunked"])
def test_a_body_over_the_limit_is_dropped_and_the_next_request_is_read(is_chunked: bool) -> None:
    # A message of a stream may be as large as the limit, and has five bytes in front.
    body = b"a" * (MAX_BODY_BYTES + 6)
    framing = b"transfer-encoding: chunked" if is_chunked else b"content-length: %d" % len(body)
    framed = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if is_chunked else body
    data = b"POST / HTTP/1.1\r\nhost: here\r\n%b\r\n\r\n%b" % (framing, framed)
    for size in (60_000, len(data)):
        too_large, after = read(*cut(data, size), POST)
        assert (too_large.is_too_large, too_large.body) == (True, b"")
        assert (after.is_too_large, after.body) == (False, b"{}")


def test_a_body_at_the_limit_is_read() -> None:
    body = b"a" * (MAX_BODY_BYTES + 5)
    request = read_one(b"POST / HTTP/1.1\r\nhost: here\r\ncontent-length: %d\r\n\r\n" % len(body), *cut(body, 100_000))
    assert (request.is_too_large, request.body) == (False, body)
