"""A shop with two versions of a contract and a deprecated one, and what it keeps of who calls what."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from plures import Application, Capability, contract, query
from plures.access import Access, Caller, CallerKind, digest_of
from plures.host import Host
from plures.usage import UsageFile

TOKENS = {name: f"a-token-of-the-{name}" for name in ("partner", "tools", "web")}


@contract("shop.search.v2", owner="finders")
class Search(Protocol):
    @query()
    async def find(self, text: str) -> int: ...
    @query()
    async def all(self) -> AsyncIterator[int]:
        yield 0


@contract("shop.search.v1", owner="finders", deprecated=date(2026, 10, 1), sunset=date(2031, 6, 30))
class SearchV1(Protocol):
    @query()
    async def find(self, text: str) -> int: ...
    @query()
    def find_now(self, text: str) -> int: ...
    @query()
    async def all(self) -> AsyncIterator[int]:
        yield 0


@contract("shop.cart.v1", owner="sellers", deprecated=date(2026, 11, 1))
class Cart(Protocol):
    @query()
    async def show(self) -> int: ...


class SearchService:
    async def find(self, text: str) -> int:
        if not text:
            raise RuntimeError
        return len(text)

    async def all(self) -> AsyncIterator[int]:
        yield 1


class OnV2:
    def __init__(self, newer: Search) -> None:
        self._newer = newer

    async def find(self, text: str) -> int:
        return await self._newer.find(text)

    def find_now(self, text: str) -> int:
        return len(text)

    async def all(self) -> AsyncIterator[int]:
        async for each in self._newer.all():
            yield each


class CartService:
    def __init__(self, search: SearchV1) -> None:
        self._search = search

    async def show(self) -> int:
        return await self._search.find("cart") + sum([each async for each in self._search.all()])


async def web(scope: Any, receive: Any, send: Any) -> None: ...


def edge(search: SearchV1) -> Any:
    del search
    return web


APP = Application(
    "shop",
    [
        Capability(Search, SearchService, older=[Capability(SearchV1, OnV2)]),
        Capability(Cart, CartService),
    ],
    edge=edge,
    clients=[Cart],
)
ACCESS = Access(
    (
        Caller("partner", CallerKind.OUTSIDE, digest_of(TOKENS["partner"]), ("search", "cart")),
        Caller("plures", CallerKind.TOOLS, digest_of(TOKENS["tools"])),
        Caller("web", CallerKind.PROCESS, digest_of(TOKENS["web"]), ("search.v1",)),
    )
)

Make = Callable[..., Host]


def uses(folder: Path) -> dict[str, int]:
    """`<caller>: <contract>/<operation>` → how many calls are kept."""
    kept = UsageFile(folder).read().uses
    return {f"{use.caller}: {use.contract[5:]}/{use.operation}": used.calls for use, used in kept.items()}
