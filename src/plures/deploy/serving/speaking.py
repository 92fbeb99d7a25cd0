"""What the classes that speak HTTP are told: ours of the control listener by itself, and those of uvicorn, which only a process with an edge imports."""

import asyncio
import logging
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final

import msgspec

from plures.extras import require
from plures.http import HttpServerProtocol
from plures.logs import is_told

from .options import ServingOptions

_BACKLOG: Final = 2048
# A client that sends such requests would fill the log, and the answer says it.
_OF_PEERS: Final = frozenset({"Invalid HTTP request received.", "Unsupported upgrade request."})
_NO_WEB_SOCKETS: Final = "No supported WebSocket library detected"


@dataclass(eq=False)
class ServerState:
    """What the connections of one listener share, as the protocol classes of uvicorn and ours use it."""

    total_requests: int = 0
    connections: set[Any] = field(default_factory=set[Any])
    tasks: "set[asyncio.Task[None]]" = field(default_factory=set["asyncio.Task[None]"])
    default_headers: list[tuple[bytes, bytes]] = field(default_factory=list[tuple[bytes, bytes]])


class OwnSpeaker(msgspec.Struct, frozen=True):
    """As far as a listener and `HttpServerProtocol` ask for it, what uvicorn's `Config` is."""

    loaded_app: Any
    timeout_keep_alive: int
    limit_concurrency: int
    http_protocol_class: type[asyncio.Protocol] = HttpServerProtocol
    backlog: int = _BACKLOG

    def load(self) -> None:
        """Nothing is left to do."""


def need_uvicorn() -> None:
    """Import what serves an edge; raises `ExtraMissing` where it is not installed, or too old."""
    require("cli", "serve the edge of the application", alone="uvicorn")
    import_module("uvicorn")


def speaker(application: Any, options: ServingOptions) -> Any:
    """The configuration of the protocol class; raises `ExtraMissing` where that is one of uvicorn, which is not installed."""
    # The connection that asks counts as well.
    most = options.most_connections + 1
    if options.http is HttpServerProtocol:
        return OwnSpeaker(application, options.keep_alive_s, most)
    need_uvicorn()
    import uvicorn

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
        limit_concurrency=most,
        backlog=_BACKLOG,
    )


class _Untold:
    """Takes out of uvicorn's log what an application raises, which the edge tells itself, and each request that makes no sense."""

    def __init__(self) -> None:
        self._has_hinted = False

    def __call__(self, record: logging.LogRecord) -> bool:
        if record.msg in _OF_PEERS:
            return False
        if str(record.msg).startswith(_NO_WEB_SOCKETS):
            # Who develops an application needs it once; each request that offers a web socket would say it again.
            is_new, self._has_hinted = not self._has_hinted, True
            return is_new
        return not (record.exc_info and record.exc_info[1] is not None and is_told(record.exc_info[1]))


untold: Final = _Untold()


def is_no_cancellation(record: logging.LogRecord) -> bool:
    """Uvicorn reports a cancelled request with a traceback. Our own log line has said it already."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))
