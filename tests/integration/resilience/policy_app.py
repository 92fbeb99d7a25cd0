"""An application whose operations count how often they ran, for the policy on calls."""

import asyncio
from collections import Counter, defaultdict
from typing import Protocol

from plures import Application, Capability, command, contract, query
from plures.runtime import current


@contract("policy.work.v1", owner="tests")
class Work(Protocol):
    @query(deadline_s=10)
    async def look(self, key: str) -> int: ...
    @query(deadline_s=10, hedge_after_s=0.02)
    async def hedged(self, key: str) -> int: ...
    @command(deadline_s=10, idempotent=True)
    async def put(self, key: str) -> int: ...
    @command(deadline_s=10)
    async def add(self, key: str) -> int: ...
    @query(deadline_s=10)
    async def runs(self, key: str) -> int: ...
    @query(deadline_s=10)
    async def criticality(self) -> str: ...


@contract("policy.narrow.v1", owner="tests")
class Narrow(Protocol):
    """Has room for one call at a time, over the wire, and a short queue."""

    @command(deadline_s=10)
    async def hold(self, key: str) -> int: ...
    @command(deadline_s=10)
    async def release(self, key: str) -> None: ...
    @query(deadline_s=10)
    async def runs(self, key: str) -> int: ...


@contract("policy.patient.v1", owner="tests")
class Patient(Narrow, Protocol):
    """The same with a long queue."""


@contract("policy.shop.v1", owner="tests")
class Shop(Protocol):
    @command(deadline_s=10, criticality="critical")
    async def buy(self) -> str: ...
    @query(deadline_s=10, criticality="sheddable")
    async def browse(self) -> str: ...
    @query(deadline_s=10)
    async def talk(self) -> str: ...


class WorkService:
    def __init__(self) -> None:
        self._runs: Counter[str] = Counter()

    async def look(self, key: str) -> int:
        self._runs[key] += 1
        return self._runs[key]

    async def hedged(self, key: str) -> int:
        return await self.look(key)

    async def put(self, key: str) -> int:
        return await self.look(key)

    async def add(self, key: str) -> int:
        return await self.look(key)

    async def runs(self, key: str) -> int:
        return self._runs[key]

    async def criticality(self) -> str:
        call = current.get()
        return "" if call is None else call.criticality.value


class NarrowService:
    def __init__(self) -> None:
        self._runs: Counter[str] = Counter()
        self._free: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    async def hold(self, key: str) -> int:
        self._runs[key] += 1
        await self._free[key].wait()
        return self._runs[key]

    async def release(self, key: str) -> None:
        self._free[key].set()

    async def runs(self, key: str) -> int:
        return self._runs[key]


class ShopService:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def buy(self) -> str:
        return await self._work.criticality()

    async def browse(self) -> str:
        return await self._work.criticality()

    async def talk(self) -> str:
        return await self._work.criticality()


app = Application(
    "policy",
    [
        Capability(Work, WorkService),
        Capability(Narrow, NarrowService),
        Capability(Patient, NarrowService),
        Capability(Shop, ShopService),
    ],
)
