"""What a supervisor and its preloaded processes say to each other: one JSON object per message, over an inherited socket pair.

A preloaded process has imported what replicas need, and becomes one by forking whenever it is asked to.
"""

import socket
from collections.abc import Sequence

import msgspec

from plures.logs import LogSettings

MOST_BYTES = 200 * 1024
_MOST_DESCRIPTORS = 16

OUTPUTS = (1, 2)
"""Standard output and standard error."""


class Prepare(msgspec.Struct, frozen=True, tag="prepare"):
    """The first message to a preloaded process. It answers `Prepared`.

    Attributes:
        import_path: As `Configure` has it.
        application: What it imports besides Plures; empty for nothing.
        logs: How replicas log.
    """

    import_path: tuple[str, ...]
    application: str
    logs: LogSettings


class Fork(msgspec.Struct, frozen=True, tag="fork"):
    """To a preloaded process: become a replica. It answers `Forked`, or `Outdated`, with the same number.

    Attributes:
        name: What the process is called by the system, `search.1`.
        output: Which of the descriptors that come with the message is its output, as the supervisor numbers them.
        channel: Which one is its channel.
        descriptors: All of them, in the order in which they come. The replica has them by these numbers.
    """

    number: int
    name: str
    output: int
    channel: int
    descriptors: tuple[int, ...]


class Retire(msgspec.Struct, frozen=True, tag="retire"):
    """To a preloaded process: end once all replicas have that it became. It is asked for no more of them."""


class Prepared(msgspec.Struct, frozen=True, tag="prepared"):
    """To the supervisor: replicas can be forked, unless there is a reason against it.

    Attributes:
        unfit: What processes may not share, and the import of the application has left behind, in words; empty for nothing.
        failed: Whether the application could not be imported: a replica says why.
    """

    unfit: str = ""
    failed: bool = False


class Forked(msgspec.Struct, frozen=True, tag="forked"):
    """To the supervisor: the replica runs as process `pid`, or the system refused with `error`, an `errno`."""

    number: int
    pid: int
    error: int = 0


class Outdated(msgspec.Struct, frozen=True, tag="outdated"):
    """To the supervisor: no replica was forked, since files of modules have changed since they were imported."""

    number: int


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """To the supervisor: a replica has ended, with a status as of `Popen.returncode`."""

    pid: int
    status: int


ToPreloaded = Prepare | Fork | Retire
FromPreloaded = Prepared | Forked | Outdated | Ended

_to_preloaded: msgspec.json.Decoder[ToPreloaded] = msgspec.json.Decoder(ToPreloaded)
_from_preloaded: msgspec.json.Decoder[FromPreloaded] = msgspec.json.Decoder(FromPreloaded)
_encode = msgspec.json.encode


def pair() -> tuple[socket.socket, socket.socket]:
    """The supervisor's end, and that of the preloaded process. Messages keep their bounds. Raises OSError."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send(to: socket.socket, message: ToPreloaded | FromPreloaded, descriptors: Sequence[int] = ()) -> None:
    """Send one message. Raises OSError when the other side is gone, or the message does not fit in at the moment."""
    socket.send_fds(to, [_encode(message)], descriptors)


def received_with_descriptors(at: socket.socket) -> tuple[ToPreloaded | None, list[int]]:
    """The next message to a preloaded process, and what came with it; None when the supervisor is gone."""
    content, descriptors, _, _ = socket.recv_fds(at, MOST_BYTES, _MOST_DESCRIPTORS)
    return (_to_preloaded.decode(content) if content else None), descriptors


def from_preloaded(content: bytes) -> FromPreloaded:
    """What a preloaded process has said."""
    return _from_preloaded.decode(content)
