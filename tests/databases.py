"""Both kinds of database, for tests that must come out the same on each."""

import asyncio
import inspect
from collections.abc import AsyncGenerator, Sequence
from functools import wraps
from pathlib import Path
from random import random
from typing import Any, Final, TypeVar

import pytest

from plures.data import Database, Folder, Migration, Place, StatementFailed, open_database
from plures.topology import DatabaseServer, Storage, Topology
from tests.postgres import Postgres

SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"
KINDS: Final = (SQLITE, POSTGRESQL)
_LONGEST_PAUSE_S: Final = 0.02

T = TypeVar("T")


class Databases:
    """Opens the databases of one test, and closes them after it. A capability that is opened again finds its data."""

    def __init__(self, folder: Path, postgres: Postgres | None) -> None:
        self._folder = folder
        self._postgres = postgres
        self._places: dict[str, Place] = {}
        self._opened: list[Database] = []

    async def open(self, capability: str, migrations: Sequence[Migration] = ()) -> Database:
        database = await open_database(await self.place(capability), capability, migrations)
        self._opened.append(database)
        return database

    async def place(self, capability: str) -> Place:
        """Where the data of a capability lies, from its first mention on."""
        if capability not in self._places:
            self._places[capability] = await self._postgres.schema() if self._postgres else Folder(self._folder)
        return self._places[capability]

    async def close(self) -> None:
        for database in self._opened:
            await database.close()


def on_server(url: str) -> Topology:
    """All data on a server; the passwords are in the data folder, where `plures data prepare` would put them."""
    return Topology("on-server", (), storage=Storage({"main": DatabaseServer("main", url)}, default="main"))


def repeating(service: T) -> T:
    """Runs each method again whose transaction met another one, as the platform does around the operations of a service."""
    stand_in: Any = _Repeating(service)
    # It has the methods of the service.
    return stand_in  # type: ignore[no-any-return]


class _Repeating:
    def __init__(self, service: object) -> None:
        self._service = service

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._service, name)
        if not inspect.iscoroutinefunction(method):
            return method

        @wraps(method)
        async def call(*args: Any, **kwargs: Any) -> Any:
            while True:
                try:
                    return await method(*args, **kwargs)
                except StatementFailed as error:
                    if not error.may_be_repeated:
                        raise
                await asyncio.sleep(random() * _LONGEST_PAUSE_S)

        return call


@pytest.fixture(params=KINDS)
async def databases(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Databases]:
    """Of each kind."""
    opened = _databases(request, tmp_path)
    yield opened
    await opened.close()


@pytest.fixture(params=["memory", *KINDS])
async def kept_in(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Databases | None]:
    """Of each kind; None for a store in memory, which must behave like the others."""
    opened = None if request.param == "memory" else _databases(request, tmp_path)
    yield opened
    if opened:
        await opened.close()


def _databases(request: pytest.FixtureRequest, folder: Path) -> Databases:
    return Databases(folder, request.getfixturevalue("postgres") if request.param == POSTGRESQL else None)
