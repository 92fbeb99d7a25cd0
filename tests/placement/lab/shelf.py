"""A contract whose commands are remembered, and a service that counts how often they run."""

import asyncio
from typing import Protocol

from plures import ContractError, Database, Message, Migration, command, contract, query
from plures.data import DatabaseBusy

from .echo import Echo

RUNS = Migration(1, "runs", ("CREATE TABLE runs (key TEXT PRIMARY KEY, times INTEGER NOT NULL)",))
_COUNT = "INSERT INTO runs VALUES (:key, 1) ON CONFLICT (key) DO UPDATE SET times = runs.times + 1"


class Put(Message):
    key: str
    times: int
    label: str | None = None


class Full(ContractError, status="resource_exhausted"):
    """Nothing more fits."""

    times: int


class Closed(ContractError, status="unavailable"):
    """Come again later."""


@contract("lab.shelf.v1", owner="tests")
class Shelf(Protocol):
    @command(idempotent=True, key="key", deadline_s=20)
    async def put(self, key: str | None, label: str | None = None, pieces: int = 1, pause_s: float = 0) -> Put: ...
    @command(idempotent=True, key="key", deadline_s=20, errors=[Full])
    async def refuse(self, key: str, *, within: bool) -> int: ...
    @command(idempotent=True, key="key", deadline_s=20)
    async def put_twice(self, key: str) -> int: ...
    @command(idempotent=True, key="key", deadline_s=20)
    async def put_nothing(self, key: str) -> None: ...
    @command(idempotent=True, key="key", deadline_s=20)
    async def put_and_call(self, key: str) -> int: ...
    @command(idempotent=True, key="key", deadline_s=20, errors=[Closed])
    async def put_and_fail(self, key: str, fails: str) -> int: ...
    @command(idempotent=True, key="key", deadline_s=20)
    async def put_together(self, key: str) -> int: ...
    @command(deadline_s=20)
    async def conflict(self, key: str, times: int, after: str = "") -> int: ...
    @query(deadline_s=20)
    async def runs(self, key: str) -> int: ...


class ShelfService(Shelf):
    def __init__(self, database: Database, echo: Echo, myself: Shelf) -> None:
        self._database = database
        self._echo = echo
        self._myself = myself
        self._nothing = 0
        self._conflicts: dict[str, int] = {}

    async def put(self, key: str | None, label: str | None = None, pieces: int = 1, pause_s: float = 0) -> Put:
        await asyncio.sleep(pause_s)
        return Put(key or "", await self._put(key or ""), label)

    async def refuse(self, key: str, *, within: bool) -> int:
        times = await self._put(key)
        async with self._database.write():
            if within:
                raise Full(times=times)
        raise Full(times=times)

    async def put_twice(self, key: str) -> int:
        await self._put(key)
        seen = await self.runs(key)
        await self._put(key)
        return seen

    async def put_nothing(self, key: str) -> None:
        self._nothing += 1
        if self._nothing > 1:
            raise RuntimeError(key)

    async def put_and_call(self, key: str) -> int:
        await self._put(key)
        await self._echo.number(1)
        return await self._myself.runs(key)

    async def put_and_fail(self, key: str, fails: str) -> int:
        times = await self._put(key)
        if fails == "declared":
            raise Closed
        if fails == "undeclared":
            raise RuntimeError(key)
        return times

    async def put_together(self, key: str) -> int:
        return max(await asyncio.gather(*(self._put(key) for _ in range(5))))

    async def conflict(self, key: str, times: int, after: str = "") -> int:
        if after == "query":
            await self._echo.number(1)
        if after == "command":
            await self._myself.put("")
        if after == "commit":
            await self._put(key)
        async with self._database.write() as connection:
            await connection.execute(_COUNT, {"key": key})
            self._conflicts[key] = self._conflicts.get(key, 0) + 1
            if self._conflicts[key] <= times:
                raise DatabaseBusy("shelf", "COMMIT", "another transaction was first")
        return self._conflicts[key]

    async def runs(self, key: str) -> int:
        async with self._database.read() as connection:
            return await connection.scalar("SELECT times FROM runs WHERE key = :key", {"key": key}) or 0

    async def _put(self, key: str) -> int:
        async with self._database.write() as connection:
            await connection.execute(_COUNT, {"key": key})
            times: int = await connection.scalar("SELECT times FROM runs WHERE key = :key", {"key": key})
        return times
