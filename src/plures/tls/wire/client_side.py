"""TLS on a connection that we make.

Ours as that of the other side is: the event loops drop a connection without the alert that says to the peer what is wrong.
"""

import asyncio
import ssl
from collections.abc import Callable
from typing import Generic, TypeVar

from .sealing import SealingProtocol

P = TypeVar("P", bound=asyncio.Protocol)


class TlsClientProtocol(SealingProtocol, Generic[P]):
    """One connection, over which another protocol talks when the peer is known.

    Args:
        host: What the peer is called: for its choice of a certificate, and compared with that where the context says so.
        make: Makes the protocol.
    """

    def __init__(self, context: ssl.SSLContext, host: str, make: Callable[[], P]) -> None:
        super().__init__()
        self._context = context
        self._host = host
        self._make = make
        self._opened: asyncio.Future[P] = asyncio.get_running_loop().create_future()

    async def opened(self) -> P:
        """The protocol, once the handshake is through; raises `OSError`, and the connection is closed then."""
        try:
            return await self._opened
        except BaseException:
            self._transport.abort()
            raise

    # Called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        try:
            self._tls = self._context.wrap_bio(self._incoming, self._outgoing, server_hostname=self._host)
        except ValueError as error:
            # A host name that is none.
            self._fail(OSError(str(error)))
            return
        self._shake_hands(self._tls)

    def data_received(self, data: bytes) -> None:
        self._incoming.write(data)
        if self._carried is not None:
            self._read(len(data))
        elif self._tls is not None and not self._opened.done():
            self._shake_hands(self._tls)

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(
            exc if isinstance(exc, OSError) else ConnectionResetError("it closes the connection in the handshake")
        )
        super().connection_lost(exc)

    def _shake_hands(self, tls: ssl.SSLObject) -> None:
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            self._flush()
        except ssl.SSLError as error:
            # The alert, which says to the peer what is wrong.
            self._flush()
            self._transport.close()
            self._fail(error)
        else:
            self._flush()
            carried = self._make()
            self._carry(carried, tls, tls.getpeercert())
            if not self._opened.done():
                self._opened.set_result(carried)
            if self._incoming.pending:
                self._read()

    def _fail(self, error: OSError) -> None:
        if not self._opened.done():
            self._opened.set_exception(error)
            # Nothing waits for it where the attempt was given up.
            self._opened.exception()
