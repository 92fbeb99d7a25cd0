"""The life of one replica inside its own process: configured, started, ready, drained, ended.

It ends when the supervisor says so, on SIGTERM or SIGINT, and when the supervisor is gone.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Callable

from plures.deploy.channel import (
    Channel,
    CloseEdge,
    Configure,
    EdgeClosed,
    Failed,
    Ready,
    Stop,
    ToReplica,
    ToSupervisor,
    Update,
    Updated,
    to_supervisor,
)
from plures.deploy.process_setup import freeze_gc
from plures.deploy.serving import Servable, ServedHost, ShutdownSignals, shutdown_signals
from plures.errors import InvalidInput, PluresError

from .orphans import end_this_process_after, watch_parent

_LAST_RESORT_S = 20.0
_log = logging.getLogger("plures.deploy")


class Unexpected(PluresError):
    """The application raised something that is no PluresError while it started: a mistake in its code."""

    code = "deploy.application_raised"

    def __init__(self, error: Exception) -> None:
        super().__init__(
            f"the application raised {type(error).__name__} while it started",
            why=str(error),
            fix="The traceback stands in the log of this replica.",
        )


async def replica_main(descriptor: int, build: Callable[[Configure], Servable]) -> int:
    """Live one life; the exit status.

    Args:
        descriptor: The inherited end of the socket pair.
        build: Makes the host; may raise PluresError.
    """
    sock = socket.socket(fileno=descriptor)
    sock.set_inheritable(False)
    lifeline = os.dup(descriptor)
    channel = await to_supervisor(sock)
    try:
        configure = await channel.receive()
        if not isinstance(configure, Configure):
            return 0  # the supervisor is gone already
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
        self._edge_closing: asyncio.Task[None] | None = None

    async def run(self, build: Callable[[Configure], Servable]) -> int:
        try:
            hosted = self._hosted(build)
        except Exception as error:  # noqa: BLE001  # whatever it is, the supervisor is told
            return await self._fail(error)
        self._signals.on_forced(hosted.hurry)
        listening = asyncio.create_task(self._listen(hosted), name="channel")
        try:
            return await self._serve(hosted)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _serve(self, hosted: ServedHost) -> int:
        starting = asyncio.create_task(hosted.start(), name="start")
        leaving = asyncio.create_task(self._signals.requested.wait(), name="leave")
        await asyncio.wait([starting, leaving], return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
            await asyncio.wait([starting])
            return 0
        error = starting.exception()
        if error is not None:
            leaving.cancel()
            return await self._fail(error)
        freeze_gc()
        self._channel.send(Ready())
        await leaving
        await hosted.stop()
        return 0

    def _hosted(self, build: Callable[[Configure], Servable]) -> ServedHost:
        control = _inherited(self._configure.control_descriptor)
        peers = _inherited(self._configure.peer_descriptor)
        descriptor = self._configure.public_descriptor
        public = None if descriptor is None else _inherited(descriptor)
        try:
            return ServedHost(build(self._configure), control, public, self._configure.grace_s, peers=peers)
        except BaseException:
            for sock in (control, peers, public):
                if sock is not None:
                    sock.close()
            raise

    async def _listen(self, hosted: ServedHost) -> None:
        while (message := await self._channel.receive()) is not None:
            match message:
                case Update(number=number, endpoints=endpoints):
                    hosted.host.update_endpoints(endpoints)
                    self._channel.send(Updated(number))
                case CloseEdge():
                    self._edge_closing = asyncio.create_task(self._close_edge(hosted))
                case Stop():
                    self._signals.requested.set()
                case Configure():
                    pass  # only the first message is one
        self._signals.requested.set()  # the supervisor is gone

    async def _close_edge(self, hosted: ServedHost) -> None:
        await hosted.close_edge()
        self._channel.send(EdgeClosed())

    async def _fail(self, error: BaseException) -> int:
        if not isinstance(error, PluresError):
            _log.error("the application could not start", exc_info=error)
            error = Unexpected(error) if isinstance(error, Exception) else PluresError(repr(error))
        why = str(error) if isinstance(error, InvalidInput) else error.why
        self._channel.send(Failed(code=error.code, what=error.what, why=why, fix=error.fix))
        await self._channel.flush()
        return 1


def _inherited(descriptor: int) -> socket.socket:
    inherited = socket.socket(fileno=descriptor)
    inherited.set_inheritable(False)
    inherited.setblocking(False)
    return inherited
