"""An application that publishes a part of one capability, and an edge that answers everything else."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any, Protocol

from plures import (
    Application,
    Capability,
    ContractError,
    Headers,
    Message,
    Meta,
    command,
    contract,
    query,
    tell_headers,
    tell_trailers,
)


class Sold(ContractError, status="failed_precondition"):
    """It is sold."""

    name: str


class Wish(Headers):
    wish_language: str = "en"


ENGLISH = Wish()


class Stamp(Headers):
    stamp_age_s: int


class Count(Headers):
    counted: int


class Product(Message):
    name: str
    price: int = 0


@contract("fair.catalog.v1", owner="tests", deprecated=date(2026, 1, 1), sunset=date(2030, 1, 1))
class Catalog(Protocol):
    """What there is."""

    @query(headers=Stamp, trailers=Count, errors=[Sold])
    async def find(self, text: Annotated[str, Meta(max_length=2000)], wish: Wish = ENGLISH) -> tuple[Product, ...]: ...

    @query(trailers=Count, errors=[Sold])
    def list(self, most: int) -> AsyncIterator[Product]: ...

    @command(errors=[Sold])
    def buy(self, name: str) -> Product: ...

    @query()
    async def wait(self) -> int: ...

    @query()
    async def cancelled(self) -> int: ...

    @command()
    async def withdraw(self, name: str) -> None: ...


@contract("fair.till.v1", owner="tests")
class Till(Protocol):
    @query()
    async def total(self) -> int: ...


class CatalogService(Catalog):
    def __init__(self) -> None:
        self._cancelled = 0

    async def find(self, text: str, wish: Wish = ENGLISH) -> tuple[Product, ...]:
        tell_headers(Stamp(stamp_age_s=7))
        if text == "gone":
            raise Sold(name=text)
        if text == "broken":
            message = "a secret of the inside"
            raise RuntimeError(message)
        tell_trailers(Count(counted=1))
        return (Product(name=f"{text} in {wish.wish_language}"),)

    async def list(self, most: int) -> AsyncIterator[Product]:
        for number in range(most):
            yield Product(name=f"tea {number}", price=number)
        tell_trailers(Count(counted=most))
        if most == 3:
            raise Sold(name="the fourth")

    def buy(self, name: str) -> Product:
        return Product(name=name, price=5)

    async def wait(self) -> int:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            self._cancelled += 1
            raise
        return 0

    async def cancelled(self) -> int:
        return self._cancelled

    async def withdraw(self, name: str) -> None:
        raise AssertionError(name)


class TillService(Till):
    async def total(self) -> int:
        return 12


async def edge(scope: Any, receive: Any, send: Any) -> None:
    """Answers everything with a page."""
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": b"<!doctype html><title>the edge</title>"})


app = Application("fair", [Capability(Catalog, CatalogService), Capability(Till, TillService)], edge=edge)
