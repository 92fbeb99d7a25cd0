"""A database for sagas, on SQLite and on a real PostgreSQL server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from plures.data import Database, Folder, Place, open_database

from .shop import MIGRATIONS, World


@pytest.fixture(params=["sqlite", "postgresql"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        return Folder(tmp_path)
    return await request.getfixturevalue("postgres").schema()


@pytest.fixture
async def database(place: Place) -> AsyncIterator[Database]:
    opened = await open_database(place, "ordering", MIGRATIONS)
    yield opened
    await opened.close()


@pytest.fixture
def world() -> World:
    return World()
