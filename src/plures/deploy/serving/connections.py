"""What a listener asks of the connections that it has accepted."""

from typing import Any, Protocol

from plures.http import HttpServerProtocol
from plures.tls import TlsServerProtocol


class Connection(Protocol):
    """One accepted connection. `HttpServerProtocol` and `TlsServerProtocol` are such as they stand; those of uvicorn are adapted."""

    @property
    def is_silent(self) -> bool:
        """Whether it waits for a request."""
        ...

    def tick(self, passed_s: float) -> None:
        """Learn that some seconds have passed."""
        ...

    def shutdown(self) -> None:
        """Close after the answer to what was asked; at once where nothing was."""
        ...

    def abort(self) -> None:
        """Close now."""
        ...


class UvicornConnection:
    """A connection of one of uvicorn's protocol classes, for HTTP or for web sockets.

    Uvicorn's own server uses their `shutdown` and `transport`. Their `cycle`, the latest exchange of a connection for HTTP, and
    their `pipeline` of those that wait are read here alone: nothing else says which connections wait for a request, or hold one.
    """

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol

    @property
    def is_silent(self) -> bool:
        """Never true of a web socket: that is told to close at once."""
        if not hasattr(self._protocol, "cycle"):
            return False
        cycle = self._protocol.cycle
        return cycle is None or bool(cycle.response_complete)

    @property
    def is_unanswered(self) -> bool:
        """Whether it has one request, and no answer to it has begun."""
        cycle = self._protocol.cycle
        return cycle is not None and not cycle.response_started and not self.is_pipelined

    @property
    def is_pipelined(self) -> bool:
        """Whether requests wait behind the one that is being answered."""
        return bool(getattr(self._protocol, "pipeline", ()))

    @property
    def body_bytes(self) -> int:
        """How much of the latest body the application has not taken yet."""
        return 0 if self._protocol.cycle is None else len(self._protocol.cycle.body)

    def tick(self, passed_s: float) -> None:
        """`Guard` counts the time of these connections."""

    def shutdown(self) -> None:
        self._protocol.shutdown()

    def abort(self) -> None:
        self._protocol.transport.abort()


def as_connection(protocol: object) -> Connection:
    """What a protocol class has put among the connections of its server, as this package uses it."""
    return protocol if isinstance(protocol, HttpServerProtocol | TlsServerProtocol) else UvicornConnection(protocol)
