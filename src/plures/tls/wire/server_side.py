"""TLS on an accepted connection: the protocol between a plain transport and the protocol that answers.

Ours, since the event loops close a connection whose handshake fails without the alert that says why, so that a caller could not tell
whether its request was read; nor do they say on this side who was refused (docs/adr/0030-tls.md).
"""

import asyncio
import logging
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final, cast

from plures.tls.reasons import reason
from plures.tls.toward import MOST_AGE_S

from .sealing import SealingProtocol

HANDSHAKE_S: Final = 10.0
MOST_HANDSHAKES: Final = 1000
_HANDSHAKE: Final = 0x16
_HEAD_BYTES: Final = 5
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


class TlsServerProtocol(SealingProtocol):
    """One connection. The event loop and the listener call the public methods."""

    is_silent = True

    def __init__(self, handshakes: Handshakes) -> None:
        super().__init__()
        self._handshakes = handshakes
        self._ending: asyncio.TimerHandle | None = None
        self._waited_s = 0.0
        self._is_refused = False
        self._head = b""

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
        super().connection_made(transport)
        self._peername = transport.get_extra_info("peername")
        self._handshakes.begin(self)

    def data_received(self, data: bytes) -> None:
        if self._carried is not None:
            self._incoming.write(data)
            self._read(len(data))
        elif not (self._is_refused or self._transport.is_closing()):
            self._shake_hands(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._handshakes.end(self)
        if self._ending is not None:
            self._ending.cancel()
        super().connection_lost(exc)

    # Handshake

    def _shake_hands(self, data: bytes) -> None:
        if self._tls is None:
            if not self._head and data[0] != _HANDSHAKE:
                self._transport.write(self._handshakes.plain)
                self._refuse("it speaks plain HTTP, and this listener TLS")
                return
            self._incoming.write(data)
            self._head += data[: _HEAD_BYTES - len(self._head)]
            # Who sends a part and waits gets no more memory than that part takes.
            if self._incoming.pending < _HEAD_BYTES + int.from_bytes(self._head[3:], "big"):
                return
            self._tls = self._handshakes.context().wrap_bio(self._incoming, self._outgoing, server_side=True)
        else:
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
        self._handshakes.end(self)
        certificate = tls.getpeercert()
        self._carry(self._handshakes.make(), tls, certificate)
        self._ending = asyncio.get_running_loop().call_later(_longest_s(certificate), self._end_of_life)
        if self._incoming.pending:
            self._read()

    def _end_of_life(self) -> None:
        """Say with the next answer that it is the last one."""
        shutdown = getattr(self._carried, "shutdown", None)
        if shutdown is not None:
            shutdown()


def _longest_s(certificate: Any) -> float:
    """How long a connection may live: no longer than the certificate of its peer."""
    if not certificate:
        return _MOST_AGE_S
    ends = ssl.cert_time_to_seconds(certificate["notAfter"])
    return max(0.0, min(_MOST_AGE_S, ends - datetime.now(UTC).timestamp()))
