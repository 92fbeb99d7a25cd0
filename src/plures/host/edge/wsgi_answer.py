"""The answer of a WSGI application: its thread writes it, while the event loop sends it.

A thread that writes faster than its client reads waits. One whose client has hung up is told so by its next piece: none goes on for no one.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Condition
from types import TracebackType
from typing import Any, Final, TypeAlias

from .wsgi_body import HungUp

_AHEAD_BYTES: Final = 64 * 1024
ExcInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None]


class Answer:
    """`send_on` and `hang_up` belong to the event loop, all else to the thread of the request."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._changed = Condition()
        self._head: dict[str, Any] | None = None
        self._has_begun = False
        self._pieces: deque[dict[str, Any]] = deque()
        self._waiting_bytes = 0
        self._is_gone = False
        self._failure: BaseException | None = None
        self._is_over = False
        self._woken = asyncio.Event()

    def start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExcInfo | None = None
    ) -> Callable[[bytes], None]:
        """As PEP 3333 has it: nothing is sent before the first piece, so that a failure until then may replace the answer."""
        if exc_info and self._has_begun:
            raise exc_info[1].with_traceback(exc_info[2])
        if self._head is not None and not exc_info:
            message = "start_response was called a second time, without exc_info"
            raise AssertionError(message)
        encoded = [(name.lower().encode("latin-1"), value.strip().encode("latin-1")) for name, value in headers]
        self._head = {"type": "http.response.start", "status": int(status.split(" ", 1)[0]), "headers": encoded}
        return self.write

    def write(self, piece: bytes) -> None:
        """Pass on a piece, once there is room. Raises `HungUp`."""
        if piece:
            self._add(piece, more=True)

    def end(self) -> None:
        """The answer is whole. Raises `HungUp`."""
        self._add(b"", more=False)

    def over(self, failure: BaseException | None) -> None:
        """The thread writes nothing more, since it has ended, or failed."""
        self._failure, self._is_over = failure, True
        # The loop may be closed already.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._woken.set)

    async def send_on(self, send: Any) -> None:
        """Send what the thread writes, until it is over. Raises what the application raised."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            # First, so that nothing that was written before can be missed.
            is_over = self._is_over
            with self._changed:
                pieces = [*self._pieces]
                self._pieces.clear()
            for piece in _joined(pieces):
                await send(piece)
            with self._changed:
                self._waiting_bytes -= sum(len(piece.get("body", b"")) for piece in pieces)
                self._changed.notify_all()
            if is_over:
                if self._failure is not None:
                    raise self._failure
                return

    def hang_up(self) -> None:
        """The client is gone."""
        with self._changed:
            self._is_gone = True
            self._changed.notify_all()

    def _add(self, body: bytes, *, more: bool) -> None:
        if self._head is None:
            message = "the application answered before it called start_response"
            raise AssertionError(message)
        with self._changed:
            self._changed.wait_for(lambda: self._is_gone or self._waiting_bytes < _AHEAD_BYTES)
            if self._is_gone:
                raise HungUp
            if not self._has_begun:
                self._has_begun = True
                self._pieces.append(self._head)
            self._pieces.append({"type": "http.response.body", "body": body, "more_body": more})
            self._waiting_bytes += len(body)
        self._loop.call_soon_threadsafe(self._woken.set)


def _joined(pieces: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same, with an end that has no bytes joined to the piece before it: most answers are one piece."""
    if len(pieces) > 1 and pieces[-1].get("more_body") is False and pieces[-2].get("more_body"):
        return [*pieces[:-2], {**pieces[-2], "more_body": False}]
    return pieces
