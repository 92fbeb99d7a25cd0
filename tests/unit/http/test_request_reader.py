"""Which requests the bytes of a connection are, or why they are none; it does not matter where the bytes are cut."""

import pytest

from plures.http import Request
from plures.http.request_reader import RequestReader

from .reading import CHUNKED, GET, POST, UPGRADE, cut, read, read_one


def test_a_request_is_what_was_sent() -> None:
    assert read(POST) == [
        Request("POST", "/a.B/C", headers={b"host": b"here", b"content-length": b"2"}, body=b"{}"),
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1000])
def test_it_does_not_matter_where_the_bytes_are_cut(size: int) -> None:
    offer = b"POST /a.B/F HTTP/1.1\r\n" + UPGRADE + b"content-length: 2\r\n\r\n[]"
    requests = read(*cut(POST + CHUNKED + GET + offer + POST, size))
    assert [(request.method, request.path, request.body) for request in requests] == [
        ("POST", "/a.B/C", b"{}"),
        ("POST", "/a.B/E", b"body again"),
        ("GET", "/a.B/D", b""),
        ("POST", "/a.B/F", b"[]"),
        ("POST", "/a.B/C", b"{}"),
    ]


@pytest.mark.parametrize(
    ("url", "path", "query"),
    [
        (b"/", "/", b""),
        (b"/a?", "/a", b""),
        (b"/a?b=%20c&d", "/a", b"b=%20c&d"),
        (b"/a?b?c", "/a", b"b?c"),
        (b"/a%20b/%C3%A9%2F", "/a b/é/", b""),
        (b"/%3Fno=query", "/?no=query", b""),
        (b"/%ff", "/\ufffd", b""),
        (b"/%zz%", "/%zz%", b""),
        (b"http://here:80/a%20b?c=d", "/a b", b"c=d"),
        (b"HTTP://here/a?b?c", "/a", b"b?c"),
        (b"//twice/a", "//twice/a", b""),
        (b"*", "*", b""),
    ],
)
def test_a_url_is_a_path_and_a_query(url: bytes, path: str, query: bytes) -> None:
    request = read_one(b"OPTIONS %b HTTP/1.1\r\nhost: here\r\n\r\n" % url)
    assert (request.path, request.query) == (path, query)


def test_header_names_are_lower_case_and_values_as_they_were_sent() -> None:
    request = read_one(b"GET / HTTP/1.1\r\nHOST: Here\r\nX-Empty:\r\nX-Twice: 1\r\nx-tWICE:  2\r\n\r\n")
    assert request.headers == {b"host": b"Here", b"x-empty": b"", b"x-twice": b"2"}


def test_requests_do_not_inherit_from_each_other() -> None:
    _, second = read(CHUNKED + b"GET / HTTP/1.1\r\nhost: here\r\n\r\n")
    assert second == Request("GET", "/", headers={b"host": b"here"})


def test_empty_lines_between_requests_are_nothing() -> None:
    reader = RequestReader()
    assert len(reader.feed(POST + b"\r\n\r\n")) == 1
    assert not reader.is_arriving
    assert len(reader.feed(b"\r\n" + POST)) == 1


@pytest.mark.parametrize("one", [GET, POST, CHUNKED], ids=["get", "post", "chunked"])
def test_of_many_requests_in_one_piece_a_few_are_read_and_the_others_wait(one: bytes) -> None:
    reader = RequestReader()
    many = one * 1000
    first = len(reader.feed(many))
    assert 0 < first < 50
    assert reader.held_bytes > len(many) // 2
    assert 0 < len(reader.feed(many)) < 50
    assert len(read(many)) == 1000


def test_bodies_that_look_like_heads_are_bodies() -> None:
    body = b"\r\n\r\nGET / HTTP/1.1\r\n\r\n" * 500
    whole = b"POST / HTTP/1.1\r\nhost: here\r\ncontent-length: %d\r\n\r\n" % len(body) + body
    chunked = b"POST / HTTP/1.1\r\nhost: here\r\ntransfer-encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (
        len(body),
        body,
    )
    for pieces in ([whole + chunked], cut(whole + chunked, 1500)):
        assert [request.body for request in read(*pieces)] == [body, body]


def test_a_body_may_be_dropped_while_it_arrives() -> None:
    reader = RequestReader()
    head = b"POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 5000\r\n\r\n"
    reader.feed(head + b"a" * 2000)
    assert reader.held_bytes > 2000
    reader.drop()
    assert reader.held_bytes < 100
    [dropped, kept] = reader.feed(b"a" * 3000 + POST)
    assert (dropped.body, dropped.is_dropped, dropped.is_too_large) == (b"", True, False)
    assert (kept.body, kept.is_dropped) == (b"{}", False)


def test_whether_a_request_is_arriving() -> None:
    reader = RequestReader()
    assert not reader.is_arriving
    for piece in cut(POST, 1)[:-1]:
        assert reader.feed(piece) == []
        assert reader.is_arriving
    assert len(reader.feed(POST[-1:])) == 1
    assert not reader.is_arriving


@pytest.mark.parametrize(
    ("version", "connection", "keeps_alive", "takes_chunks"),
    [
        (b"1.1", b"", True, True),
        (b"1.1", b"connection: close\r\n", False, True),
        (b"1.1", b"Connection: Close\r\n", False, True),
        (b"1.0", b"", False, False),
        (b"1.0", b"connection: keep-alive\r\n", False, False),
    ],
)
def test_what_may_come_after_the_answer(
    version: bytes, connection: bytes, keeps_alive: bool, takes_chunks: bool
) -> None:
    request = read_one(b"GET / HTTP/%b\r\nhost: here\r\n%b\r\n" % (version, connection))
    assert (request.keeps_alive, request.takes_chunks) == (keeps_alive, takes_chunks)


# Senders that wait for a 100 Continue


def test_a_sender_that_waits_is_known_until_its_request_is_complete() -> None:
    reader = RequestReader()
    reader.feed(b"POST / HTTP/1.1\r\nhost: here\r\nExpect: 100-continue\r\ncontent-length: 2\r\n\r\n")
    assert reader.expects_continue
    assert reader.feed(b"{}")[0].body == b"{}"
    assert not reader.expects_continue
    reader.feed(b"POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 2\r\n\r\n")
    assert not reader.expects_continue


def test_a_sender_that_did_not_wait_needs_no_answer_before() -> None:
    reader = RequestReader()
    reader.feed(b"POST / HTTP/1.1\r\nhost: here\r\nExpect: 100-continue\r\ncontent-length: 2\r\n\r\n{}")
    assert not reader.expects_continue


# Offers of another protocol


@pytest.mark.parametrize(
    "body", [b"content-length: 2\r\n\r\n{}", b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"]
)
def test_an_offered_upgrade_is_passed_over(body: bytes) -> None:
    head, end, rest = (b"POST /a.B/C HTTP/1.1\r\n" + UPGRADE + body).partition(b"\r\n\r\n")
    for pieces in ([head + end + rest + GET], [head + end, rest + GET], [head, end, rest, GET]):
        offered, next_one = read(*pieces)
        assert (offered.method, offered.path, offered.body) == ("POST", "/a.B/C", b"{}")
        assert (offered.keeps_alive, offered.takes_chunks) == (True, True)
        assert b"upgrade" not in offered.headers
        assert next_one.path == "/a.B/D"


def test_an_offer_changes_nothing_else() -> None:
    last = read_one(b"GET / HTTP/1.1\r\nhost: here\r\nconnection: close, upgrade\r\nupgrade: h2c\r\n\r\n")
    assert not last.keeps_alive
    old = read_one(b"GET / HTTP/1.0\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n")
    assert (old.keeps_alive, old.takes_chunks) == (False, False)


def test_an_upload_after_an_offer_may_wait() -> None:
    reader = RequestReader()
    reader.feed(b"POST / HTTP/1.1\r\n" + UPGRADE + b"expect: 100-continue\r\ncontent-length: 2\r\n\r\n")
    assert (reader.is_arriving, reader.expects_continue) == (True, True)
    assert reader.feed(b"{}")[0].body == b"{}"
