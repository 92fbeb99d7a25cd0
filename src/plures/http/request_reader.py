"""The bytes of an HTTP/1.1 connection → complete requests, by httptools. Bounds the memory that a peer can make us use."""

from http import HTTPStatus
from typing import Final
from urllib.parse import unquote_to_bytes, urlsplit

import httptools

from plures.runtime import connect

from .exchange import BodyLimit, Head, Request, usual_limit
from .pieces import UNCUT_BYTES, end_of_piece

MAX_HEAD_BYTES: Final = 64 * 1024
MAX_HEADER_LINES: Final = 100
_SMALL_BYTES: Final = 8 * 1024
_PACKED: Final = (b"content-encoding", b"connect-content-encoding")
_FEW: Final = 8
_SHORT_URL_BYTES: Final = 200


class Unreadable(Exception):
    """The peer sent bytes that are no request, or a request that is not read to its end."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status = status


def head_too_large() -> Unreadable:
    """The refusal of a head, or of trailers, with too many bytes."""
    return Unreadable(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"the headers are over {MAX_HEAD_BYTES:,} bytes")


def too_many_lines() -> Unreadable:
    """The refusal of a head with too many header lines."""
    return Unreadable(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"there are over {MAX_HEADER_LINES} header lines")


def not_one_host(found: str) -> Unreadable:
    """The refusal of a request that does not say once whom it asks."""
    return Unreadable(HTTPStatus.BAD_REQUEST, f"HTTP/1.1 asks for one Host header, and this request has {found}")


class RequestReader:
    """Reads the requests of one connection, one after the other.

    Args:
        limit: How large the message of a request may be, which is asked when its head is there. Of a larger one, nothing is kept.

    Attributes:
        is_arriving: Whether a request has begun and is not complete.
        expects_continue: Whether its sender waits for a 100 Continue before it sends the body.
        unread: What has arrived and is not read yet, since a few requests were complete before it; `feed(b"")` reads on.
        peer: Whose requests these are, by the certificate of the connection.
    """

    def __init__(self, limit: BodyLimit = usual_limit) -> None:
        self._limit = limit
        self._most_body_bytes = 0
        self.is_arriving = False
        self.expects_continue = False
        self.unread = b""
        self.peer = ""
        self._parser = httptools.HttpRequestParser(self)
        self._complete: list[Request] = []
        self._has_head = False
        self._refusal: Unreadable | None = None
        self._arrived = self._head_size = self._body_size = self._known_body_size = 0
        self._repeated = self._repeated_size = 0
        self._again: list[tuple[bytes, bytes]] = []
        self._has_two_hosts = self._is_dropped = self._is_told = False
        self._url = self._known_url = b""
        self._known = ("", b"")
        self._headers: dict[bytes, bytes] = {}
        self._chunks: list[bytes] = []

    @property
    def held_bytes(self) -> int:
        """The bytes of the request that arrives, and of what is not read yet."""
        head = self._measured() if self._has_head else self._head_size
        body = 0 if self._is_dropped else self._body_size
        return (head + body if self.is_arriving else 0) + len(self.unread)

    def drop(self) -> None:
        """Read the request that arrives to its end without keeping its body."""
        self._is_dropped = True
        self._chunks.clear()

    def feed(self, data: bytes) -> list[Request]:
        """The requests that are complete by now, a few at a time; raises `Unreadable`, and then nothing more can be read."""
        self._complete = []
        data = self.unread + data if self.unread else data
        if len(data) <= UNCUT_BYTES:
            self.unread = b""
            self._read(data)
            return self._complete
        start = 0
        while start < len(data) and len(self._complete) < _FEW:
            end = end_of_piece(data, start, self._body_left)
            self._read(data[start:end])
            start = end
        self.unread = data[start:]
        return self._complete

    def _read(self, data: bytes) -> None:
        before = len(self._complete)
        self._arrived = self._head_size + len(data)
        self._feed(data)
        if self.is_arriving:
            self._bound_head(len(data), has_moved_on=len(self._complete) != before)

    @property
    def _body_left(self) -> int | None:
        """How much of a body is still to come: 0 where that is not known, None outside of a body."""
        if not (self.is_arriving and self._has_head):
            return None
        return max(0, int(self._headers.get(b"content-length", b"0")) - self._body_size)

    def _bound_head(self, size: int, *, has_moved_on: bool) -> None:
        """Bound the bytes that are neither a request nor a body: a head, or the trailers after the last chunk."""
        has_moved_on = has_moved_on or self._body_size != self._known_body_size
        self._known_body_size = self._body_size
        self._head_size = 0 if has_moved_on else self._head_size + size
        if self._head_size > MAX_HEAD_BYTES:
            raise head_too_large()

    def _feed(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._stay(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            raise self._refusal or Unreadable(HTTPStatus.BAD_REQUEST, f"this is not HTTP: {error}") from None

    def _stay(self, rest: bytes) -> None:
        """Pass over the other protocol that the peer offers, as some clients do in their first request."""
        method, version = self._parser.get_method(), self._parser.get_http_version().encode()
        if method == b"CONNECT":
            raise Unreadable(HTTPStatus.NOT_IMPLEMENTED, "this is no proxy")
        kept = [b"%b: %b\r\n" % header for header in self._headers.items() if header[0] != b"upgrade"]
        head = b"%b %b HTTP/%b\r\n%b\r\n" % (method, self._url, version, b"".join(kept))
        self._parser = httptools.HttpRequestParser(self)
        self._feed(head + rest)

    def _measured(self) -> int:
        lines = sum(len(name) + len(value) for name, value in self._headers.items()) + self._repeated_size
        return len(self._url) + lines

    def _refuse(self, refusal: Unreadable) -> None:
        """Stop the parser: it turns what its callbacks raise into an error of its own."""
        self._refusal = refusal
        raise refusal

    # Called by httptools

    def on_message_begin(self) -> None:
        self.is_arriving = True
        self._has_head = self.expects_continue = False
        self._head_size = self._body_size = self._known_body_size = 0
        self._repeated = self._repeated_size = 0
        self._again = []
        self._has_two_hosts = self._is_dropped = self._is_told = False
        self._url = b""
        self._headers = {}
        self._chunks = []

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        # A trailer must not change how the request is taken.
        if self._has_head:
            return
        name = name.lower()
        if name in self._headers:
            self._repeated += 1
            self._again.append((name, self._headers[name]))
            self._repeated_size += len(name) + len(value)
            self._has_two_hosts = self._has_two_hosts or name == b"host"
            if name == b"authorization":
                # Of two tokens, none is taken: another program on the way may have read the other one.
                value = self._headers[name] + b", " + value
        self._headers[name] = value

    def on_headers_complete(self) -> None:
        headers = self._headers
        self._has_head = True
        self.expects_continue = b"expect" in headers
        if len(headers) + self._repeated > MAX_HEADER_LINES:
            self._refuse(too_many_lines())
        # The head came in pieces that are counted, or in one piece; then it must be measured where that piece is large.
        if self._arrived > MAX_HEAD_BYTES and self._measured() > MAX_HEAD_BYTES:
            self._refuse(head_too_large())
        if (self._has_two_hosts or b"host" not in headers) and self._parser.get_http_version() == "1.1":
            self._refuse(not_one_host("several" if self._has_two_hosts else "none"))
        if b"content-length" in headers or b"transfer-encoding" in headers:
            self._bound_body()

    def _bound_body(self) -> None:
        """Decide how much of the body may come, now that the head is there."""
        headers = self._headers
        announced = int(headers.get(b"content-length", b"0"))
        if 0 < announced <= _SMALL_BYTES:
            # Whether it is over a limit that is lower still shows when it is read.
            self._most_body_bytes = announced
            return
        most = self._limit(Head(self._asked()[0], headers, self.peer)) + connect.PREFIX.size
        self._most_body_bytes = connect.most_packed_bytes(most) if any(name in headers for name in _PACKED) else most
        if announced <= self._most_body_bytes:
            return
        self.drop()
        if self.expects_continue:
            # Its sender waits for our word, so it need not send what would be dropped. It may do so all the same: then the
            # connection cannot go on.
            self.expects_continue = False
            self._is_told = True
            self._add(b"", announced, keeps_alive=False, takes_chunks=True)

    def on_body(self, body: bytes) -> None:
        self._body_size += len(body)
        if self._body_size > self._most_body_bytes:
            self.drop()
        elif not self._is_dropped:
            self._chunks.append(body)

    def on_message_complete(self) -> None:
        parser = self._parser
        if parser.should_upgrade():
            return
        self.is_arriving = self.expects_continue = False
        if self._is_told:
            return
        body = b"".join(self._chunks)
        self._chunks = []
        takes_chunks = parser.get_http_version() == "1.1"
        too_large = self._body_size if self._body_size > self._most_body_bytes else 0
        self._add(body, too_large, keeps_alive=takes_chunks and parser.should_keep_alive(), takes_chunks=takes_chunks)

    def _add(self, body: bytes, too_large: int, *, keeps_alive: bool, takes_chunks: bool) -> None:
        """Add a request that can be answered."""
        is_dropped = self._is_dropped and not too_large
        path, query = self._asked()
        method = self._parser.get_method().decode()
        request = Request(
            method, path, query, self._headers, body, too_large, keeps_alive, takes_chunks, is_dropped, self.peer,
            tuple(self._again),
        )  # fmt: skip
        self._complete.append(request)

    def _asked(self) -> tuple[str, bytes]:
        """The path and the query. A caller asks for the same again and again, so the last short ones are kept."""
        if self._url == self._known_url:
            return self._known
        asked = _path_and_query(self._url)
        if len(self._url) <= _SHORT_URL_BYTES:
            self._known_url, self._known = self._url, asked
        return asked


def _path_and_query(url: bytes) -> tuple[str, bytes]:
    # A proxy asks for the whole URL.
    if not url.startswith(b"/"):
        parts = urlsplit(url)
        url = parts.path + (b"?" + parts.query if parts.query else b"")
    path, _, query = url.partition(b"?")
    return (unquote_to_bytes(path) if b"%" in path else path).decode("utf-8", "replace"), query
