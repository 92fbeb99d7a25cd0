"""Where the requests of an HTTP/1.1 connection begin and end, for a connection that another class reads. It keeps no bytes."""

from http import HTTPStatus
from typing import Final

import httptools

from .own_names import OwnNames
from .request_reader import (
    MAX_HEAD_BYTES,
    MAX_HEADER_LINES,
    Unreadable,
    head_too_large,
    not_one_host,
    too_many_lines,
)

_COLON_AND_ENDS: Final = 4


class RequestWatch:
    """Follows the requests of one connection, and holds their heads to the limits of `RequestReader`.

    Args:
        names: Whom requests may ask for; None where they may ask for anyone.

    Attributes:
        is_in_head: Whether a head has begun and is not complete.
        is_in_body: Whether a head is complete and its body, or the trailers after it, are not.
        waits_for_continue: Whether the sender of that body waits for a 100 Continue.
        begun: How many requests have begun to arrive.
        head_bytes: How long the latest head is, as far as it has come.
        body_bytes: How much of the latest body has come.
    """

    def __init__(self, names: OwnNames | None = None) -> None:
        self._names = names
        self._host: bytes | None = None
        self.is_in_head = self.is_in_body = self.waits_for_continue = False
        self._parser = httptools.HttpRequestParser(self)
        # Uvicorn reads the same bytes with the same setting: what one of them takes for a request, the other must, too.
        self._parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self._refusal: Unreadable | None = None
        self._has_moved_on = False
        self.begun = self.head_bytes = self.body_bytes = 0
        self._unmoved_bytes = self._length = self._lines = self._hosts = 0

    @property
    def body_left(self) -> int | None:
        """How much of a body is still to come: 0 where that is not known, None outside of a body."""
        return max(0, self._length - self.body_bytes) if self.is_in_body else None

    def feed(self, data: bytes) -> None:
        """Follow some bytes; raises `Unreadable` where they must go no further, and then nothing may follow."""
        self._has_moved_on = False
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._has_moved_on = True
        except httptools.HttpParserError as error:
            raise self._refusal or Unreadable(HTTPStatus.BAD_REQUEST, f"this is not HTTP: {error}") from None
        self._unmoved_bytes = 0 if self._has_moved_on else self._unmoved_bytes + len(data)
        if self._unmoved_bytes > MAX_HEAD_BYTES:
            raise head_too_large()

    def _refuse(self, refusal: Unreadable) -> None:
        """Stop the parser: it turns what its callbacks raise into an error of its own."""
        self._refusal = refusal
        raise refusal

    def _count(self, size: int) -> None:
        self.head_bytes += size
        if self.head_bytes > MAX_HEAD_BYTES:
            self._refuse(head_too_large())

    # Called by httptools

    def on_message_begin(self) -> None:
        self.is_in_head = True
        self.begun += 1
        self.waits_for_continue = False
        self._host = None
        self.head_bytes = self.body_bytes = self._length = self._lines = self._hosts = 0

    def on_url(self, url: bytes) -> None:
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + _COLON_AND_ENDS)
        self._lines += 1
        if self._lines > MAX_HEADER_LINES:
            self._refuse(too_many_lines())
        if self.is_in_body:
            # Uvicorn takes it for one of the headers, so it would undo what a proxy has checked and set.
            self._refuse(Unreadable(HTTPStatus.BAD_REQUEST, "headers that come after the body are not taken"))
        name = name.lower()
        if name == b"host":
            self._hosts += 1
            self._host = value
        elif name == b"expect":
            self.waits_for_continue = True
        elif name == b"content-length" and value.isdigit():
            self._length = int(value)

    def on_headers_complete(self) -> None:
        self.is_in_head = False
        self.is_in_body = True
        if self._hosts != 1 and self._parser.get_http_version() == "1.1":
            self._refuse(not_one_host("several" if self._hosts else "none"))
        if self._names is not None and self._host is not None and not self._names.has(self._host):
            why = "this server does not answer to the name in the Host header"
            self._refuse(Unreadable(HTTPStatus.MISDIRECTED_REQUEST, why))

    def on_body(self, body: bytes) -> None:
        self.body_bytes += len(body)
        self._has_moved_on = True
        self.waits_for_continue = False

    def on_message_complete(self) -> None:
        self.is_in_head = self.is_in_body = self.waits_for_continue = False
        self._has_moved_on = True
