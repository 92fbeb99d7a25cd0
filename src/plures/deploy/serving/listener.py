"""One application on one listening socket, stopped without losing a request.

Uvicorn's protocol classes speak HTTP, and so does `HttpServerProtocol`. This module accepts the connections, counts them and stops
them. Uvicorn's own server closes idle connections at once when it stops, and a request that is on its way on such a connection is
lost. Here every connection gets a last answer with `Connection: close`, and only those that stay silent for `linger_s` are closed
without one.
"""

import asyncio
import logging
import socket
import sys
from collections.abc import Awaitable, Callable, Iterable
from email.utils import formatdate
from typing import Any, TypeAlias

from plures.http import Answerer, HttpServerProtocol, Reader, relieve
from plures.tls import Handshakes, TlsServerProtocol

from .certified import PLAIN
from .connections import Connection, as_connection
from .crowded import make_place
from .guard import Guard
from .options import ServingOptions
from .queue import ConnectionQueue
from .speaking import ServerState, is_no_cancellation, speaker, untold

_POLL_S = 0.02
_LAST_WORDS_S = 1.0
_CLOSE = (b"connection", b"close")
_SERVER = (b"server", b"uvicorn")
Asgi: TypeAlias = Callable[[Any, Any, Any], Awaitable[Any]]
_log = logging.getLogger("plures.deploy")


class Listener:
    """Accepts from `start` to `stop`; then it is used up, and so is the socket.

    Attributes:
        state: Open connections and running requests, as the protocol class keeps them.
        guards: Of the open connections of uvicorn that are no web sockets.
    """

    def __init__(self, application: Asgi | Answerer, sock: socket.socket, options: ServingOptions) -> None:
        """The application is an ASGI one, or an `Answerer` where `options.http` is `HttpServerProtocol`."""
        self.state = ServerState()
        self._config = speaker(application, options)
        self._options = options
        self._socket = sock
        self._server: asyncio.Server | None = None
        self._clock: asyncio.TimerHandle | None = None
        self.guards: set[Guard] = set()
        tls = options.tls
        self._handshakes = (
            None
            if tls is None
            else Handshakes(lambda: tls.contexts.server, self._answering, PLAIN, self.state.connections)
        )
        self._queue = ConnectionQueue(sock, self._accept)
        self._is_leaving = False
        self._is_hurried = False

    async def start(self) -> None:
        """Return when connections are accepted."""
        self._config.load()
        logging.getLogger("uvicorn.error").addFilter(untold)
        self._server = await _create_server(self._accept_first, self._socket, self._config.backlog)

    async def stop(self) -> None:
        """Accept no more, answer what was asked, close everything; at most `grace_s`, or until `hurry`."""
        await self.close()
        await self.finish()

    async def close(self) -> None:
        """The first half of `stop`: afterwards no new request can arrive, but some may be in flight."""
        if self._server is not None:
            await self._announce()
            self._server.close()
        self._socket.close()
        for connection in self._connections():
            if not connection.is_silent:
                connection.shutdown()
        if not await self._until_quiet(self._options.linger_s):
            # A process that stood still meanwhile has yet to read what arrived.
            await asyncio.sleep(_POLL_S)
        for connection in self._connections():
            connection.shutdown()

    async def finish(self) -> None:
        """The second half: wait for those in flight."""
        if not await self._until_quiet(self._options.grace_s):
            await self._cut_off()

    def hurry(self) -> None:
        """Let `stop` cut off what is in flight instead of waiting for it."""
        self._is_hurried = True

    def _connections(self) -> list[Connection]:
        return [as_connection(protocol) for protocol in self.state.connections]

    def _accept_first(self) -> asyncio.Protocol:
        self._queue.soon()
        return self._accept()

    def _accept(self) -> asyncio.Protocol:
        if self._clock is None:
            self._set_clock()
        protocol_class: Any = self._config.http_protocol_class
        if protocol_class is HttpServerProtocol:
            return self._answering() if self._handshakes is None else TlsServerProtocol(self._handshakes)
        made = protocol_class(config=self._config, server_state=self.state, app_state={})
        options = self._options
        guard = Guard(made, self.guards, options.keep_alive_s, options.names, options.room)
        guard.refusal = None if options.refusal is None else self._refusal
        return guard

    def _answering(self) -> HttpServerProtocol:
        return HttpServerProtocol(self._config, self.state, self._options.room, self._options.limit)

    def _refusal(self, head: bytes) -> bytes | None:
        # The last answer on a connection says so, which only uvicorn does.
        return None if self._is_leaving or self._options.refusal is None else self._options.refusal(head)

    def _set_clock(self) -> None:
        self._set_common_headers()
        self._clock = asyncio.get_running_loop().call_later(self._options.tick_s, self._tick)

    def _tick(self) -> None:
        for connection in self._connections():
            connection.tick(self._options.tick_s)
        for guard in list(self.guards):
            guard.tick(self._options.tick_s)
        relieve(self._readers(), self._options.tick_s)
        self.make_place()
        # There may be many replicas: one to which no connection is open is not woken at all.
        self._clock = None
        if self.state.connections:
            self._set_clock()

    def make_place(self) -> None:
        """Give up connections of peers that ask nothing, where others need their places."""
        make_place(self.guards, self._options.most_connections)

    def _readers(self) -> Iterable[Reader]:
        """The connections whose answers are counted; those of web sockets are not."""
        own = (each for each in self.state.connections if isinstance(each, HttpServerProtocol))
        return [*own, *self.guards]

    def _set_common_headers(self) -> None:
        """Say what uvicorn adds to every answer that begins from now on. Our own protocol class knows the date by itself."""
        dated = self._options.http is not HttpServerProtocol
        date = [(b"date", formatdate(usegmt=True).encode())] if dated else []
        server = [_SERVER] if self._options.names_server else []
        self.state.default_headers = [*date, *server, *([_CLOSE] if self._is_leaving else [])]

    async def _announce(self) -> None:
        """Let every answer that begins from now on say that it is the last one on its connection."""
        self._is_leaving = True
        self._set_common_headers()
        # Turns of the loop, in which it accepts the connections that are queued already.
        await asyncio.sleep(_POLL_S)
        await self._queue.empty()

    async def _until_quiet(self, limit_s: float) -> bool:
        """Wait until nothing is open and nothing runs. False when the time is over, or after `hurry`."""
        end = asyncio.get_running_loop().time() + limit_s
        while self.state.connections or self.state.tasks:
            if self._is_hurried or asyncio.get_running_loop().time() >= end:
                return False
            await asyncio.sleep(_POLL_S)
        return True

    async def _cut_off(self) -> None:
        tasks = list(self.state.tasks)
        _log.warning("%d requests were cut off: they had not ended in time", len(tasks))
        for connection in self._connections():
            connection.abort()
        uvicorn_log = logging.getLogger("uvicorn.error")
        uvicorn_log.addFilter(is_no_cancellation)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_LAST_WORDS_S)
        uvicorn_log.removeFilter(is_no_cancellation)


async def _create_server(accept: Callable[[], asyncio.Protocol], sock: socket.socket, backlog: int) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    options: dict[str, Any] = {"sock": sock, "backlog": backlog}
    if sock.family is not socket.AF_UNIX:
        return await loop.create_server(accept, **options)
    if type(loop).__module__.startswith("asyncio.") and sys.version_info >= (3, 13):
        # The path outlives this process: the next replica listens there.
        options["cleanup_socket"] = False
    return await loop.create_unix_server(accept, **options)
