"""One request to a service of this process, and its answer, as a server would carry both. It lives on the loop of the service."""

import asyncio
import time
from collections import deque
from email.utils import formatdate
from typing import Any, Final, Protocol

from .callee import Callee, Message, log

Headers = list[tuple[bytes, bytes]]
ROOM_BYTES: Final = 256 * 1024
"""So much of an answer waits for its reader; then the service waits."""
_FAILURE: Final = b"Internal Server Error"
_BODILESS: Final = (204, 304)


class Reader(Protocol):
    """Who reads an answer. All methods are called on the loop of the service."""

    def started(self, status: int, headers: Headers) -> None: ...

    def body(self, chunk: bytes) -> None: ...

    def ended(self, *, complete: bool) -> None: ...


class Exchange:
    """From `start` until the service has answered, or the caller has left."""

    def __init__(self, callee: Callee, scope: dict[str, Any], reader: Reader) -> None:
        self._callee = callee
        self._scope = scope
        self._reader = reader
        self._chunks: deque[bytes] = deque()
        self._is_asked = False
        self._is_read = False
        self._has_left = False
        self._is_started = False
        self._is_answered = False
        self._has_body = scope["method"] != "HEAD"
        self._unread = 0
        self._news: asyncio.Future[None] | None = None
        self._space: asyncio.Future[None] | None = None

    def start(self) -> None:
        """Hand the request to the service; its body may follow."""
        self._callee.begin(self._run(), is_request=True)

    def feed(self, chunk: bytes, *, more: bool) -> None:
        """A part of the body of the request."""
        if chunk:
            self._chunks.append(chunk)
        self._is_asked = not more
        self._wake()

    def taken(self, size: int) -> None:
        """So much of the answer has been read."""
        self._unread -= size
        if self._space is not None and self._unread < ROOM_BYTES and not self._space.done():
            self._space.set_result(None)

    def leave(self) -> None:
        """The caller waits no longer."""
        self._has_left = True
        self._wake()
        if self._space is not None and not self._space.done():
            self._space.set_result(None)

    async def _run(self) -> None:
        try:
            await self._callee.application(self._scope, self._receive, self._send)
        # A service that calls `sys.exit` would end all others.
        except (Exception, SystemExit, KeyboardInterrupt) as error:  # noqa: BLE001 - as a server does
            log.error("Exception in ASGI application", exc_info=error)
        except asyncio.CancelledError:
            self._fail()
            raise
        else:
            if not self._is_answered and not self._has_left:
                log.error("ASGI callable returned without completing response.")
        self._fail()

    def _fail(self) -> None:
        if self._is_answered or self._has_left:
            return
        if not self._is_started:
            headers = [
                (b"content-type", b"text/plain; charset=utf-8"),
                (b"content-length", str(len(_FAILURE)).encode()),
                (b"connection", b"close"),
            ]
            self._begin(500, headers)
            if self._has_body:
                self._reader.body(_FAILURE)
            self._end(complete=True)
        else:
            self._end(complete=False)

    async def _receive(self) -> Message:
        while True:
            if self._chunks:
                chunk = self._chunks.popleft()
                more = bool(self._chunks) or not self._is_asked
                self._is_read = not more
                return {"type": "http.request", "body": chunk, "more_body": more}
            if self._is_asked and not self._is_read:
                self._is_read = True
                return {"type": "http.request", "body": b"", "more_body": False}
            if self._has_left or self._is_answered:
                return {"type": "http.disconnect"}
            self._news = asyncio.get_running_loop().create_future()
            await self._news

    async def _send(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.start":
            if self._is_started:
                message_text = f"Expected ASGI message 'http.response.body', but got {kind!r}."
                raise RuntimeError(message_text)
            self._begin(message["status"], [(name.lower(), value) for name, value in message.get("headers", ())])
            return
        if kind != "http.response.body" or not self._is_started or self._is_answered:
            message_text = f"Unexpected ASGI message {kind!r} sent."
            raise RuntimeError(message_text)
        if self._has_left:
            self._is_answered = not message.get("more_body", False)
            return
        chunk = bytes(message.get("body", b""))
        if chunk and self._has_body:
            self._unread += len(chunk)
            self._reader.body(chunk)
        if not message.get("more_body", False):
            self._end(complete=True)
        elif self._unread >= ROOM_BYTES:
            self._space = asyncio.get_running_loop().create_future()
            await self._space

    def _begin(self, status: int, headers: Headers) -> None:
        self._is_started = True
        names = {name for name, _ in headers}
        self._has_body = self._has_body and status not in _BODILESS
        if b"content-length" not in names and b"transfer-encoding" not in names and self._has_body:
            headers.append((b"transfer-encoding", b"chunked"))
        self._reader.started(status, [*((name, value) for name, value in _usual() if name not in names), *headers])

    def _end(self, *, complete: bool) -> None:
        self._is_answered = True
        self._reader.ended(complete=complete)
        self._wake()

    def _wake(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)


_dated: tuple[int, Headers] = (0, [])


def _usual() -> Headers:
    """What uvicorn adds to every answer."""
    global _dated  # noqa: PLW0603 - made once a second
    now = int(time.time())
    if _dated[0] != now:
        _dated = now, [(b"date", formatdate(now, usegmt=True).encode()), (b"server", b"uvicorn")]
    return _dated[1]
