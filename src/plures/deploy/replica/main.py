"""What one replica does in its own process: it is configured, starts, serves, drains and ends.

It ends when the supervisor says so, on SIGTERM, SIGINT or SIGHUP, and when the supervisor is gone.
"""

import asyncio
import os
import socket
from collections.abc import Callable, Coroutine
from time import process_time
from typing import Any

from plures.deploy.channel import (
    Become,
    Busy,
    Channel,
    CloseEdge,
    Configure,
    EdgeClosed,
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
    to_supervisor,
)
from plures.deploy.errors import application_raised
from plures.deploy.process_setup import freeze_gc
from plures.deploy.serving import Servable, ServedHost, ShutdownSignals, allow_files, inherit, shutdown_signals
from plures.deploy.waiting import first
from plures.deploy.watchdog import watched_loop
from plures.errors import InvalidInput

from .orphans import end_this_process_after, watch_parent

_LAST_RESORT_S = 20.0


async def replica_main(descriptor: int, build: Callable[[Configure], Servable]) -> int:
    """Be a replica until it ends; the exit status.

    Args:
        descriptor: The inherited end of the socket pair.
        build: Makes the host; may raise PluresError.
    """
    allow_files()
    sock = socket.socket(fileno=descriptor)
    sock.set_inheritable(False)
    lifeline = os.dup(descriptor)
    channel = await to_supervisor(sock)
    try:
        configure = await channel.receive()
        if not isinstance(configure, Configure):
            # The supervisor is gone already.
            return 0
        watch_parent(lifeline, lambda: end_this_process_after(configure.grace_s + _LAST_RESORT_S))
        with shutdown_signals() as signals:
            return await _Replica(configure, channel, signals).run(build)
    finally:
        await channel.close()


class _Replica:
    def __init__(
        self, configure: Configure, channel: Channel[ToSupervisor, ToReplica], signals: ShutdownSignals
    ) -> None:
        self._configure = configure
        self._channel = channel
        self._signals = signals
        self._edge_may_open = asyncio.Event()
        self._edge_closing: asyncio.Task[None] | None = None
        self._changing: asyncio.Task[None] | None = None

    async def run(self, build: Callable[[Configure], Servable]) -> int:
        try:
            served = self._served(build)
        except Exception as error:  # noqa: BLE001 - the supervisor is told of every failure
            return await self._fail(error)
        self._signals.on_forced(served.hurry)
        listening = asyncio.create_task(self._listen(served), name="channel")
        try:
            return await self._serve(served)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    def _served(self, build: Callable[[Configure], Servable]) -> ServedHost:
        control = inherit(self._configure.control_descriptor)
        peer, edge = self._configure.peer_descriptor, self._configure.public_descriptor
        peers = None if peer is None else inherit(peer)
        public = None if edge is None else inherit(edge)
        placement = self._configure.placement
        return ServedHost(
            build(self._configure),
            control,
            public,
            self._configure.grace_s,
            peers=peers,
            edge_waits=True,
            names=placement.names,
            public_names=placement.public_names,
        )

    async def _serve(self, served: ServedHost) -> int:
        try:
            await first(served.start(), self._signals.requested.wait())
        except Exception as error:  # noqa: BLE001 - the supervisor is told of every failure
            return await self._fail(error)
        if not self._signals.requested.is_set():
            freeze_gc()
            with watched_loop(self._configure.logs.blocked_loop_s):
                telling = asyncio.create_task(self._tell(served), name="telling")
                await self._answer(served)
                telling.cancel()
        await served.stop()
        return 0

    async def _answer(self, served: ServedHost) -> None:
        self._channel.send(Ready())
        await first(self._edge_may_open.wait(), self._signals.requested.wait())
        if not self._signals.requested.is_set():
            await served.open_edge()
            await self._signals.requested.wait()

    async def _tell(self, served: ServedHost) -> None:
        """Say how busy it is, now and again."""
        every_s, capacity = self._configure.tells_every_s, served.host.capacity
        while every_s:
            waiting, inside = capacity.are_waiting, capacity.inside
            arrived, finished = capacity.entered + waiting, capacity.entered - inside
            self._channel.send(Busy(arrived, finished, inside + waiting, process_time()))
            await asyncio.sleep(every_s)

    async def _listen(self, served: ServedHost) -> None:
        while (message := await self._channel.receive()) is not None:
            match message:
                case Update() | LetGo() | Become():
                    self._change(served, message)
                case Lead(leads=leads):
                    served.host.lead(leads=leads)
                case OpenEdge():
                    self._edge_may_open.set()
                case CloseEdge():
                    self._edge_closing = asyncio.create_task(self._close_edge(served))
                case Stop():
                    self._signals.requested.set()
                case Configure():
                    # Only the first message of a supervisor is one.
                    pass
        # The supervisor is gone.
        self._signals.requested.set()

    def _change(self, served: ServedHost, change: Update | LetGo | Become) -> None:
        """Changes follow one another in their order, however long one takes; what else is told meanwhile is heard."""
        before = self._changing if self._changing is not None and not self._changing.done() else None
        if before is None and isinstance(change, Update):
            self._update(served, change)
            return

        async def follow() -> None:
            if before is not None:
                await before
            match change:
                case Update():
                    self._update(served, change)
                case LetGo():
                    work = served.host.let_go(change.capabilities, change.within_s)
                    self._channel.send(Turned(change.number, await _failure(work)))
                case Become():
                    work = served.host.become(change.placement)
                    self._channel.send(Turned(change.number, await _failure(work)))

        self._changing = asyncio.create_task(follow(), name="change")

    def _update(self, served: ServedHost, update: Update) -> None:
        served.host.update_endpoints(update.endpoints)
        self._channel.send(Updated(update.number))

    async def _close_edge(self, served: ServedHost) -> None:
        await served.close_edge()
        self._channel.send(EdgeClosed())

    async def _fail(self, raised: Exception) -> int:
        self._channel.send(failed(raised))
        await self._channel.flush()
        return 1


async def _failure(work: Coroutine[Any, Any, None]) -> Failed | None:
    try:
        await work
    except Exception as error:  # noqa: BLE001 - the supervisor is told of every failure
        return failed(error)
    return None


def failed(raised: Exception) -> Failed:
    """What the supervisor is told of an error."""
    error = application_raised(raised)
    why = str(error) if isinstance(error, InvalidInput) else error.why
    return Failed(code=error.code, what=error.what, why=why, fix=error.fix)
