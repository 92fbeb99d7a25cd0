"""A database that dies with its process at one chosen point: before or after a commit, or where a call comes by. No clean-up code gets anything done then."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]

from plures.data import Database, Folder, Place, Server
from plures.data.store import Store, Transaction
from plures.errors import PluresError


class Buried(PluresError):
    """What code of a dead process hears when the test lets go of it."""

    code = "tests.buried"


@dataclass
class Fate:
    """When one process dies.

    Attributes:
        at: It dies at the point with this number.
        named: Or at the first that has this name.
        passed: So many points it has come by.
        where: The name of the point at which it died.
    """

    at: int
    named: str = ""
    passed: int = 0
    where: str = ""
    is_dead: asyncio.Event = field(default_factory=asyncio.Event)
    is_buried: asyncio.Event = field(default_factory=asyncio.Event)

    async def point(self, name: str) -> None:
        self.passed += 1
        if self.passed == self.at or (name == self.named and not self.where):
            self.where = name
            self.is_dead.set()
        await self.lives()

    async def lives(self) -> None:
        """In a dead process nothing goes on."""
        if self.is_dead.is_set():
            await self.is_buried.wait()
            raise Buried("buried")


class MortalStore:
    """A store whose writes are points."""

    def __init__(self, store: Store, fate: Fate) -> None:
        self.inner = store
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def write(self) -> AbstractAsyncContextManager[Transaction]:
        return self._written(self.inner.write)

    def plain_write(self, *, lasts: bool) -> AbstractAsyncContextManager[Transaction]:
        return self._written(lambda: self.inner.plain_write(lasts=lasts))

    @asynccontextmanager
    async def plain_statement(self) -> AsyncGenerator[Transaction]:
        # It commits by itself.
        await self._fate.point("before a commit")
        async with self.inner.plain_statement() as transaction:
            yield transaction
        await self._fate.point("after a commit")

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[Transaction]:
        await self._fate.lives()
        async with self.inner.read() as transaction:
            yield transaction

    @asynccontextmanager
    async def _written(
        self, begin: Callable[[], AbstractAsyncContextManager[Transaction]]
    ) -> AsyncGenerator[Transaction]:
        await self._fate.lives()
        async with begin() as transaction:
            yield transaction
            await self._fate.point("before a commit")
        await self._fate.point("after a commit")


def mortal(database: Database, fate: Fate) -> Database:
    return Database("ordering", MortalStore(database.store, fate))  # type: ignore[arg-type]


async def after_death(place: Place, dead: Database, postgres: Any, number: int) -> Place:
    """Where the next process finds what the dead one left: a copy of the files, or the server, which has noticed the end of its connections."""
    if isinstance(place, Folder):
        copy = place.path.with_name(f"after-{number}")
        copy.mkdir()
        for file in place.path.glob("ordering.sqlite3*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, copy / file.name)
        return Folder(copy)
    assert isinstance(place, Server)
    await postgres.run(*(f"SELECT pg_terminate_backend({pid})" for pid in dead.store.sessions))
    # As if its lease had passed; it has none where it died before it made the tables.
    with suppress(asyncpg.UndefinedTableError):
        await postgres.run(f'DELETE FROM "{place.schema}".plures_saga_workers')
    return place


def folder(path: Path) -> Folder:
    path.mkdir()
    return Folder(path)
