"""aiohttp: `BaseConnector.connect`, from which a session gets the connection for each request."""

import asyncio
import errno
import threading
from collections.abc import Callable, Iterable
from typing import Any

from .book import Answering, Book, Elsewhere, Origin, origin
from .callee import Callee
from .wire import Wire


class MemoryTransport(asyncio.Transport):
    """The client's end of a connection without a socket, whose other end is a service of this process."""

    def __init__(self, callee: Callee, at: Origin, protocol: Any) -> None:
        super().__init__()
        self._callee = callee
        self._protocol: Any = protocol
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._wire = Wire(callee, at, self)
        self._is_closing = False
        self._is_paused = False
        self._waiting: list[bytes] = []
        self._has_ended = False

    def read(self, data: bytes) -> None:
        self._here(self._read, data)

    def closed(self) -> None:
        self._here(self._closed)

    def write(self, data: Any) -> None:
        self._callee.post(self._wire.data, bytes(data))

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        self.write(b"".join(list_of_data))

    def can_write_eof(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return self._is_closing

    def is_reading(self) -> bool:
        return not self._is_paused

    def pause_reading(self) -> None:
        self._is_paused = True

    def resume_reading(self) -> None:
        self._is_paused = False
        waiting, self._waiting = self._waiting, []
        for data in waiting:
            self._read(data)
        if self._has_ended and not self._is_paused:
            self._closed()

    def close(self) -> None:
        if not self._is_closing:
            self._is_closing = True
            self._callee.post(self._wire.leave)
            self._loop.call_soon(self._protocol.connection_lost, None)

    def abort(self) -> None:
        self.close()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        protocol: asyncio.BaseProtocol = self._protocol
        return protocol

    def _here(self, call: Callable[..., None], *arguments: Any) -> None:
        # Later also on the same loop: the client may be about to write more.
        if threading.get_ident() == self._thread:
            self._loop.call_soon(call, *arguments)
        else:
            self._loop.call_soon_threadsafe(call, *arguments)

    def _read(self, data: bytes) -> None:
        if self._is_closing:
            return
        if self._is_paused:
            self._waiting.append(data)
            return
        self._callee.post(self._wire.taken, len(data))
        self._protocol.data_received(data)

    def _closed(self) -> None:
        if self._is_paused:
            self._has_ended = True
        elif not self._is_closing:
            self._is_closing = True
            self._protocol.connection_lost(None)


async def connection_to(connector: Any, request: Any, answering: Answering, at: Origin) -> Any:
    """A connection for one request. Raises aiohttp.ClientConnectorError where the service is not there."""
    import aiohttp
    from aiohttp.client_proto import ResponseHandler
    from aiohttp.connector import Connection

    loop = asyncio.get_running_loop()
    protocol: Any = ResponseHandler(loop)
    try:
        if isinstance(answering, Elsewhere):
            await loop.create_connection(lambda: protocol, answering.host, answering.port)
        elif not answering.is_up:
            raise ConnectionRefusedError(errno.ECONNREFUSED, f"Connect call failed {at[1:]}")
        else:
            protocol.connection_made(MemoryTransport(answering, at, protocol))
    except OSError as error:
        raise aiohttp.ClientConnectorError(request.connection_key, error) from error
    return Connection(connector, request.connection_key, protocol, loop)


def found(book: Book, request: Any) -> tuple[Answering, Origin] | None:
    """Who answers a request; None where that is none of ours."""
    url = request.url
    at = origin(url.scheme, url.host or "", url.port)
    answering = book.get(at)
    return None if answering is None else (answering, at)
