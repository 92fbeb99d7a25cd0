"""What stands between the event loop and a connection of uvicorn: limits that uvicorn does not have.

A peer gets `MAX_ARRIVAL_S` for the head of a request and for each pause in its body, a pace that a body must keep on the whole, a
pace in taking the answer, and the time of a kept connection for asking at all. Heads are held to the limits of the control
listener, and so is what the connections of the process hold together. Uvicorn gets the bytes as they came, but no second request
in one piece with a first: what it does not want to read yet waits here, unread. When it makes the connection a web socket, the
guard is out of it.
"""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, cast

from plures.http import (
    MAX_ARRIVAL_S,
    UNCOUNTED_BYTES,
    UNCUT_BYTES,
    OwnNames,
    RequestWatch,
    Room,
    Share,
    Taking,
    Unreadable,
    end_of_piece,
    longest_body_s,
)

from .connections import UvicornConnection

_REFUSAL: Final = (
    b"HTTP/1.1 %d %b\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"
)


_HEAD_END: Final = b"\r\n\r\n"


class Guard(asyncio.Protocol):
    """Guards one connection. The event loop calls it in place of uvicorn's protocol.

    Args:
        guarded: One of uvicorn's protocols for HTTP.
        guards: All guards of the listener; the guard is in it while the connection is open.
        most_silent_s: Most time without a request.
        names: Whom requests may ask for; None where they may ask for anyone.
        room: Where the connections of this process count what they hold.

    Attributes:
        refusal: Gives the whole answer to a GET by its head, or None where uvicorn gets the request; None where uvicorn gets all.
        taking: Whether the peer takes its answers.
        waited_s: How long the peer has not asked, or not gone on with its request, while it was its turn.
        is_unread: Whether an answer waits for the peer to take what was written.
    """

    def __init__(
        self,
        guarded: Any,
        guards: "set[Guard]",
        most_silent_s: float,
        names: OwnNames | None,
        room: Room,
    ) -> None:
        self.refusal: Callable[[bytes], bytes | None] | None = None
        self._guarded = guarded
        self._guards = guards
        self._most_silent_s = most_silent_s
        self._connection = UvicornConnection(guarded)
        self._watch = RequestWatch(names)
        self._transport: asyncio.Transport | None = None
        self._seen: _Resumable | None = None
        self._share = Share(room)
        self.taking = Taking()
        self._unread = b""
        self._read_bytes = 0
        self.waited_s = self._body_s = 0.0
        self._timed = 0
        self.is_unread = False

    def tick(self, passed_s: float) -> None:
        """Some seconds have passed: close where the peer has let us wait for too long."""
        if self._transport is None:
            return
        if self.taking.is_stuck(self._transport, passed_s):
            self._transport.abort()
        if self._transport.is_closing():
            return
        if self._share.counted:
            self._share.hold(self._held_bytes())
        is_waiting = self._is_turn_of_peer(self._transport)
        self.waited_s = self.waited_s + passed_s if is_waiting else 0.0
        if self._watch.begun != self._timed:
            self._timed, self._body_s = self._watch.begun, 0.0
        self._body_s += passed_s if is_waiting and self._watch.is_in_body else 0.0
        if self._watch.is_in_head or self._watch.is_in_body:
            if self.waited_s > MAX_ARRIVAL_S or self._body_s > longest_body_s(self._watch.body_bytes):
                self.give_up()
        elif self.waited_s > self._most_silent_s:
            self.give_up()

    def abort(self) -> None:
        """Close now."""
        if self._transport is not None:
            self._transport.abort()

    def give_up(self) -> None:
        """Close it: others need its place."""
        if self._watch.is_in_head or self._watch.is_in_body:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "the request did not arrive in time")
        elif self._transport is not None:
            self._transport.close()

    def _is_turn_of_peer(self, transport: asyncio.Transport) -> bool:
        if self._unread:
            return False
        is_answered = self._connection.is_silent
        if not self._watch.is_in_body:
            return is_answered
        # While the application does not read, or has not asked for the body yet, the pause is ours.
        return transport.is_reading() and (is_answered or not self._watch.waits_for_continue)

    def _held_bytes(self) -> int:
        """About what this connection holds of requests. What is pipelined is not seen one by one."""
        head = self._watch.head_bytes if self._watch.is_in_head or not self._connection.is_silent else 0
        held = len(self._unread) - self._read_bytes + head + self._connection.body_bytes
        return max(held, self._share.counted) if self._connection.is_pipelined else held

    def _refuse(self, status: HTTPStatus, why: str, *, is_of_unanswered: bool = False) -> None:
        transport = self._transport
        if transport is None:
            return
        if not (self._connection.is_silent or (is_of_unanswered and self._connection.is_unanswered)):
            # The peer would take the refusal for the answer to what it has asked already.
            transport.abort()
            return
        text = why.encode() + b"\n"
        transport.write(_REFUSAL % (status.value, status.phrase.encode(), len(text), text))
        transport.close()

    def _pass_on(self, data: bytes) -> None:
        was_in_head, was_in_body = self._watch.is_in_head, self._watch.is_in_body
        try:
            self._watch.feed(data)
        except Unreadable as error:
            self._refuse(error.status, str(error))
            return
        # A head has one time for the whole of it, so that it cannot come drop by drop.
        if not (was_in_head and self._watch.is_in_head):
            self.waited_s = 0.0
        if self._is_more(data) and not self._share.hold(self._held_bytes() + (0 if self._unread else len(data))):
            why = "the server holds as many bytes of requests as it may"
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, why, is_of_unanswered=was_in_body)
            return
        self._guarded.data_received(data)

    def _is_more(self, data: bytes) -> bool:
        """Whether this connection may hold more than is worth counting."""
        is_partial = self._watch.is_in_body or self._watch.is_in_head or bool(self._unread)
        return is_partial or self._share.counted > 0 or len(data) > UNCOUNTED_BYTES

    # Called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # A cast, since uvloop's transports do not inherit from asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        self._guards.add(self)
        self._seen = _Resumable(self._transport, self._resumed)
        self._guarded.connection_made(self._seen)

    def data_received(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if not self._unread and len(data) <= UNCUT_BYTES:
            if self.refusal is not None and self._is_one_get(data) and (answer := self.refusal(data)) is not None:
                self.waited_s = 0.0
                self._transport.write(answer)
                return
            self._pass_on(data)
        else:
            self._unread += data
            self._read_on()
        if self._transport.get_protocol() is not self:
            self._guards.discard(self)

    def _is_one_get(self, data: bytes) -> bool:
        """Whether it is one whole request without a body, and nothing else is under way: then uvicorn need not know of it."""
        is_whole = data.startswith(b"GET /") and data.find(_HEAD_END) == len(data) - len(_HEAD_END)
        is_idle = self._connection.is_silent and not (self._watch.is_in_head or self._watch.is_in_body)
        return is_whole and is_idle and b"\ncontent-length:" not in (low := data.lower()) and b"\ntransfer-" not in low

    def _read_on(self) -> None:
        """Read what waits, until uvicorn wants no more for now."""
        data = self._unread
        while self._read_bytes < len(data) and self._is_reading:
            end = end_of_piece(data, self._read_bytes, self._watch.body_left)
            self._pass_on(data[self._read_bytes : end])
            self._read_bytes = min(end, len(data))
        self._unread, self._read_bytes = data[self._read_bytes :], 0
        if self._share.counted:
            self._share.hold(self._held_bytes())

    @property
    def _is_reading(self) -> bool:
        transport = self._transport
        if transport is None or transport.is_closing() or transport.get_protocol() is not self:
            return False
        return transport.is_reading()

    def _resumed(self) -> None:
        """Uvicorn wants to read again."""
        if self._unread:
            asyncio.get_running_loop().call_soon(self._read_on)

    def eof_received(self) -> bool | None:
        return cast("bool | None", self._guarded.eof_received())

    def pause_writing(self) -> None:
        self.is_unread = True
        self._guarded.pause_writing()

    def resume_writing(self) -> None:
        self.is_unread = False
        self.taking.has_taken()
        self._guarded.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._guards.discard(self)
        self._unread = b""
        self._share.hold(0)
        if self._seen is not None:
            # Uvicorn tells only the latest of several requests of a connection, and the answer to an earlier one goes on.
            self._seen.write = _let_go
        self._guarded.connection_lost(exc)


def _let_go(_: bytes) -> None:
    """Take in place of a transport what no one reads any more."""


class _Resumable:
    """A transport that tells when its user wants to read again."""

    def __init__(self, transport: asyncio.Transport, resumed: Callable[[], None]) -> None:
        self._transport = transport
        self._resumed = resumed
        # Every answer goes this way.
        self.write: Callable[[bytes], None] = transport.write

    def resume_reading(self) -> None:
        self._transport.resume_reading()
        self._resumed()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
