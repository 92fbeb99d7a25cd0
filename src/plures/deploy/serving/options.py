"""How an application is served."""

import asyncio
from collections.abc import Callable

import msgspec

from plures.http import BodyLimit, OwnNames, Room, usual_limit
from plures.tls import Identity


class ServingOptions(msgspec.Struct, frozen=True):
    """How an application is served.

    Attributes:
        http: What speaks HTTP: a name that uvicorn knows, or an asyncio protocol class with the constructor of uvicorn's.
        websockets: Whether connections may become web sockets, where a library for them is installed.
        keep_alive_s: How long an idle connection stays open. Must be longer than callers keep theirs, or a call may be sent
            at the very moment at which its connection is closed.
        behind_proxy: Whether a proxy on this machine may say who really asks.
        grace_s: Most time for requests in flight once stopped; after it they are cancelled.
        linger_s: Most time that a silent connection gets to ask once more.
        most_connections: Further ones are answered 503.
        names: Whom requests may ask for, where uvicorn speaks HTTP; None where they may ask for anyone.
        room: Where connections count the bytes of requests that they hold, together with those of other listeners.
        limit: How large the message of a request may be, where `http` is `HttpServerProtocol`.
        refusal: The whole answer to a GET by its head, where it is refused before anything else looks at it; None to refuse none.
        names_server: Whether answers say which server they come from, as those of uvicorn do.
        tls: What it shows to its peers, where `http` is `HttpServerProtocol` and speaks TLS; None for plain HTTP.
        tick_s: While connections are open: how often they learn that time passes, and uvicorn learns the date.
    """

    http: str | type[asyncio.Protocol] = "httptools"
    websockets: bool = False
    keep_alive_s: int = 120
    behind_proxy: bool = False
    grace_s: float = 30.0
    linger_s: float = 0.5
    most_connections: int = 10_000
    names: OwnNames | None = None
    room: Room = msgspec.field(default_factory=Room)
    limit: BodyLimit = usual_limit
    tick_s: float = 1.0
    refusal: Callable[[bytes], bytes | None] | None = None
    tls: Identity | None = None
    names_server: bool = False
