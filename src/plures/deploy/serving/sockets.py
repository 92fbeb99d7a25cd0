"""Listening sockets: which address to take, and what to say when it is taken.

A port that the user names is taken or refused, never silently moved: a bookmark or a proxy points at it. A port that is not named
starts at the default and moves to the next free one, and the user is told (`Listening.note`).
"""

import errno
import os
import socket
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from msgspec.structs import replace

from plures.deploy.errors import AddressUnusable, PeerSocketUnusable, PortForbidden, PortTaken

PUBLIC_PORT = 8000
CONTROL_PORT = 8001
BACKLOG = 2048
_TRIES = 100


class ListenAddress(msgspec.Struct, frozen=True):
    """Where to listen.

    Attributes:
        port: Exactly this one; 0 takes any free one; None takes `default` or the next free one after it.
    """

    host: str = "127.0.0.1"
    port: int | None = None
    default: int = PUBLIC_PORT


class ListenAddresses(msgspec.Struct, frozen=True):
    """Where a run listens.

    Attributes:
        public: The public listener, which serves the edge. The replicas of the edge share its one socket.
        control_port: Of the first replica; the others take the next free ones. None means 8001 or the next free one; with 0,
            all take any that are free.
        is_sealed: Whether they are reached by TLS.
    """

    public: ListenAddress = msgspec.field(default_factory=ListenAddress)
    control_host: str = "127.0.0.1"
    control_port: int | None = None
    is_sealed: bool = False


ANY_FREE_PORTS = ListenAddresses(public=ListenAddress(port=0), control_port=0)


class Listening(msgspec.Struct, frozen=True):
    """A bound socket. It queues connections already, even before a listener accepts them.

    Attributes:
        url: Where this machine reaches it: loopback also when it listens on every address. Stays known after `close`.
        port: 0 for a Unix socket.
        moved_from: The default port that was taken, if the socket had to move to another.
    """

    socket: socket.socket
    url: str
    port: int = 0
    moved_from: int | None = None

    @property
    def note(self) -> str:
        """What to tell the user; empty when there is nothing to tell."""
        return f"port {self.moved_from} is taken; using {self.port}" if self.moved_from is not None else ""

    def sealed(self) -> "Listening":
        """The same socket, to be reached by TLS."""
        return replace(self, url=self.url.replace("http:", "https:", 1))

    def again(self) -> "Listening":
        """The same, with a descriptor of its own: it can be closed by itself."""
        return replace(self, socket=self.socket.dup(), moved_from=None)

    def close(self) -> None:
        self.socket.close()


def listen(address: ListenAddress) -> Listening:
    """Bind and start to queue connections.

    Raises:
        PortTaken: Other programs listen on the port named, or on the hundred ports from the default on.
        PortForbidden: The operating system refuses the port to this user.
        AddressUnusable: This machine does not have the host, or the number is no port.
    """
    if address.port is not None:
        return _listening(_bind(address.host, address.port))
    default = address.default
    for port in range(default, default + _TRIES):
        try:
            return _listening(_bind(address.host, port), moved_from=None if port == default else default)
        except PortTaken:
            continue
    raise PortTaken(address.host, f"any of the {_TRIES} ports from {default} on")


def inherit(descriptor: int) -> Listening:
    """The listening socket that the supervisor has bound and passed on."""
    inherited = socket.socket(fileno=descriptor)
    inherited.set_inheritable(False)
    inherited.setblocking(False)
    return _listening(inherited)


def folder_for_peers() -> "TemporaryDirectory[str]":
    """A folder for Unix sockets that only this user may enter. Raises `PeerSocketUnusable`."""
    try:
        return TemporaryDirectory(prefix="plures-", ignore_cleanup_errors=True)
    except OSError as error:
        raise PeerSocketUnusable(os.environ.get("TMPDIR", "the temporary folder"), str(error)) from error


def listen_for_peers(path: Path) -> Listening:
    """Bind a Unix socket, where the replicas of one supervisor call each other; that costs less than a port.

    Raises:
        PeerSocketUnusable: The operating system refuses it.
    """
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        bound.setblocking(False)
        bound.bind(str(path))
        bound.listen(BACKLOG)
    except OSError as error:
        bound.close()
        raise PeerSocketUnusable(str(path.parent), error.strerror or str(error)) from error
    return _listening(bound)


def free_port(host: str = "127.0.0.1") -> int:
    """A port that is free now, for programs that cannot inherit a socket."""
    listening = listen(ListenAddress(host, 0))
    listening.close()
    return listening.port


def url(host: str, port: int) -> str:
    """The base URL of an address as this machine reaches it."""
    return f"http://{authority(reachable(host), port)}"


def authority(host: str, port: int) -> str:
    """Host and port as one word; an IPv6 address stands in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def reachable(host: str) -> str:
    """The address at which this machine reaches a listener: loopback also where that listens on every address."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def _listening(bound: socket.socket, *, moved_from: int | None = None) -> Listening:
    if bound.family is socket.AF_UNIX:
        return Listening(bound, f"unix:{bound.getsockname()}")
    host, port, *_ = bound.getsockname()
    return Listening(bound, url(host, port), port, moved_from)


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only where the protocol is named; without it, small answers wait 40 ms for an acknowledgement.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # Lets a restarted server have its port back at once; it does not let two of them share it.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.setblocking(False)
        bound.bind((host, port))
        bound.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        bound.close()
        raise _explained(host, port, error) from error
    return bound


def _explained(host: str, port: int, error: OSError | OverflowError) -> PortTaken | PortForbidden | AddressUnusable:
    if isinstance(error, OverflowError):
        return AddressUnusable(host, port, "ports go from 0 to 65535")
    if error.errno == errno.EADDRINUSE:
        return PortTaken(host, f"port {port}")
    if error.errno in (errno.EACCES, errno.EPERM):
        return PortForbidden(host, port, error.strerror or str(error))
    return AddressUnusable(host, port, error.strerror or str(error))
