"""What a rival is: a module with a server that announces its port, and a client that fetches the ten products."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from typing import Protocol, TypeAlias, cast

from bench.calls.answer import PRODUCTS, PlainProduct

Call: TypeAlias = Callable[[], Awaitable[object]]

ECHO, BARE, PLURES = "raw loopback echo", "bare ASGI ← pyreqwest", "Plures remote"
GRPC, CONNECT, CONNECT_BINARY, FASTAPI = "gRPC aio", "connectrpc (JSON)", "connectrpc (binary)", "FastAPI ← httpx"
AIOHTTP = "FastAPI ← aiohttp"

MODULES = {
    ECHO: "bench.calls.rivals.echo",
    BARE: "bench.calls.rivals.bare_asgi",
    PLURES: "bench.calls.rivals.plures_remote",
    GRPC: "bench.calls.rivals.grpc_aio",
    CONNECT: "bench.calls.rivals.connect_json",
    CONNECT_BINARY: "bench.calls.rivals.connect_binary",
    FASTAPI: "bench.calls.rivals.fastapi_httpx",
    AIOHTTP: "bench.calls.rivals.fastapi_aiohttp",
}


class Rival(Protocol):
    """The functions of a rival's module."""

    async def serve(self) -> None:
        """Announce the port and answer until SIGTERM comes."""
        ...

    def connect(self, port: int, in_flight: int) -> AbstractAsyncContextManager[Call]:
        """A client with as many connections as ``in_flight`` calls can use."""
        ...

    def products_of(self, answer: object) -> list[PlainProduct]:
        """The answer of a call, as plain values."""
        ...


class WrongAnswer(Exception):
    """A rival did not answer the ten products, so its figures would mean nothing."""


def load(name: str) -> Rival:
    """Import one rival, and so only its own libraries."""
    return cast("Rival", import_module(MODULES[name]))


def check(name: str, rival: Rival, answer: object) -> None:
    """Refuse to measure a rival whose answer is not the ten products.

    Raises:
        WrongAnswer: The answer is something else.
    """
    if (found := rival.products_of(answer)) != list(PRODUCTS):
        raise WrongAnswer(f"{name} answered {found!r}")
