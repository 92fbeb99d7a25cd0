"""One replica of ours as the supervisor sees it: a process that runs `plures.deploy.replica`, behind its channel."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Collection, Sequence
from time import monotonic
from typing import TypeAlias

from plures.deploy.channel import (
    Become,
    Busy,
    Channel,
    CloseEdge,
    Configure,
    EdgeClosed,
    EndpointUrls,
    Failed,
    Lead,
    LetGo,
    OpenEdge,
    Ready,
    Stop,
    ToReplica,
    ToSupervisor,
    Turned,
    Update,
    Updated,
    to_replica,
)
from plures.deploy.errors import ReplicaDied, ReplicaFailed
from plures.deploy.waiting import first
from plures.host import Placement

from .child import ProcessContext
from .program import Program, ending

Launch: TypeAlias = Callable[[ProcessContext, int, Sequence[int]], Awaitable[Program]]
_HOOKS_S = 10.0
"""What a replica gets beyond the grace period, for its drain and stop hooks."""

_UPDATE_S = 2.0
"""How long a replica may take to confirm an update; the supervisor does not wait longer for a busy one."""


class ReplicaProcess:
    """A `Child` that is told what to run, and says how it goes.

    Attributes:
        busy: When it last said how busy it is, and how much; None where it is not asked.
    """

    def __init__(self, context: ProcessContext, program: Program, channel: Channel[ToReplica, ToSupervisor]) -> None:
        self._context = context
        self._program = program
        self._channel = channel
        self._became_ready = asyncio.Event()
        self._edge_closed = asyncio.Event()
        self._failure: Failed | None = None
        self._heard = self._turns = 0
        self.busy: tuple[float, Busy] | None = None
        self._awaited: dict[int, asyncio.Future[Failed | None]] = {}
        self._news = asyncio.Condition()
        self._listening = asyncio.create_task(self._listen(), name=f"channel of {context.name}")

    @classmethod
    async def start(cls, context: ProcessContext, launch: Launch, configure: Configure) -> "ReplicaProcess":
        """Start the process and tell it what to run.

        Args:
            launch: Starts it with its end of the channel and what else it inherits.
        """
        ours, theirs = socket.socketpair()
        channel = await to_replica(ours)
        sockets = (configure.control_descriptor, configure.peer_descriptor, configure.public_descriptor)
        try:
            inherited = [each for each in sockets if each is not None]
            started = await launch(context, theirs.fileno(), inherited)
        except BaseException:
            await channel.close()
            raise
        finally:
            theirs.close()
        channel.send(configure)
        return cls(context, started, channel)

    @property
    def pid(self) -> int:
        return self._program.pid

    async def ready(self) -> None:
        await first(self._became_ready.wait(), self.ended())
        self._raise(self._failure)
        if not self._became_ready.is_set():
            raise ReplicaDied(self._context.name, ending(await self.ended()))

    async def ended(self) -> int:
        status = await self._program.ended()
        # What it said last counts as well.
        await asyncio.shield(self._listening)
        return status

    async def update(self, number: int, endpoints: EndpointUrls) -> None:
        self._channel.send(Update(number, endpoints))
        if self._became_ready.is_set():
            await first(self._has_heard(number), self.ended(), limit_s=_UPDATE_S)

    async def let_go(self, capabilities: Collection[str], within_s: float) -> None:
        """Let it end some capabilities, whose calls wait until `become`. Raises ReplicaFailed, and then all is as it was, or ReplicaDied."""
        self._turns += 1
        await self._turned(LetGo(self._turns, tuple(capabilities), within_s))

    async def become(self, placement: Placement) -> None:
        """Let it host something else, and find the rest elsewhere. Raises the same."""
        self._turns += 1
        await self._turned(Become(self._turns, placement))

    def lead(self, *, leads: bool) -> None:
        self._channel.send(Lead(leads))

    def open_edge(self) -> None:
        self._channel.send(OpenEdge())

    async def close_edge(self) -> None:
        self._channel.send(CloseEdge())
        await first(self._edge_closed.wait(), self.ended(), limit_s=self._context.grace_s + _HOOKS_S)

    async def stop(self) -> None:
        self._channel.send(Stop())
        if not await self._program.ended_within(self._context.grace_s + _HOOKS_S):
            await self._program.end(patience_s=_HOOKS_S)
        await self.ended()

    def kill(self) -> None:
        self._program.send(signal.SIGKILL)

    async def _turned(self, change: LetGo | Become) -> None:
        answer = self._awaited[change.number] = asyncio.get_running_loop().create_future()
        self._channel.send(change)
        await first(_settled(answer), self.ended())
        if not answer.done():
            raise ReplicaDied(self._context.name, ending(await self.ended()))
        self._raise(answer.result())

    def _raise(self, reason: Failed | None) -> None:
        if reason is not None:
            raise ReplicaFailed(
                self._context.name, reason=reason.code, what=reason.what, why=reason.why, fix=reason.fix
            )

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
                case Busy():
                    self.busy = monotonic(), message
                case Turned(number=number, failure=failure):
                    self._awaited.pop(number).set_result(failure)
                case Updated(number=number):
                    async with self._news:
                        self._heard = number
                        self._news.notify_all()
        await self._channel.close()


async def _settled(answer: "asyncio.Future[Failed | None]") -> None:
    await asyncio.wait({answer})
