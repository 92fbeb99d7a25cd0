"""Local processes: a topology as processes of this machine, under one supervisor."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from .channel import Endpoints
from .supervisor import Supervisor


class RunningProcesses:
    """What a test, or a script, can see of running processes and do to them."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor

    @property
    def endpoints(self) -> Endpoints:
        """Capability → base URLs of the replicas that are ready now."""
        return self._supervisor.endpoints

    @property
    def public_url(self) -> str | None:
        """Where the edge answers; None when the application has none here."""
        public = self._supervisor.addresses.public
        return None if public is None else public.url

    @property
    def pids(self) -> Mapping[str, int]:
        """Replica (`search.1`) → process number, of those that run now."""
        return self._supervisor.pids

    def kill(self, process: str, replica: int = 1) -> None:
        """Kill one replica with SIGKILL, as a crash would: it starts again after a pause."""
        self._supervisor.kill(process, replica)

    async def restart(self, process: str) -> None:
        """Replace the replicas of a process, one after the other, without losing a request."""
        await self._supervisor.restart(process)

    async def stop(self, process: str) -> None:
        """Stop all replicas of one process; they stay away until `restart`."""
        await self._supervisor.stop_process(process)


@asynccontextmanager
async def running(supervisor: Supervisor) -> AsyncIterator[RunningProcesses]:
    """Start, and stop again on leaving, whatever happens in between. Installs no signal handlers."""
    await supervisor.start()
    try:
        yield RunningProcesses(supervisor)
    finally:
        await asyncio.shield(asyncio.ensure_future(supervisor.stop()))
