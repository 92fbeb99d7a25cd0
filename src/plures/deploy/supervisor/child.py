"""One replica as the supervisor sees it: a process that becomes ready, learns of others, and stops politely."""

import asyncio
import signal
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from plures.deploy.channel import (
    Channel,
    CloseEdge,
    Configure,
    EdgeClosed,
    EndpointUrls,
    Failed,
    Ready,
    Stop,
    ToReplica,
    ToSupervisor,
    Update,
    Updated,
    to_replica,
)
from plures.deploy.errors import ReplicaDied, ReplicaFailed
from plures.deploy.waiting import first

from .logs import Lines
from .program import Program, ending

_HOOKS_S = 10.0
"""What a replica gets beyond the grace period, for its drain and stop hooks."""
_UPDATE_S = 2.0
"""How long a replica may take to say that it has heard an update; a busy one is not waited for."""


class Child(Protocol):
    """What a supervisor needs of any replica, ours or another language's."""

    @property
    def pid(self) -> int: ...

    async def ready(self) -> None:
        """Wait until it can be called. Raises PluresError when it never will."""
        ...

    async def ended(self) -> int:
        """Wait for its end, whatever the cause; the status as of `Program.ended`."""
        ...

    async def update(self, number: int, endpoints: EndpointUrls) -> None:
        """Tell it whom it can call now, and wait until it uses that."""
        ...

    async def close_edge(self) -> None:
        """Let it answer the public's requests and accept no more of them; it stays callable."""
        ...

    async def stop(self) -> None:
        """Let it answer everything, then end it, with force in the end."""
        ...

    def kill(self) -> None:
        """End it at once."""
        ...


@dataclass(frozen=True)
class ProcessContext:
    """What any child is started with.

    Attributes:
        name: Process and replica number, `search.1`.
        lines: Where its output goes.
        environment: Variables on top of the supervisor's own.
        grace_s: Most time for requests in flight when it is stopped.
    """

    name: str
    lines: Lines
    environment: Mapping[str, str]
    grace_s: float


class ReplicaProcess:
    """A process that runs `plures.deploy.replica`."""

    def __init__(
        self, surroundings: ProcessContext, program: Program, channel: Channel[ToReplica, ToSupervisor]
    ) -> None:
        self._surroundings = surroundings
        self._program = program
        self._channel = channel
        self._became_ready = asyncio.Event()
        self._edge_closed = asyncio.Event()
        self._failure: Failed | None = None
        self._heard = 0
        self._news = asyncio.Condition()
        self._listening = asyncio.create_task(self._listen(), name=f"channel of {surroundings.name}")

    @classmethod
    async def start(
        cls, surroundings: ProcessContext, program: Sequence[str], configure: Configure
    ) -> "ReplicaProcess":
        """Start the process and tell it what to run."""
        ours, theirs = socket.socketpair()
        channel = await to_replica(ours)
        public = () if configure.public_descriptor is None else (configure.public_descriptor,)
        try:
            started = await Program.start(
                (*program, str(theirs.fileno())),
                source=surroundings.name,
                lines=surroundings.lines,
                environment={"PYTHONUNBUFFERED": "1", **surroundings.environment},
                descriptors=(theirs.fileno(), configure.control_descriptor, configure.peer_descriptor, *public),
            )
        except BaseException:
            await channel.close()
            raise
        finally:
            theirs.close()
        channel.send(configure)
        return cls(surroundings, started, channel)

    @property
    def pid(self) -> int:
        return self._program.pid

    async def ready(self) -> None:
        await first(self._became_ready.wait(), self.ended())
        if self._failure is not None:
            reason = self._failure
            raise ReplicaFailed(
                self._surroundings.name, reason=reason.code, what=reason.what, why=reason.why, fix=reason.fix
            )
        if not self._became_ready.is_set():
            raise ReplicaDied(self._surroundings.name, ending(await self.ended()))

    async def ended(self) -> int:
        status = await self._program.ended()
        await asyncio.shield(self._listening)  # what it said last counts as well
        return status

    async def update(self, number: int, endpoints: EndpointUrls) -> None:
        self._channel.send(Update(number, endpoints))
        if self._became_ready.is_set():
            await first(self._has_heard(number), self.ended(), limit_s=_UPDATE_S)

    async def close_edge(self) -> None:
        self._channel.send(CloseEdge())
        await first(self._edge_closed.wait(), self.ended(), limit_s=self._surroundings.grace_s + _HOOKS_S)

    async def stop(self) -> None:
        self._channel.send(Stop())
        if not await self._program.ended_within(self._surroundings.grace_s + _HOOKS_S):
            await self._program.end(patience_s=_HOOKS_S)
        await self.ended()

    def kill(self) -> None:
        self._program.send(signal.SIGKILL)

    async def _has_heard(self, number: int) -> None:
        async with self._news:
            await self._news.wait_for(lambda: self._heard >= number)

    async def _listen(self) -> None:
        while (message := await self._channel.receive()) is not None:
            match message:
                case Ready():
                    self._became_ready.set()
                case Failed():
                    self._failure = message
                case EdgeClosed():
                    self._edge_closed.set()
                case Updated(number=number):
                    async with self._news:
                        self._heard = number
                        self._news.notify_all()
        await self._channel.close()
