"""One host with its listeners: the control application and, where it is hosted, the edge."""

import asyncio
import logging
import socket
from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from plures.http import Answerer, HttpServerProtocol

from .listener import Asgi, Listener, ServingOptions

_log = logging.getLogger("plures.deploy")
CONTROL = ServingOptions(http=HttpServerProtocol, keep_alive_s=120, tick_s=5.0)
PUBLIC = ServingOptions(keep_alive_s=75, websockets=True, behind_proxy=True)


class Servable(Protocol):
    """What a deployer needs of `plures.host.Host`."""

    @property
    def public(self) -> Asgi | None: ...
    @property
    def control(self) -> Answerer: ...
    async def start(self) -> None: ...
    async def drain(self) -> None: ...
    async def stop(self) -> None: ...
    def update_endpoints(self, endpoints: Mapping[str, tuple[str, ...]]) -> None: ...


class ServedHost:
    """Serves a host on sockets that somebody has bound.

    Args:
        peers: A second socket of the control application, for other replicas on this machine.
        answers_early: Accept calls before the host has started, for hosts that call themselves over the wire. Not where
            another replica accepts on the same socket: it would have answered what this one must still refuse.
    """

    def __init__(
        self,
        host: Servable,
        control: socket.socket,
        public: socket.socket | None,
        grace_s: float,
        *,
        peers: socket.socket | None = None,
        answers_early: bool = False,
    ) -> None:
        self.host = host
        self._answers_early = answers_early
        self._sockets = (control, peers, public)
        self._grace_s = grace_s
        self._control: list[Listener] = []
        self._public: Listener | None = None
        self._closing_edge = asyncio.Lock()

    async def start(self) -> None:
        """Start the host, then accept connections. Raises PluresError, and then everything is closed again."""
        *control, public = self._sockets
        options = replace(CONTROL, grace_s=self._grace_s)
        try:
            self._control = [Listener(self.host.control, each, options) for each in control if each is not None]
            if self._answers_early:
                await self._start_control()
                await self.host.start()
            else:
                await self.host.start()
                await self._start_control()
            if self.host.public is not None and public is not None:
                self._public = Listener(self.host.public, public, replace(PUBLIC, grace_s=self._grace_s))
                await self._public.start()
        except BaseException:
            await asyncio.shield(asyncio.ensure_future(self.stop()))
            raise

    async def close_edge(self) -> None:
        """Answer what the public has asked, and accept no more of it."""
        async with self._closing_edge:  # whoever comes second waits as well
            if self._public is not None:
                await self._public.stop()
                self._public = None

    async def stop(self) -> None:
        """Answer everything that was asked, then stop the host.

        The edge goes first: what it answers may come back to this host's control application by way of another process. The
        host drains when no new call can arrive: it would refuse it, and a drain hook may be what ends a call in flight.
        """
        await self.close_edge()
        await asyncio.gather(*(listener.close() for listener in self._control))
        for sock in self._sockets:
            if sock is not None:
                sock.close()
        try:
            await asyncio.gather(self._drain(), self._finish())
        finally:
            await self.host.stop()

    async def _drain(self) -> None:
        try:
            await asyncio.wait_for(self.host.drain(), self._grace_s)
        except TimeoutError:
            _log.warning("drain hooks and calls in flight were cut off: they had not ended within %g s", self._grace_s)

    async def _start_control(self) -> None:
        for listener in self._control:
            await listener.start()

    async def _finish(self) -> None:
        await asyncio.gather(*(listener.finish() for listener in self._control))
        self._control = []

    def hurry(self) -> None:
        """Cut off what is in flight."""
        for listener in (self._public, *self._control):
            if listener is not None:
                listener.hurry()
