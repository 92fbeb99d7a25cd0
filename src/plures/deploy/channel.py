"""What a supervisor and its replicas say to each other: one JSON object per line, both ways, over an inherited socket pair.

The end of the stream is a message too: the other side is gone.
"""

import asyncio
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from plures.host import Placement
from plures.logs import LogSettings
from plures.topology import ApplicationFacts

EndpointUrls = dict[str, tuple[str, ...]]
"""Capability → base URLs of the replicas that are ready now. A capability without a ready replica is listed with none."""


class Configure(msgspec.Struct, frozen=True, tag="configure"):
    """The first message to a replica: what to run.

    Attributes:
        application: Import string, `package.module:name`.
        import_path: What `sys.path` is in the supervisor, so that both import the same modules; names that are no UTF-8 as
            `travelling` spells them.
        control_descriptor: Inherited listening socket of the control application.
        peer_descriptor: A Unix socket of the control application, for the other replicas; None where these use the port.
        public_descriptor: Inherited listening socket of the edge, when this replica hosts it.
        grace_s: Most time for requests in flight, once asked to stop.
        name: Process and replica number, `search.1`.
        logs: How it logs.
        tells_every_s: How often it says how busy it is, in seconds; 0 for never.
    """

    application: str
    import_path: tuple[str, ...]
    placement: Placement
    control_descriptor: int
    peer_descriptor: int | None
    public_descriptor: int | None
    grace_s: float
    name: str = ""
    logs: LogSettings = msgspec.field(default_factory=LogSettings)
    tells_every_s: float = 0.0


class Update(msgspec.Struct, frozen=True, tag="update"):
    """To a replica: the endpoints have changed; these are all of them. It answers `Updated` with the same number."""

    number: int
    endpoints: EndpointUrls


class LetGo(msgspec.Struct, frozen=True, tag="let_go"):
    """To a replica: end these capabilities, whose calls wait until `Become`. It answers `Turned` with the same number.

    Attributes:
        within_s: Most time for the calls under way; when they take longer, all stays as it is.
    """

    number: int
    capabilities: tuple[str, ...]
    within_s: float


class Become(msgspec.Struct, frozen=True, tag="become"):
    """To a replica: host what this says, and find the rest where it says. It answers `Turned` with the same number."""

    number: int
    placement: Placement


class Lead(msgspec.Struct, frozen=True, tag="lead"):
    """To a replica: do from now on what one replica of its process does, or know that another one does, and has begun."""

    leads: bool


class OpenEdge(msgspec.Struct, frozen=True, tag="open_edge"):
    """To a replica: accept requests of the public as soon as it is ready: all that the edge may call has been ready once."""


class CloseEdge(msgspec.Struct, frozen=True, tag="close_edge"):
    """To a replica: answer the requests of the public, and accept no more of them; keep serving the other replicas."""


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """To a replica: answer everything that was asked, then end. Its end is the answer."""


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """To the supervisor: this replica accepts calls from now on."""


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """To the supervisor: this replica cannot start; the fields of the `PluresError` say why."""

    code: str
    what: str
    why: str
    fix: str


class Updated(msgspec.Struct, frozen=True, tag="updated"):
    """To the supervisor: calls that begin from now on use the endpoints of that `Update`, or of a later one."""

    number: int


class Busy(msgspec.Struct, frozen=True, tag="busy"):
    """To the supervisor: what this replica has done since it was ready, and what it does now.

    Attributes:
        arrived: Calls and requests that came over the wire, so far.
        finished: Those that are over.
        in_flight: Those that are in progress, or wait for a place.
        cpu_s: Processor time that it took, in seconds.
    """

    arrived: int
    finished: int
    in_flight: int
    cpu_s: float


class Turned(msgspec.Struct, frozen=True, tag="turned"):
    """To the supervisor: what `LetGo` or `Become` of that number asked for is done, or has failed, and then nothing has changed."""

    number: int
    failure: Failed | None = None


class EdgeClosed(msgspec.Struct, frozen=True, tag="edge_closed"):
    """To the supervisor: the public has all its answers."""


class Rehearse(msgspec.Struct, frozen=True, tag="rehearse"):
    """To a process that looks at the code as it is on disk: what to import, as in `Configure`."""

    application: str
    import_path: tuple[str, ...]


class Rehearsed(msgspec.Struct, frozen=True, tag="rehearsed"):
    """To the supervisor: what the application is by that code."""

    facts: ApplicationFacts


ToReplica = Configure | Update | LetGo | Become | Lead | OpenEdge | CloseEdge | Stop
ToSupervisor = Ready | Failed | Updated | Turned | EdgeClosed | Busy
Out = TypeVar("Out", bound=msgspec.Struct)
In = TypeVar("In", bound=msgspec.Struct)

_LINE_BYTES = 4 * 1024 * 1024


def travelling(path: str | Path) -> str:
    """The path of a file as text that JSON can carry: its bytes, one character each, since it need not be UTF-8."""
    return os.fsencode(path).decode("latin-1")


def import_path() -> tuple[str, ...]:
    """The `sys.path` of this process, each entry as `travelling` spells it; without entries that are no text, as Python ignores them."""
    entries: list[object] = [*sys.path]
    return tuple(travelling(entry) for entry in entries if isinstance(entry, str))


def arrived(text: str) -> str:
    """The path that `travelling` has spelled."""
    return os.fsdecode(text.encode("latin-1"))


def _from_text(kind: type, text: Any) -> object:
    return kind(arrived(text))


# What JSON has no form for is a folder's path.
_encoder = msgspec.json.Encoder(enc_hook=travelling)
_to_replica = msgspec.json.Decoder(ToReplica, dec_hook=_from_text)
_to_supervisor = msgspec.json.Decoder(ToSupervisor)


class Channel(Generic[Out, In]):
    """One end of the socket pair."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, decoder: msgspec.json.Decoder[In]
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._decoder = decoder

    def send(self, message: Out) -> None:
        """Queue a message. Nothing happens when the other side is gone: `receive` finds that out."""
        if not self._writer.is_closing():
            self._writer.write(_encoder.encode(message) + b"\n")

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
    return Channel(*await asyncio.open_unix_connection(sock=sock, limit=_LINE_BYTES), _to_supervisor)


async def to_supervisor(sock: socket.socket) -> Channel[ToSupervisor, ToReplica]:
    """The replica's end."""
    return Channel(*await asyncio.open_unix_connection(sock=sock, limit=_LINE_BYTES), _to_replica)
