"""A caching proxy between caller and callee: hishel, which follows RFC 9111, behind a listener. And what it shall keep, or not."""

from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import httpx
from hishel import AsyncSqliteStorage, CacheOptions
from hishel.httpx import AsyncCacheTransport

from plures import Application, Capability, Message, contract, query, request_context
from plures.access import Access, Caller
from plures.application import assemble
from plures.contract import ContractError
from plures.host import Host, Placement
from plures.http import HttpServerProtocol
from plures.runtime import new_key
from plures.topology import Policies
from tests.interop.serving import served

_HOPS = {"connection", "transfer-encoding", "keep-alive"}
KEY = new_key()
"""With which the processes here sign on whose behalf they call."""


class Shopper(Message):
    user: str


class NoSuchTea(ContractError, status="not_found"):
    """It is not sold."""


@contract("lab.prices.v1", owner="tests")
class Prices(Protocol):
    @query(cache_s=60, cache="public", errors=[NoSuchTea], deadline_s=20)
    async def price(self, tea: str) -> int: ...

    @query(cache_s=60, cache="public", deadline_s=20)
    async def basket(self, pieces: dict[str, int]) -> int: ...

    @query(cache_s=60, cache="public", deadline_s=20)
    async def greeting(self) -> str: ...

    @query(cache_s=60, deadline_s=20)
    async def mine(self) -> str: ...

    @query(deadline_s=20)
    async def stock(self, tea: str) -> int: ...


class PricesService(Prices):
    """Counts what reaches it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def price(self, tea: str) -> int:
        self.asked.append(tea)
        if tea == "none":
            raise NoSuchTea
        return len(tea)

    async def basket(self, pieces: dict[str, int]) -> int:
        self.asked.append("basket")
        return sum(pieces.values())

    async def greeting(self) -> str:
        shopper = request_context(Shopper, None)
        self.asked.append("greeting")
        return f"hello {shopper.user if shopper else 'stranger'}"

    async def mine(self) -> str:
        self.asked.append("mine")
        return "yours alone"

    async def stock(self, tea: str) -> int:
        self.asked.append("stock")
        return 3


@dataclass
class Cache:
    """A proxy that keeps answers, and what passed it: method, target, whether it answered by itself."""

    transport: AsyncCacheTransport
    upstream: str
    passed: list[tuple[str, str, bool]] = field(default_factory=list[tuple[str, str, bool]])

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        """Answer one request, as an ASGI application."""
        body = b""
        while (part := await receive()).get("more_body"):
            body += part["body"]
        body += part.get("body", b"")
        target = scope["raw_path"].decode() + ("?" + query if (query := scope["query_string"].decode()) else "")
        headers = [(name, value) for name, value in scope["headers"] if name.decode() not in _HOPS]
        asked = httpx.Request(scope["method"], self.upstream + target, headers=headers, content=body)
        answer = await self.transport.handle_async_request(asked)
        content = b"".join([chunk async for chunk in answer.stream])  # type: ignore[union-attr]
        await answer.aclose()
        # A caller that waits for long asks beside the call whether the callee lives.
        if not target.startswith("/health/"):
            self.passed.append((scope["method"], target, answer.extensions["caching"]["from_cache"]))
        kept = [(name, value) for name, value in answer.headers.raw if name.decode().lower() not in _HOPS]
        await send({"type": "http.response.start", "status": answer.status_code, "headers": kept})
        await send({"type": "http.response.body", "body": content})

    @property
    def hits(self) -> list[bool]:
        """Of each request in turn, whether the cache answered it."""
        return [hit for _, _, hit in self.passed]


@dataclass
class Between:
    """A service, a cache before it, and the client of another process that calls through the cache."""

    service: PricesService
    cache: Cache
    client: Prices
    url: str
    direct: str


@asynccontextmanager
async def between(
    folder: Path, *, shared: bool = True, access: Access | None = None, policies: Policies | None = None
) -> AsyncGenerator[Between]:
    """All of them, while the block runs.

    Args:
        shared: Whether the cache is one that many share.
        access: Who may call the service.
        policies: What plures.toml says at the callee.
    """
    service = PricesService()
    capability = Capability(Prices, lambda: service)
    here = Placement(frozenset({"prices"}), edge=False, data=folder / "a", context_keys=(KEY,), access=access)
    here = replace(here, policies=policies or here.policies)
    host = Host(assemble(Application("shop", [capability], context=Shopper)), here)
    await host.start()
    async with (
        served(host.control, HttpServerProtocol) as direct,
        cached(folder, direct, shared=shared) as (cache, url),
    ):
        there = Placement(frozenset(), edge=False, data=folder / "b", context_keys=(KEY,), endpoints={"prices": (url,)})
        caller = Host(assemble(Application("shop", [Capability(Prices)], context=Shopper)), there)
        await caller.start()
        yield Between(service, cache, caller.client(Prices), url, direct)
        await caller.stop()
    await host.stop()


@asynccontextmanager
async def published(folder: Path, pages: Sequence[Caller], policies: Policies) -> AsyncGenerator[tuple[Cache, str]]:
    """A cache before the public listener of an application whose operations pages may call, and its URL."""

    async def edge(scope: Any, receive: Any, send: Any) -> None:
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-type", scope["type"].encode())]}
        )
        await send({"type": "http.response.body", "body": b"the edge"})

    assembly = assemble(Application("shop", [Capability(Prices, PricesService)], edge=edge))
    access = Access(pages=tuple(pages))
    host = Host(
        assembly, Placement(frozenset({"prices"}), edge=True, data=folder / "a", access=access, policies=policies)
    )
    await host.start()
    async with served(host.public) as direct, cached(folder, direct) as found:
        yield found
    await host.stop()


@asynccontextmanager
async def cached(folder: Path, upstream: str, *, shared: bool = True) -> AsyncGenerator[tuple[Cache, str]]:
    """A cache before a listener, and its URL."""
    storage = AsyncSqliteStorage(database_path=folder / "kept.db")
    transport = AsyncCacheTransport(httpx.AsyncHTTPTransport(), storage, CacheOptions(shared=shared))
    cache = Cache(transport, upstream)
    async with served(cache) as url:
        yield cache, url
    await transport.aclose()
    await storage.close()
