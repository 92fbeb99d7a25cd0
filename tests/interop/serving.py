"""Servers for one test: a Plures host, and any ASGI application, on free ports."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from plures import Application, Capability
from plures.access import Access
from plures.application import assemble
from plures.deploy.serving.listener import Listener, ServingOptions
from plures.host import Host, Placement
from plures.http import HttpServerProtocol

from .contract import Depot, DepotService


@asynccontextmanager
async def served(application: Any, http: str | type[asyncio.Protocol] = "httptools") -> AsyncIterator[str]:
    """The URL of an ASGI application, or of what `http` serves, that listens while the block runs."""
    listening = socket.create_server(("127.0.0.1", 0))
    listener = Listener(application, listening, ServingOptions(http=http, grace_s=5, linger_s=0.05))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    await listener.start()
    try:
        yield url
    finally:
        await listener.stop()


@asynccontextmanager
async def hosted(data: Path) -> AsyncIterator[str]:
    """The URL of the control listener of a host that runs the depot."""
    host = Host(assemble(Application("interop", [Capability(Depot, DepotService)])), placement(data))
    await host.start()
    try:
        async with served(host.control, HttpServerProtocol) as url:
            yield url
    finally:
        await host.stop()


@asynccontextmanager
async def client_of(url: str, data: Path, token: str = "") -> AsyncIterator[Depot]:
    """The client with which a Plures application calls a depot that runs elsewhere."""
    shown = Access(tokens={"depot": token} if token else {})
    host = Host(assemble(Application("interop", [Capability(Depot)])), replace(placement(data, url), access=shown))
    await host.start()
    try:
        yield host.client(Depot)
    finally:
        await host.stop()


def placement(data: Path, elsewhere: str | None = None) -> Placement:
    if elsewhere is None:
        return Placement(frozenset({"depot"}), edge=False, data=data)
    return Placement(frozenset(), edge=False, data=data, endpoints={"depot": (elsewhere,)})
