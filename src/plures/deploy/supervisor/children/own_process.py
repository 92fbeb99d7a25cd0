"""This process as a `Child`: an application that began in one process, and supervises the others that it has become besides."""

import asyncio
import os
from collections.abc import Collection

from plures.deploy.channel import EndpointUrls
from plures.deploy.serving import ServedHost
from plures.host import Placement


class OwnProcess:
    """A host that is served here already. It ends when it is stopped, and not before."""

    def __init__(self, served: ServedHost) -> None:
        self.served = served
        self._ended = asyncio.Event()

    @property
    def pid(self) -> int:
        return os.getpid()

    async def ready(self) -> None:
        """It is."""

    async def ended(self) -> int:
        await self._ended.wait()
        return 0

    async def update(
        self,
        number: int,  # noqa: ARG002 - there is no one to confirm it
        endpoints: EndpointUrls,
    ) -> None:
        self.served.host.update_endpoints(endpoints)

    async def let_go(self, capabilities: Collection[str], within_s: float) -> None:
        await self.served.host.let_go(capabilities, within_s)

    async def become(self, placement: Placement) -> None:
        await self.served.host.become(placement)

    def lead(self, *, leads: bool) -> None:
        self.served.host.lead(leads=leads)

    def open_edge(self) -> None:
        """It is open."""

    async def close_edge(self) -> None:
        await self.served.close_edge()

    async def stop(self) -> None:
        await self.served.stop()
        self._ended.set()
        # Those that wait for its end know of it before anything takes its place.
        await asyncio.sleep(0)

    def kill(self) -> None:
        """Let `stop` cut off what is in flight: who supervises cannot be killed by itself."""
        self.served.hurry()
