"""What stands between the event loop and a connection of uvicorn: limits that uvicorn does not have.

A peer gets `MAX_ARRIVAL_S` for the head of a request and for each pause in its body, `MAX_UNREAD_S` for each pause in taking the
answer, and the time of a kept connection for asking at all. Heads are held to the limits of the control listener. The guard hands
the bytes on as they came; when uvicorn makes the connection a web socket, the guard is out of it.
"""

import asyncio
from http import HTTPStatus
from typing import Any, Final, cast

from plures.http import MAX_ARRIVAL_S, MAX_UNREAD_S, OwnNames, RequestWatch, Unreadable

from .connections import UvicornConnection

_REFUSAL: Final = (
    b"HTTP/1.1 %d %b\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"
)


class Guard(asyncio.Protocol):
    """Guards one connection. The event loop calls it in place of uvicorn's protocol.

    Args:
        guarded: One of uvicorn's protocols for HTTP.
        guards: All guards of the listener; the guard is in it while the connection is open.
        most_silent_s: Most time without a request.
        names: Whom requests may ask for; None where they may ask for anyone.

    Attributes:
        is_unread: Whether an answer waits for the peer to take what was written.
    """

    def __init__(self, guarded: Any, guards: "set[Guard]", most_silent_s: float, names: OwnNames | None) -> None:
        self._guarded = guarded
        self._guards = guards
        self._most_silent_s = most_silent_s
        self._connection = UvicornConnection(guarded)
        self._watch = RequestWatch(names)
        self._transport: asyncio.Transport | None = None
        self._waited_s = self._unread_s = 0.0
        self.is_unread = False

    def tick(self, passed_s: float) -> None:
        """Some seconds have passed: close where the peer has let us wait for too long."""
        if self._transport is None or self._transport.is_closing():
            return
        self._unread_s = self._unread_s + passed_s if self.is_unread else 0.0
        self._waited_s = self._waited_s + passed_s if self._is_turn_of_peer(self._transport) else 0.0
        if self._unread_s > MAX_UNREAD_S:
            self._transport.abort()
        elif self._watch.is_in_head or self._watch.is_in_body:
            if self._waited_s > MAX_ARRIVAL_S:
                self._refuse(HTTPStatus.REQUEST_TIMEOUT, "the request did not arrive in time")
        elif self._waited_s > self._most_silent_s:
            self._transport.close()

    def _is_turn_of_peer(self, transport: asyncio.Transport) -> bool:
        is_answered = self._connection.is_silent
        if not self._watch.is_in_body:
            return is_answered
        # While the application does not read, or has not asked for the body yet, the pause is ours.
        return transport.is_reading() and (is_answered or not self._watch.waits_for_continue)

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        transport = self._transport
        if transport is None:
            return
        if not self._connection.is_silent:
            # The peer would take the refusal for the answer to what it has asked already.
            transport.abort()
            return
        text = why.encode() + b"\n"
        transport.write(_REFUSAL % (status.value, status.phrase.encode(), len(text), text))
        transport.close()

    # Called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # A cast, since uvloop's transports do not inherit from asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        self._guards.add(self)
        self._guarded.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        was_in_head = self._watch.is_in_head
        try:
            self._watch.feed(data)
        except Unreadable as error:
            self._refuse(error.status, str(error))
            return
        # A head has one time for the whole of it, so that it cannot come drop by drop.
        if not (was_in_head and self._watch.is_in_head):
            self._waited_s = 0.0
        self._guarded.data_received(data)
        if self._transport.get_protocol() is not self:
            self._guards.discard(self)

    def eof_received(self) -> bool | None:
        return cast("bool | None", self._guarded.eof_received())

    def pause_writing(self) -> None:
        self.is_unread = True
        self._guarded.pause_writing()

    def resume_writing(self) -> None:
        self.is_unread = False
        self._guarded.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._guards.discard(self)
        self._guarded.connection_lost(exc)
