"""Which requests the bytes of a connection are, or why they are none; it does not matter where the bytes are cut."""

from http import HTTPStatus

import pytest

from plures.http import Request
from plures.http.request_reader import MAX_HEAD_BYTES, MAX_HEADER_LINES, RequestReader, Unreadable
from plures.runtime import MAX_BODY_BYTES

POST = b"POST /a.B/C HTTP/1.1\r\nhost: here\r\ncontent-length: 2\r\n\r\n{}"
GET = b"GET /a.B/D HTTP/1.1\r\nhost: here\r\n\r\n"
CHUNKED = b"POST /a.B/E HTTP/1.1\r\nhost: here\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbody\r\n6;why=not\r\n again\r\n0\r\n\r\n"
UPGRADE = b"host: here\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n"


def read(*pieces: bytes) -> list[Request]:
    reader = RequestReader()
    requests: list[Request] = []
    for piece in pieces:
        requests += reader.feed(piece)
        while reader.unread:
            requests += reader.feed(b"")
    return requests


def read_one(*pieces: bytes) -> Request:
    [request] = read(*pieces)
    return request


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def refusal(*pieces: bytes) -> HTTPStatus:
    with pytest.raises(Unreadable) as caught:
        read(*pieces)
    return caught.value.status


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


# Bytes that cannot be read


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
