"""TLS between a plain transport and the protocol that it carries, on `ssl.MemoryBIO`; each side shakes hands in its own way."""

import asyncio
import ssl
from contextlib import suppress
from typing import Any, Final, cast

_RECORD_BYTES: Final = 16 * 1024


class SealingProtocol(asyncio.Protocol):
    """One connection. The event loop calls the public methods, and so does the transport that the carried protocol gets."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None
        self._carried: asyncio.Protocol | None = None
        self._failure: ssl.SSLError | None = None
        self.is_paused = False

    # Called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # A cast, since uvloop's transports do not inherit from asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._carried is not None:
            self._carried.connection_lost(self._failure or exc)
        self._carried = self._tls = None

    def pause_writing(self) -> None:
        if self._carried is not None:
            self._carried.pause_writing()

    def resume_writing(self) -> None:
        if self._carried is not None:
            self._carried.resume_writing()

    # The end of the handshake

    def _carry(self, carried: asyncio.Protocol, tls: ssl.SSLObject, certificate: object) -> None:
        """Let a protocol talk from now on."""
        self._carried = carried
        sealed: Any = _Sealed(self, self._transport, tls, certificate)
        carried.connection_made(sealed)

    # Bytes

    def _read(self, size: int = _RECORD_BYTES) -> None:
        """Unseal what has arrived, some `size` bytes; there is no more in it than there was sealed."""
        tls, carried, incoming = self._tls, self._carried, self._incoming
        if tls is None or carried is None or self.is_paused:
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
        except ssl.SSLError as error:
            # Its end, what the peer does not like, or bytes that are no TLS.
            has_ended = True
            if not isinstance(error, ssl.SSLZeroReturnError):
                self._failure = error
        if self._outgoing.pending:
            self._flush()
        if pieces:
            carried.data_received(pieces[0] if len(pieces) == 1 else b"".join(pieces))
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
    """What the carried protocol writes to, as far as protocols use a transport."""

    def __init__(
        self, connection: SealingProtocol, under: asyncio.Transport, tls: ssl.SSLObject, certificate: object
    ) -> None:
        self._connection = connection
        self._under = under
        self._own = {"ssl_object": tls, "peercert": certificate}
        # All that is said goes this way.
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
