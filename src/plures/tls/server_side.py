"""TLS on an accepted connection: the protocol between a plain transport and the protocol that answers.

Ours, since the event loops close a connection whose handshake fails without the alert that says why, so that a caller could not tell
whether its request was read; nor do they say on this side who was refused (docs/adr/0030-tls.md).
"""

import asyncio
import logging
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final, cast

from .reasons import reason
from .toward import MOST_AGE_S

HANDSHAKE_S: Final = 10.0
MOST_HANDSHAKES: Final = 1000
_HANDSHAKE: Final = 0x16
_RECORD_BYTES: Final = 16 * 1024
_LINGER_S: Final = 1.0
_TELL_AGAIN_S: Final = 10.0
# Longer than callers of ours keep a connection, so that it is they who end it.
_MOST_AGE_S: Final = 2 * MOST_AGE_S
_log = logging.getLogger("plures.tls")


class Handshakes:
    """What the connections of one listener share.

    Args:
        context: Gives the context for the next handshake.
        make: Makes the protocol that answers.
        plain: What is written to a peer that does not speak TLS.
        open_connections: Of the listener; a connection is in it while its handshake lasts, and then what `make` made is.
    """

    def __init__(
        self,
        context: Callable[[], ssl.SSLContext],
        make: Callable[[], asyncio.Protocol],
        plain: bytes,
        open_connections: set[Any],
    ) -> None:
        self.context = context
        self.make = make
        self.plain = plain
        self.open_connections = open_connections
        self._under_way: dict[TlsServerProtocol, None] = {}
        self._told: dict[str, float] = {}

    def begin(self, connection: "TlsServerProtocol") -> None:
        """A peer has connected. Where too many have not come to an end, the oldest gives way."""
        if len(self._under_way) >= MOST_HANDSHAKES:
            next(iter(self._under_way)).abort()
        self._under_way[connection] = None
        self.open_connections.add(connection)

    def end(self, connection: "TlsServerProtocol") -> None:
        """Its handshake has ended, or the connection has."""
        self._under_way.pop(connection, None)
        self.open_connections.discard(connection)

    def tell(self, address: object, why: str) -> None:
        """Log why a peer was refused; of many alike, some."""
        now = monotonic()
        if now - self._told.get(why, -_TELL_AGAIN_S) < _TELL_AGAIN_S:
            return
        self._told[why] = now
        host = cast("tuple[object, ...]", address)[0] if isinstance(address, tuple) else address
        _log.warning("a connection from %s was refused: %s", host, why)


class TlsServerProtocol(asyncio.Protocol):
    """One connection. The event loop and the listener call the public methods."""

    is_silent = True

    def __init__(self, handshakes: Handshakes) -> None:
        self._handshakes = handshakes
        self._transport: asyncio.Transport
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None
        self._answering: asyncio.Protocol | None = None
        self._ending: asyncio.TimerHandle | None = None
        self._waited_s = 0.0
        self._is_refused = False
        self.is_paused = False

    # Called by the listener while the handshake lasts

    def tick(self, passed_s: float) -> None:
        """Some seconds have passed: close where the peer lets the handshake wait for too long."""
        self._waited_s += passed_s
        if self._waited_s > HANDSHAKE_S:
            self._handshakes.tell(self._peername, "it did not finish the handshake of TLS in time")
            self.abort()

    def shutdown(self) -> None:
        """Close: the listener stops."""
        self._transport.close()

    def abort(self) -> None:
        """Close now."""
        self._handshakes.end(self)
        self._transport.abort()

    # Called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # A cast, since uvloop's transports do not inherit from asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        self._peername = transport.get_extra_info("peername")
        self._handshakes.begin(self)

    def data_received(self, data: bytes) -> None:
        if self._answering is not None:
            self._incoming.write(data)
            self._read(len(data))
        elif not (self._is_refused or self._transport.is_closing()):
            self._shake_hands(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._handshakes.end(self)
        if self._ending is not None:
            self._ending.cancel()
        if self._answering is not None:
            self._answering.connection_lost(exc)
        self._answering = self._tls = None

    def pause_writing(self) -> None:
        if self._answering is not None:
            self._answering.pause_writing()

    def resume_writing(self) -> None:
        if self._answering is not None:
            self._answering.resume_writing()

    # Handshake

    def _shake_hands(self, data: bytes) -> None:
        if self._tls is None:
            if data[0] != _HANDSHAKE:
                self._transport.write(self._handshakes.plain)
                self._refuse("it speaks plain HTTP, and this listener TLS")
                return
            self._tls = self._handshakes.context().wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._incoming.write(data)
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._flush()
        except ssl.SSLError as error:
            # The alert, which says to the peer what is wrong.
            self._flush()
            self._refuse(reason(error))
        else:
            self._flush()
            self._open(self._tls)

    def _refuse(self, why: str) -> None:
        """Close in a while: closed at once with bytes unread, the peer might lose what was said to it."""
        self._is_refused = True
        self._handshakes.tell(self._peername, why)
        self._transport.write_eof()
        self._ending = asyncio.get_running_loop().call_later(_LINGER_S, self._transport.close)

    def _open(self, tls: ssl.SSLObject) -> None:
        answering = self._answering = self._handshakes.make()
        self._handshakes.end(self)
        certificate = tls.getpeercert()
        sealed: Any = _Sealed(self, self._transport, tls, certificate)
        answering.connection_made(sealed)
        self._ending = asyncio.get_running_loop().call_later(_longest_s(certificate), self._end_of_life)
        if self._incoming.pending:
            self._read()

    def _end_of_life(self) -> None:
        """Say with the next answer that it is the last one."""
        shutdown = getattr(self._answering, "shutdown", None)
        if shutdown is not None:
            shutdown()

    # Bytes

    def _read(self, size: int = _RECORD_BYTES) -> None:
        """Unseal what has arrived, some `size` bytes; there is no more in it than there was sealed."""
        tls, answering, incoming = self._tls, self._answering, self._incoming
        if tls is None or answering is None or self.is_paused:
            return
        pieces: list[bytes] = []
        has_ended = False
        try:
            while piece := tls.read(min(size, _RECORD_BYTES)):
                pieces.append(piece)
                # To read without need raises an error, which costs more than all the rest here.
                if not (incoming.pending or tls.pending()):
                    break
            else:
                has_ended = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:
            # Its end, or bytes that are no TLS.
            has_ended = True
        if self._outgoing.pending:
            self._flush()
        if pieces:
            answering.data_received(pieces[0] if len(pieces) == 1 else b"".join(pieces))
        if has_ended:
            self._transport.close()

    def read_on(self) -> None:
        """Read what has arrived while reading was paused."""
        self.is_paused = False
        if self._incoming.pending or (self._tls is not None and self._tls.pending()):
            asyncio.get_running_loop().call_soon(self._read)

    def write(self, data: bytes) -> None:
        """Seal and send."""
        tls = self._tls
        if tls is None or self._transport.is_closing():
            return
        sent = tls.write(data)
        while sent < len(data):
            sent += tls.write(memoryview(data)[sent:])
        self._transport.write(self._outgoing.read())

    def say_goodbye(self) -> None:
        """Send the end of TLS, so that the peer knows that nothing is missing."""
        if self._tls is None or self._transport.is_closing():
            return
        # It would wait for the end that the peer says.
        with suppress(ssl.SSLError):
            self._tls.unwrap()
        self._flush()

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._transport.write(self._outgoing.read())


class _Sealed:
    """What the protocol that answers writes to, as far as protocols use a transport."""

    def __init__(
        self, connection: TlsServerProtocol, under: asyncio.Transport, tls: ssl.SSLObject, certificate: object
    ) -> None:
        self._connection = connection
        self._under = under
        self._own = {"ssl_object": tls, "peercert": certificate}
        # Every answer goes this way.
        self.write = connection.write
        self.is_closing = under.is_closing
        self.get_write_buffer_size = under.get_write_buffer_size
        self.abort = under.abort

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        own = self._own.get(name)
        return self._under.get_extra_info(name, default) if own is None else own

    def pause_reading(self) -> None:
        self._connection.is_paused = True
        self._under.pause_reading()

    def resume_reading(self) -> None:
        self._under.resume_reading()
        self._connection.read_on()

    def is_reading(self) -> bool:
        return self._under.is_reading()

    def close(self) -> None:
        self._connection.say_goodbye()
        self._under.close()


def _longest_s(certificate: Any) -> float:
    """How long a connection may live: no longer than the certificate of its peer."""
    if not certificate:
        return _MOST_AGE_S
    ends = ssl.cert_time_to_seconds(certificate["notAfter"])
    return max(0.0, min(_MOST_AGE_S, ends - datetime.now(UTC).timestamp()))
