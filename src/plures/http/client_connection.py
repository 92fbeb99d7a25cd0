"""One HTTP/1.1 connection to a peer: writes a request, reads the answer with httptools. Of Connect it knows two headers."""

import asyncio
import re
import ssl
from collections import deque
from collections.abc import Mapping
from math import inf
from typing import Any, Final, NoReturn, cast

import httptools
from msgspec import structs

from plures.runtime import Broken, Reply, Stale, TooLarge, Untrusted, connect, too_large
from plures.tls import is_refusal, reason

_HIGH_WATER_BYTES: Final = 256 * 1024
_FIRST_FINAL_STATUS: Final = 200
_FRAMING: Final = frozenset({b"content-length", b"transfer-encoding"})
_ENCODINGS: Final = frozenset({b"content-encoding", b"connect-content-encoding"})
_ENDING: Final = frozenset({b"deprecation", b"sunset", b"link"})
# An operation has one of each, and perhaps some other links. What a peer sends more is not worth keeping.
_MOST_ENDING: Final = 8
# How the protocol calls trailers of a unary answer.
_TRAILER: Final = "trailer-"
_MOST_HEADERS_BYTES: Final = 64 * 1024
_KEEP_ALIVE_TIMEOUT: Final = re.compile(rb"\btimeout\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
# The peer counts from the moment when it wrote its answer, and our next request takes time to arrive.
_MARGIN_S: Final = 1.0


class HttpConnection(asyncio.Protocol):
    """Carries one request at a time. When its caller gives up, the connection closes, and so the peer notices.

    Args:
        noted_header: The header whose value becomes the outcome of a reply, in lower case.
        max_body_bytes: What is read of every answer, however little its caller takes: errors may be larger than that. It does not
            concern those that are read piece by piece.

    Attributes:
        idle_since: When it last became idle, in `time.monotonic()` seconds; its owner sets it.
        most_idle_s: How long it may be idle before the next request, by what the peer said in its last answer.
        ends_at: When it has carried its last request, in `time.monotonic()` seconds; its owner sets it.
    """

    def __init__(self, noted_header: bytes, max_body_bytes: int) -> None:
        self._noted_header = noted_header
        self._max_body_bytes = self._max_answer_bytes = max_body_bytes
        self._parser = httptools.HttpResponseParser(self)
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._lost: str | None = None
        self._untrusted = ""
        self._was_used = self._has_bytes = self._is_too_large = self._is_given_up = False
        self.idle_since = 0.0
        self.most_idle_s = self.ends_at = inf
        self._is_complete = self._keeps_alive = True
        self._has_head = self._is_framed = self._is_streaming = False
        self._status = self._unread = self._most_bytes = 0
        self._length: int | None = None
        self._noted: str | None = None
        self._content_type = self._encoding = b""
        self._chunks: deque[bytes] = deque()
        self._headers: list[tuple[str, str]] | None = None
        self._headers_size = 0
        self._ending: tuple[tuple[str, str], ...] = ()

    @property
    def certificate(self) -> Mapping[str, Any] | None:
        """That of the peer, which was verified; None without TLS."""
        return None if self._transport is None else self._transport.get_extra_info("peercert")

    @property
    def is_reusable(self) -> bool:
        """Whether another request may be written."""
        # A connection whose end was read is closing for one turn of the event loop, and takes bytes without sending them.
        is_closing = self._transport is None or self._transport.is_closing()
        return self._is_complete and self._keeps_alive and self._lost is None and not is_closing

    def abort(self) -> None:
        """Close at once, also while a request is under way."""
        self._lost = self._lost or "it was given up"
        self._is_given_up = True
        if self._transport is not None:
            self._transport.abort()

    async def unary(self, request: bytes, *, hears: bool = False, max_answer_bytes: int = 0) -> Reply:
        """Write a request and read the whole answer; raises `Broken` or `TooLarge`.

        Args:
            hears: Whether the reply shall have the headers.
            max_answer_bytes: What its caller takes.
        """
        self._max_answer_bytes = max_answer_bytes or self._max_body_bytes
        self._begin(request, is_streaming=False, hears=hears)
        try:
            while not self._is_complete:
                await self._progress()
            if self._is_too_large:
                self._refuse_size()
        except BaseException:
            self.abort()
            raise
        body = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        return self._reply(body)

    async def head(self, request: bytes, *, hears: bool = False) -> Reply:
        """Write a request and read the head of its answer; `chunk` reads the rest. The caller aborts when it gives up."""
        self._begin(request, is_streaming=True, hears=hears)
        while not self._has_head:
            await self._progress()
        return self._reply(b"")

    def _reply(self, body: bytes) -> Reply:
        reply = Reply(self._status, body, self._noted, self._content_type, self._encoding, ending=self._ending)
        if not self._headers:
            return reply
        trailers = [(name[len(_TRAILER) :], text) for name, text in self._headers if name.startswith(_TRAILER)]
        headers = [pair for pair in self._headers if not pair[0].startswith(_TRAILER)]
        return structs.replace(reply, headers=tuple(headers), trailers=tuple(trailers))

    async def chunk(self) -> bytes | None:
        """The next piece of the body, or None at its end."""
        while not self._chunks and not self._is_complete:
            await self._progress()
        if not self._chunks:
            return None
        piece = self._chunks.popleft()
        self._unread -= len(piece)
        if self._transport is not None and self._unread < _HIGH_WATER_BYTES:
            self._transport.resume_reading()
        return piece

    def _begin(self, request: bytes, *, is_streaming: bool, hears: bool) -> None:
        if self._transport is None or self._lost is not None:
            raise Broken(self._lost or "the connection is not open")
        self._is_complete = self._has_head = self._is_framed = False
        self._keeps_alive = True
        self._has_bytes = self._is_too_large = False
        self.most_idle_s = inf
        self._is_streaming = is_streaming
        self._unread = 0
        self._noted = self._length = None
        self._content_type = self._encoding = b""
        self._ending = ()
        self._chunks.clear()
        self._headers, self._headers_size = [] if hears else None, 0
        self._transport.write(request)

    def _progress(self) -> "asyncio.Future[None]":
        """Completes when more of the answer has arrived. Raises `Broken` or `TooLarge` where no more will."""
        if self._lost is not None:
            if self._untrusted:
                raise Untrusted(self._untrusted)
            is_stale = self._was_used and not self._has_bytes and not self._is_given_up
            raise Stale(self._lost) if is_stale else Broken(self._lost)
        if self._is_too_large:
            self._refuse_size()
        self._waiter = self._loop.create_future()
        return self._waiter

    def _refuse_size(self) -> NoReturn:
        size = self._unread if self._length is None else self._length
        raise TooLarge(too_large("the answer", size, self._max_answer_bytes, has_more=self._length is None))

    def _wake(self) -> None:
        if self._waiter is not None:
            if not self._waiter.done():
                self._waiter.set_result(None)
            self._waiter = None

    # Called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # A cast, since uvloop's transports do not inherit from asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._has_bytes = True
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._lost = self._lost or f"the peer does not speak HTTP: {error}"
            self.abort()
        if self._is_complete or self._is_streaming or self._lost is not None or self._is_too_large:
            self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        if is_refusal(exc) and not (self._was_used or self._has_bytes):
            # In TLS 1.3 a peer looks at our certificate when we may write already. It reads nothing before that.
            self._untrusted = reason(cast("ssl.SSLError", exc))
        self._lost = self._lost or (str(exc) if exc else "the peer closed the connection")
        if self._has_head and not self._is_complete and not self._is_framed:
            # Without a length, the end of the connection is the end of the body.
            self._is_complete = True
        self._wake()

    # Called by httptools

    def on_message_begin(self) -> None:
        # An answer that belongs to no request would be taken for that to the next one.
        if self._is_complete:
            message = "it talks without being asked"
            raise ValueError(message)

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name == self._noted_header:
            self._noted = value.decode("latin-1")
        elif name in _FRAMING:
            self._is_framed = True
            if name == b"content-length":
                # The parser has refused one that is no number.
                self._length = int(value)
        elif name == b"content-type":
            self._content_type = value
        elif name in _ENCODINGS:
            self._encoding = value
        elif name == b"keep-alive" and (said := _KEEP_ALIVE_TIMEOUT.search(value)):
            timeout_s = int(said[1])
            self.most_idle_s = max(timeout_s - _MARGIN_S, timeout_s / 2)
        else:
            self._note(name, value)

    def _note(self, name: bytes, value: bytes) -> None:
        if name in _ENDING and len(self._ending) < _MOST_ENDING:
            self._ending = (*self._ending, (name.decode("latin-1"), value.decode("latin-1")))
        if self._headers is not None:
            self._headers_size += len(name) + len(value)
            if self._headers_size > _MOST_HEADERS_BYTES:
                self._lost = f"its headers are over {_MOST_HEADERS_BYTES:,} bytes"
                raise ValueError(self._lost)
            self._headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()
        self._keeps_alive = self._parser.should_keep_alive()
        self._has_head = True
        most = max(self._max_answer_bytes, self._max_body_bytes)
        self._most_bytes = connect.most_packed_bytes(most) if self._encoding else most
        # What is announced as too large is not waited for.
        self._is_too_large = not self._is_streaming and (self._length or 0) > self._most_bytes

    def on_body(self, body: bytes) -> None:
        self._chunks.append(body)
        self._unread += len(body)
        if not self._is_streaming:
            self._is_too_large = self._is_too_large or self._unread > self._most_bytes
        elif self._unread >= _HIGH_WATER_BYTES and self._transport is not None:
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        if self._status < _FIRST_FINAL_STATUS:
            # This was a hint; the answer follows.
            self._has_head = self._is_framed = False
            self._noted = self._length = None
            self._content_type = self._encoding = b""
            self._ending = ()
            self._headers = None if self._headers is None else []
        else:
            self._is_complete = self._was_used = True
