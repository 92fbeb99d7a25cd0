"""What a supervisor and its replicas say to each other: one JSON object per line, both ways, over an inherited socket pair.

The end of the stream is a message too: the other side is gone.
"""

import asyncio
import socket
from contextlib import suppress
from typing import Generic, TypeVar

import msgspec

EndpointUrls = dict[str, tuple[str, ...]]
"""Capability → base URLs of the replicas that are ready now. A capability with nobody ready is there, with none."""


class Configure(msgspec.Struct, frozen=True, tag="configure"):
    """The first message to a replica: what to run.

    Attributes:
        application: Import string, `package.module:name`.
        import_path: What `sys.path` is in the supervisor, so that both import the same modules.
        control_descriptor: Inherited listening socket of the control application.
        peer_descriptor: The same once more, as a Unix socket for the other replicas.
        public_descriptor: The same of the edge, when this replica hosts it.
        grace_s: Most time for requests in flight, once asked to stop.
    """

    application: str
    import_path: tuple[str, ...]
    capabilities: frozenset[str]
    edge: bool
    data: str
    mode: str
    endpoints: EndpointUrls
    control_descriptor: int
    peer_descriptor: int
    public_descriptor: int | None
    grace_s: float


class Update(msgspec.Struct, frozen=True, tag="update"):
    """To a replica: who can be called has changed; these are all of them. It answers `Updated` with the same number."""

    number: int
    endpoints: EndpointUrls


class CloseEdge(msgspec.Struct, frozen=True, tag="close_edge"):
    """To a replica: answer what the public has asked, and accept no more; keep serving the other replicas."""


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """To a replica: answer everything that was asked, then end. Its end is the answer."""


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """To the supervisor: calls are accepted from now on."""


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """To the supervisor: this replica cannot start; the fields of the `PluresError` say why."""

    code: str
    what: str
    why: str
    fix: str


class Updated(msgspec.Struct, frozen=True, tag="updated"):
    """To the supervisor: calls that begin from now on use the endpoints of that `Update`, or of a later one."""

    number: int


class EdgeClosed(msgspec.Struct, frozen=True, tag="edge_closed"):
    """To the supervisor: the public has all its answers."""


ToReplica = Configure | Update | CloseEdge | Stop
ToSupervisor = Ready | Failed | Updated | EdgeClosed
Out = TypeVar("Out", bound=msgspec.Struct)
In = TypeVar("In", bound=msgspec.Struct)

_LINE_BYTES = 4 * 1024 * 1024


class Channel(Generic[Out, In]):
    """One end of the socket pair."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, decoder: msgspec.json.Decoder[In]
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._decoder = decoder

    def send(self, message: Out) -> None:
        """Queue a message. Nothing happens when the other side is gone: that is found out by `receive`."""
        if not self._writer.is_closing():
            self._writer.write(msgspec.json.encode(message) + b"\n")

    async def flush(self) -> None:
        """Wait until what was sent has left this process."""
        with suppress(OSError):
            await self._writer.drain()

    async def receive(self) -> In | None:
        """The next message; None when the other side is gone."""
        try:
            line = await self._reader.readline()
        except OSError:
            return None
        # A line without its end was cut off by the death of the other side.
        return self._decoder.decode(line) if line.endswith(b"\n") else None

    async def close(self) -> None:
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()


async def to_replica(sock: socket.socket) -> Channel[ToReplica, ToSupervisor]:
    """The supervisor's end."""
    reader, writer = await asyncio.open_unix_connection(sock=sock, limit=_LINE_BYTES)
    return Channel(reader, writer, msgspec.json.Decoder(ToSupervisor))


async def to_supervisor(sock: socket.socket) -> Channel[ToSupervisor, ToReplica]:
    """The replica's end."""
    reader, writer = await asyncio.open_unix_connection(sock=sock, limit=_LINE_BYTES)
    return Channel(reader, writer, msgspec.json.Decoder(ToReplica))
