"""One application on one listening socket, accepted by uvicorn, and stopped without losing a request.

Uvicorn's own shutdown closes idle connections at once. A request that is on its way on such a connection is lost. Here every
connection gets a last answer with `Connection: close`, and only those that stay silent for `linger_s` are closed.
"""

import asyncio
import logging
import socket
import sys
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from time import time
from typing import Any, TypeAlias

import uvicorn
from uvicorn.server import ServerState

from plures.deploy.waiting import first
from plures.http import Answerer, HttpServerProtocol

_TICK_S = 5.0
_POLL_S = 0.02
_LAST_WORDS_S = 1.0
_NO_HTTP = object()
Asgi: TypeAlias = Callable[[Any, Any, Any], Awaitable[Any]]
_log = logging.getLogger("plures.deploy")


@dataclass(frozen=True)
class ServingOptions:
    """How an application is served.

    Attributes:
        http: What speaks HTTP: a name that uvicorn knows, or an asyncio protocol class of its kind.
        websockets: Whether connections may become web sockets, where a library for them is installed.
        keep_alive_s: How long an idle connection stays open. Must be longer than callers keep theirs, or a call may be sent
            at the very moment at which its connection is closed.
        behind_proxy: Whether a proxy on this machine may say who really asks.
        grace_s: Most time for requests in flight once stopped; after it they are cancelled.
        linger_s: Most time that a silent connection gets to ask once more.
        most_connections: Further ones are answered 503.
    """

    http: str | type[asyncio.Protocol] = "httptools"
    websockets: bool = False
    keep_alive_s: int = 120
    behind_proxy: bool = False
    grace_s: float = 30.0
    linger_s: float = 0.5
    most_connections: int = 10_000


class Listener:
    """Accepts from `start` to `stop`; then it is used up, and so is the socket."""

    def __init__(self, application: Asgi | Answerer, sock: socket.socket, options: ServingOptions) -> None:
        """The application is an ASGI one, or an `Answerer` where `options.http` is `HttpServerProtocol`."""
        self._server = _Server(_configuration(application, options), options)
        self._socket = sock
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Return when connections are accepted."""
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]), name="serving")
        accepting = asyncio.create_task(self._server.accepting.wait())
        await asyncio.wait([self._serving, accepting], return_when=asyncio.FIRST_COMPLETED)
        if not accepting.done():
            accepting.cancel()
            await self._serving

    async def stop(self) -> None:
        """Accept no more, answer what was asked, close everything; at most `grace_s`, or until `hurry`."""
        await self.close()
        await self.finish()

    async def close(self) -> None:
        """The first half of `stop`: afterwards no new request can arrive, but some may be in flight."""
        self._server.leaving.set()
        if self._serving is None:
            self._socket.close()
        else:
            await first(self._server.closed.wait(), asyncio.wait([self._serving]))

    async def finish(self) -> None:
        """The second half: wait for those."""
        if self._serving is not None:
            await self._serving

    def hurry(self) -> None:
        """Cancel what is in flight."""
        self._server.hurried.set()
        self._server.leaving.set()


def _configuration(application: Asgi | Answerer, options: ServingOptions) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        http=options.http,
        ws="auto" if options.websockets else "none",
        interface="asgi3",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=options.behind_proxy,
        timeout_keep_alive=options.keep_alive_s,
        limit_concurrency=options.most_connections + 1,  # uvicorn counts the one that asks
    )


class _State(ServerState):
    """Uvicorn's, with a Date header made when an answer wants it: an idle replica need not be woken for it each second."""

    def __init__(self) -> None:
        self._made_at = 0
        self._made: list[tuple[bytes, bytes]] = []
        self._assigned: list[tuple[bytes, bytes]] = []
        super().__init__()

    @property
    def default_headers(self) -> list[tuple[bytes, bytes]]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Of every answer: the date, and what was assigned. The same list for the rest of the second."""
        now = int(time())
        if now != self._made_at:
            self._made_at = now
            self._made = [(b"date", formatdate(now, usegmt=True).encode()), *self._assigned]
        return self._made

    @default_headers.setter
    def default_headers(  # pyright: ignore[reportIncompatibleVariableOverride]
        self, assigned: list[tuple[bytes, bytes]]
    ) -> None:
        self._assigned, self._made_at = assigned, 0


class _Server(uvicorn.Server):
    """Uvicorn's server with our signals, our clock tick and our shutdown."""

    def __init__(self, config: uvicorn.Config, options: ServingOptions) -> None:
        super().__init__(config)
        self.server_state = _State()
        self._options = options
        self.accepting = asyncio.Event()
        self.leaving = asyncio.Event()
        self.closed = asyncio.Event()
        self.hurried = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Signals belong to whoever runs the process."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        loop, config = asyncio.get_running_loop(), self.config
        protocol_class: Any = config.http_protocol_class

        def connection() -> asyncio.Protocol:
            made: asyncio.Protocol = protocol_class(config=config, server_state=self.server_state, app_state={})
            return made

        self.servers = []
        for sock in sockets or []:  # Uvicorn would take every socket for one of the network.
            self.servers.append(await _create_server(loop, connection, sock, config.backlog))
        self.started = True
        self.accepting.set()

    async def main_loop(self) -> None:
        self._keep_ticking()
        await self.leaving.wait()

    def _keep_ticking(self) -> None:
        # A timer and no more: an idle replica is woken for nothing else, and there may be many.
        self._tick()
        if not self.leaving.is_set():
            asyncio.get_running_loop().call_later(_TICK_S, self._keep_ticking)

    def _tick(self) -> None:
        """Tell the connections that time passes."""
        connections: set[Any] = self.server_state.connections
        for connection in list(connections):
            if isinstance(connection, HttpServerProtocol):
                connection.tick(_TICK_S)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._announce()
        for server in self.servers:
            server.close()
        for sock in sockets or []:
            sock.close()
        for connection in list(self.server_state.connections):
            if not _is_silent(connection):
                connection.shutdown()  # closes after the answer that is being made
        await self._until_quiet(self._options.linger_s)
        for connection in list(self.server_state.connections):
            connection.shutdown()
        self.closed.set()
        if not await self._until_quiet(self._options.grace_s):
            await self._cancel()

    async def _announce(self) -> None:
        """Every answer that begins from now on says that it is the last one on its connection."""
        self.server_state.default_headers = [(b"connection", b"close")]
        await asyncio.sleep(_POLL_S)  # turns of the loop, in which connections that are queued already are accepted

    async def _until_quiet(self, limit_s: float) -> bool:
        """Wait until nothing is open and nothing runs. False when the time is over or somebody hurries."""
        end = asyncio.get_running_loop().time() + limit_s
        while self.server_state.connections or self.server_state.tasks:
            if self.hurried.is_set() or asyncio.get_running_loop().time() >= end:
                return False
            await asyncio.sleep(_POLL_S)
        return True

    async def _cancel(self) -> None:
        tasks = list(self.server_state.tasks)
        _log.warning("%d requests were cut off: they had not ended in time", len(tasks))
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        uvicorn_log = logging.getLogger("uvicorn.error")
        uvicorn_log.addFilter(_is_no_cancellation)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_LAST_WORDS_S)
        uvicorn_log.removeFilter(_is_no_cancellation)


async def _create_server(
    loop: asyncio.AbstractEventLoop, connection: Callable[[], asyncio.Protocol], sock: socket.socket, backlog: int
) -> asyncio.Server:
    options: dict[str, Any] = {"sock": sock, "backlog": backlog}
    if sock.family is not socket.AF_UNIX:
        return await loop.create_server(connection, **options)
    if type(loop).__module__.startswith("asyncio.") and sys.version_info >= (3, 13):
        options["cleanup_socket"] = False  # The path outlives this process: the next replica listens there.
    return await loop.create_unix_server(connection, **options)


def _is_silent(connection: object) -> bool:
    """Whether an HTTP connection waits for a request. Web sockets never do: they are told to close at once."""
    if isinstance(connection, HttpServerProtocol):
        return connection.is_silent
    cycle: Any = getattr(connection, "cycle", _NO_HTTP)
    return cycle is None or (cycle is not _NO_HTTP and bool(cycle.response_complete))


def _is_no_cancellation(record: logging.LogRecord) -> bool:
    """Uvicorn reports a cancelled request with a traceback; we have said it already, in one line."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))
