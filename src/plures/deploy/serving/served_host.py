"""One host with its listeners: the control application and, where it is hosted, the edge."""

import asyncio
import logging
import socket
from collections.abc import Callable, Collection, Mapping
from typing import Protocol

from msgspec.structs import replace

from plures.host import Placement
from plures.http import Answerer, BodyLimit, ForOwnNames, HttpServerProtocol, OwnNames, Room, usual_limit
from plures.runtime import Capacity
from plures.tls import Identity

from .certified import ForCertified
from .crowded import most_connections
from .listener import Asgi, Listener
from .options import ServingOptions
from .sockets import Listening
from .speaking import need_uvicorn

_log = logging.getLogger("plures.deploy")
# One process has one memory, however many listeners it has.
_ROOM = Room()
# Of the files that the process may open; what is left is for databases, and for calls to others.
_SHARE_OF_EDGE, _SHARE_OF_CONTROL = 0.5, 0.25
CONTROL = ServingOptions(http=HttpServerProtocol, keep_alive_s=120, tick_s=5.0, room=_ROOM)
PUBLIC = ServingOptions(keep_alive_s=75, websockets=True, behind_proxy=True, room=_ROOM)


class Servable(Protocol):
    """What a deployer needs of `plures.host.Host`."""

    @property
    def public(self) -> Asgi | None: ...
    @property
    def control(self) -> Answerer: ...
    @property
    def identity(self) -> Identity | None: ...
    @property
    def capacity(self) -> Capacity: ...
    async def start(self) -> None: ...
    async def drain(self) -> None: ...
    async def stop(self) -> None: ...
    def update_endpoints(self, endpoints: Mapping[str, tuple[str, ...]]) -> None: ...
    async def let_go(self, capabilities: Collection[str], within_s: float) -> None: ...
    async def become(self, placement: Placement) -> None: ...
    def lead(self, *, leads: bool) -> None: ...


class ServedHost:
    """Serves a host on bound sockets, and closes them.

    Attributes:
        control: Where health, contract listing and calls are.
        public: Where the edge answers; None when it is not hosted here.
    """

    def __init__(
        self,
        host: Servable,
        control: Listening,
        public: Listening | None,
        grace_s: float,
        *,
        peers: Listening | None = None,
        answers_early: bool = False,
        edge_waits: bool = False,
        names: Collection[str] = (),
        public_names: Collection[str] = (),
    ) -> None:
        """Nothing is served yet.

        Args:
            peers: A second socket of the control application, for other replicas on this machine.
            answers_early: Accept calls before the host has started, for hosts that call themselves over the wire. Not where
                another replica accepts on the same socket: it would have answered what this one must still refuse.
            edge_waits: Accept no requests of the public before `open_edge`: what the edge calls may start later than this host.
            names: Whom calls may ask for, besides loopback and the address of the control listener.
            public_names: Whom requests to the edge may ask for, besides loopback; with none, anyone.

        Raises:
            ExtraMissing: There is an edge to serve, and nothing to serve it with.
        """
        if public is not None:
            need_uvicorn()
        self.host = host
        self.control = control
        self.public = public
        self._peers = peers
        self._answers_early = answers_early
        self._edge_waits = edge_waits
        self._grace_s = grace_s
        self._names = OwnNames([*names, *_addresses(control)])
        self._public_names = OwnNames(public_names) if public_names else None
        self._control_listeners: list[Listener] = []
        self._edge_listener: Listener | None = None
        self._changing_edge = asyncio.Lock()
        self._is_edge_closed = False

    @property
    def control_url(self) -> str:
        return self.control.url

    @property
    def public_url(self) -> str | None:
        return None if self.public is None else self.public.url

    async def start(self) -> None:
        """Start the host, then accept connections. When that fails, everything is closed again.

        Raises:
            PluresError: The host cannot start; errors of hooks and constructors pass as they are.
        """
        most = most_connections(_SHARE_OF_CONTROL)
        # What answers may know how large the messages of its operations are.
        limit: BodyLimit = getattr(self.host.control, "limit", usual_limit)
        options = replace(CONTROL, grace_s=self._grace_s, most_connections=most, limit=limit)
        identity = self.host.identity
        answer = ForOwnNames(self.host.control if identity is None else ForCertified(self.host.control), self._names)
        try:
            self._control_listeners = [Listener(answer, self.control.socket, replace(options, tls=identity))]
            if self._peers is not None:
                # No browser reaches a Unix socket.
                self._control_listeners.append(Listener(self.host.control, self._peers.socket, options))
            if self._answers_early:
                await self._start_control()
                await self.host.start()
            else:
                await self.host.start()
                await self._start_control()
            if not self._edge_waits:
                await self.open_edge()
        except BaseException:
            await asyncio.shield(asyncio.ensure_future(self.stop()))
            raise

    async def open_edge(self) -> None:
        """Accept requests of the public, where the edge is hosted here and has not been closed. The host has started."""
        async with self._changing_edge:
            if self.host.public is not None and self.public is not None and not self._is_edge_closed:
                # An edge refuses requests when there are too many; an ASGI application need not.
                refusal: Callable[[bytes], bytes | None] | None = getattr(self.host.public, "refusal", None)
                options = replace(
                    PUBLIC,
                    grace_s=self._grace_s,
                    most_connections=most_connections(_SHARE_OF_EDGE),
                    names=self._public_names,
                    refusal=refusal,
                )
                self._edge_listener = Listener(self.host.public, self.public.socket, options)
                await self._edge_listener.start()

    async def close_edge(self) -> None:
        """Answer the requests of the public, and accept no more of them."""
        # A second caller waits until the first one is through.
        async with self._changing_edge:
            self._is_edge_closed = True
            if self._edge_listener is not None:
                await self._edge_listener.stop()
                self._edge_listener = None

    async def stop(self) -> None:
        """Answer everything that was asked, then stop the host. Safe to call at any stage, more than once.

        The edge closes first: what it answers may come back to this host's control application by way of another process. The
        host drains when no new call can arrive: it would refuse the call, and a drain hook may be what ends a call in flight.
        """
        await self.close_edge()
        await asyncio.gather(*(listener.close() for listener in self._control_listeners))
        for listening in (self.control, self._peers, self.public):
            if listening is not None:
                listening.close()
        try:
            await asyncio.gather(self._drain(), self._finish())
        finally:
            await self.host.stop()

    def hurry(self) -> None:
        """Let `stop` cut off what is in flight."""
        for listener in (self._edge_listener, *self._control_listeners):
            if listener is not None:
                listener.hurry()

    async def _start_control(self) -> None:
        for listener in self._control_listeners:
            await listener.start()

    async def _drain(self) -> None:
        try:
            await asyncio.wait_for(self.host.drain(), self._grace_s)
        except TimeoutError:
            _log.warning("drain hooks and calls in flight were cut off: they had not ended within %g s", self._grace_s)

    async def _finish(self) -> None:
        await asyncio.gather(*(listener.finish() for listener in self._control_listeners))
        self._control_listeners = []


def _addresses(listening: Listening) -> list[str]:
    """The address of a socket; none where it is a Unix socket."""
    return [] if listening.socket.family is socket.AF_UNIX else [listening.socket.getsockname()[0]]
