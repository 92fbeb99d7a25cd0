"""An application without `await`, which is read and never run. `test_reading_sync.py` has what is expected of each operation."""

import asyncio
import json
from typing import Any, Protocol

import plures
from plures import blocking, contract, query


@contract("islands.base.v1", owner="tests")
class Base(Protocol):
    @query()
    def get(self, word: str = "") -> str: ...
    @query()
    async def fetch(self, word: str = "") -> str: ...


@contract("islands.hub.v1", owner="tests")
class Hub(Protocol):
    @query()
    def direct(self) -> str: ...
    @query()
    async def in_a_thread(self) -> str: ...
    @query()
    def without_await(self) -> str: ...
    @query()
    def asked_for(self) -> str: ...
    @query()
    def asked_for_and_blocking(self) -> str: ...
    @query()
    def guessed(self) -> str: ...
    @query()
    def which(self) -> str: ...


class BaseService(Base):
    def get(self, word: str = "") -> str:
        return word

    async def fetch(self, word: str = "") -> str:
        return word


class HubService(Hub):
    def __init__(self, base: Base) -> None:
        self.base = base

    def direct(self) -> str:
        return self.base.get()

    async def in_a_thread(self) -> str:
        return await asyncio.to_thread(self.base.get, "x")

    def without_await(self) -> str:
        return blocking(self.base.fetch)("x")

    def asked_for(self) -> str:
        return deep()

    def asked_for_and_blocking(self) -> str:
        return blocking(plures.client(Base).fetch)("x")

    def guessed(self) -> str:
        found: Any = json.loads("{}")
        # What has to be awaited is not called here.
        found.fetch()
        return str(found.get())

    def which(self) -> str:
        contracts: Any = json.loads("[]")
        return str(plures.client(contracts))


def deep() -> str:
    return plures.client(Base).get()
