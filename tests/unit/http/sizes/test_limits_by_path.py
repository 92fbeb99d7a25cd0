"""A body is held to the limit of the operation that its head names, and nothing is kept of a larger one."""

import pytest

from plures.http import Head, Request
from plures.http.request_reader import RequestReader
from plures.http.room import MAX_LARGE_BYTES, Room, Share
from plures.runtime import MAX_BODY_BYTES
from plures.runtime.connect import PREFIX, most_packed_bytes

MIB = 1024 * 1024
LARGE, SMALL = 4 * MIB, 20_000
LIMITS = {"/a.B/Large": LARGE, "/a.B/Small": SMALL}


def limit(head: Head) -> int:
    return LIMITS.get(head.path, MAX_BODY_BYTES)


def head(path: str, framing: str, *more: str) -> bytes:
    return "\r\n".join([f"POST {path} HTTP/1.1", "host: here", framing, *more, "", ""]).encode()


def feed(reader: RequestReader, data: bytes) -> list[Request]:
    requests = reader.feed(data)
    while reader.unread:
        requests += reader.feed(b"")
    return requests


@pytest.mark.parametrize(("path", "most"), [("/a.B/Large", LARGE), ("/a.B/Small", SMALL), ("/a.B/C", MIB)])
@pytest.mark.parametrize("is_chunked", [False, True], ids=["length", "chunked"])
def test_the_path_says_how_long_a_body_may_be(path: str, most: int, *, is_chunked: bool) -> None:
    for size in (most + PREFIX.size, most + PREFIX.size + 1):
        reader, body = RequestReader(limit), b"x" * size
        framing = "transfer-encoding: chunked" if is_chunked else f"content-length: {size}"
        framed = b"%x\r\n%b\r\n0\r\n\r\n" % (size, body) if is_chunked else body
        [request] = feed(reader, head(path, framing) + framed)
        fits = size <= most + PREFIX.size
        assert (request.too_large_bytes, len(request.body)) == ((0, size) if fits else (size, 0))
        [following] = feed(reader, head("/a.B/C", "content-length: 2") + b"{}")
        assert (following.body, following.is_too_large) == (b"{}", False)


def test_nothing_is_kept_of_what_is_announced_as_too_large() -> None:
    reader = RequestReader(limit)
    assert feed(reader, head("/a.B/Small", f"content-length: {LARGE}")) == []
    for _ in range(10):
        assert feed(reader, b"x" * 100_000) == []
        assert reader.held_bytes < 1000


def test_chunks_are_kept_up_to_the_limit_and_no_further() -> None:
    reader = RequestReader(limit)
    feed(reader, head("/a.B/Small", "transfer-encoding: chunked"))
    for _ in range(10):
        assert feed(reader, b"2000\r\n" + b"x" * 0x2000 + b"\r\n") == []
        assert reader.held_bytes < 2 * SMALL
    assert reader.held_bytes < 1000


def test_who_waits_for_a_word_is_refused_at_once() -> None:
    reader = RequestReader(limit)
    [request] = feed(reader, head("/a.B/Small", f"content-length: {LARGE}", "expect: 100-continue"))
    assert (request.too_large_bytes, request.keeps_alive, reader.expects_continue) == (LARGE, False, False)
    # It may send the body all the same, which is no request of its own.
    assert feed(reader, b"x" * LARGE) == []
    assert feed(RequestReader(limit), head("/a.B/Large", f"content-length: {LARGE}", "expect: 100-continue")) == []


@pytest.mark.parametrize("header", ["content-encoding: gzip", "connect-content-encoding: zstd"])
def test_what_cannot_be_packed_may_be_a_little_longer_than_the_limit(header: str) -> None:
    most = most_packed_bytes(SMALL + PREFIX.size)
    for size in (most, most + 1):
        [request] = feed(RequestReader(limit), head("/a.B/Small", f"content-length: {size}", header) + b"x" * size)
        assert request.is_too_large is (size > most)


def test_connections_that_hold_much_leave_room_for_others() -> None:
    room = Room()
    large = [Share(room) for _ in range(20)]
    held = [share.hold(4 * MIB) for share in large]
    assert held.count(True) == MAX_LARGE_BYTES // (4 * MIB)
    usual = [Share(room) for _ in range(20)]
    assert all(share.hold(MIB) for share in usual)
    assert room.held_bytes <= room.most_bytes
    for share in (*large, *usual):
        share.hold(0)
    assert (room.held_bytes, room.large_bytes) == (0, 0)
