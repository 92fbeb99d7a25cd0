"""What `http.client` and urllib3 (so requests, too) take for a socket: the other end is a service of this process."""

import io
import queue
import socket
from typing import Any

from .book import Origin, refuse_to_hold
from .callee import Callee
from .wire import Wire


class MemorySocket:
    """The client's end of a connection without a socket. It carries one request."""

    def __init__(self, callee: Callee, origin: Origin, timeout: float | None) -> None:
        refuse_to_hold(callee)
        self._callee = callee
        self.timeout = timeout
        self.arrived: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._wire = Wire(callee, origin, self)
        self._files = 0
        self._is_closed = False

    def read(self, data: bytes) -> None:
        self.arrived.put(data)

    def closed(self) -> None:
        self.arrived.put(b"")

    def sendall(self, data: Any, flags: int = 0) -> None:
        del flags
        self._callee.post(self._wire.data, bytes(data))

    def makefile(self, mode: str = "r", buffering: int | None = None, **_: Any) -> io.BufferedReader:
        del mode, buffering
        self._files += 1
        return io.BufferedReader(_Arriving(self))

    def settimeout(self, timeout: float | None) -> None:
        self.timeout = timeout

    def gettimeout(self) -> float | None:
        return self.timeout

    def setsockopt(self, *_: Any) -> None:
        """Do nothing: there is no socket."""

    def shutdown(self, how: int) -> None:
        del how
        self._callee.post(self._wire.leave)

    def close(self) -> None:
        """What was made of it may still be read, as of a socket."""
        self._is_closed = True
        self.file_closed(0)

    def file_closed(self, files: int = 1) -> None:
        self._files -= files
        if self._is_closed and self._files <= 0:
            self._callee.post(self._wire.leave)

    def taken(self, size: int) -> None:
        self._callee.post(self._wire.taken, size)


class _Arriving(io.RawIOBase):
    """What the service has answered so far."""

    def __init__(self, end: MemorySocket) -> None:
        self._end = end
        self._rest = b""
        self._is_over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest and not self._is_over:
            try:
                self._rest = self._end.arrived.get(timeout=self._end.timeout)
            except queue.Empty:
                message = "timed out"
                raise TimeoutError(message) from None
            self._is_over = not self._rest
            self._end.taken(len(self._rest))
        part = self._rest[: len(buffer)]
        buffer[: len(part)] = part
        self._rest = self._rest[len(part) :]
        return len(part)

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._end.file_closed()


def timeout_of(value: Any) -> float | None:
    """The timeout of a connection: of sockets in general where it says nothing."""
    return value if value is None or isinstance(value, int | float) else socket.getdefaulttimeout()
