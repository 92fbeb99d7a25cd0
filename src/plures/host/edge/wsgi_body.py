"""The body of a request as a file: a thread reads it, while the event loop receives it."""

import asyncio
from threading import Condition
from typing import Any, Final

_AHEAD_BYTES: Final = 64 * 1024


class HungUp(ConnectionResetError):
    """The client is gone."""


class Body:
    """`wsgi.input`. `feed` and `hang_up` belong to the event loop, all else to the thread of the request."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._changed = Condition()
        self._arrived = bytearray()
        self._is_whole = False
        self._is_gone = False
        self._has_room = asyncio.Event()
        # What the thread has taken and not read yet.
        self._taken = bytearray()

    async def feed(self, receive: Any) -> None:
        """Receive the body, some 64 KiB ahead of the thread; return when the client has hung up."""
        while (event := await receive())["type"] != "http.disconnect":
            with self._changed:
                self._arrived += event.get("body", b"")
                self._is_whole = not event.get("more_body", False)
                self._changed.notify_all()
            while len(self._arrived) >= _AHEAD_BYTES:
                self._has_room.clear()
                await self._has_room.wait()

    def hang_up(self) -> None:
        """The client is gone: who waits for the rest of the body waits in vain."""
        with self._changed:
            self._is_gone = True
            self._changed.notify_all()

    def read(self, size: int | None = -1) -> bytes:
        """So many bytes, or all; fewer at the end. Raises `HungUp` where the body will never be whole."""
        is_all = size is None or size < 0
        while (is_all or len(self._taken) < (size or 0)) and self._take():
            pass
        return self._first(len(self._taken) if is_all else (size or 0))

    def readline(self, size: int | None = -1) -> bytes:
        """Up to the end of the line, or so many bytes of it. Raises `HungUp`."""
        searched, limit = 0, size if size is not None and size >= 0 else None
        while not (end := self._taken.find(b"\n", searched) + 1):
            searched = len(self._taken)
            if (limit is not None and searched >= limit) or not self._take():
                end = len(self._taken)
                break
        return self._first(end if limit is None else min(end, limit))

    def readlines(self, hint: int | None = -1) -> list[bytes]:
        """Lines: all, or until they have so many bytes. Raises `HungUp`."""
        lines: list[bytes] = []
        length = 0
        for line in self:
            lines.append(line)
            length += len(line)
            if hint is not None and 0 < hint <= length:
                break
        return lines

    def __iter__(self) -> "Body":
        return self

    def __next__(self) -> bytes:
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def _take(self) -> bool:
        """Wait for more, and take it; False at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._arrived or self._is_whole or self._is_gone)
            if not self._arrived:
                if not self._is_whole:
                    raise HungUp
                return False
            self._taken += self._arrived
            self._arrived.clear()
        self._loop.call_soon_threadsafe(self._has_room.set)
        return True

    def _first(self, count: int) -> bytes:
        first = bytes(self._taken[:count])
        del self._taken[:count]
        return first
