"""One open database with one table, closed after each test: on SQLite, and on a real PostgreSQL server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from plures.data import Database, Folder, Migration, Place, open_database

STOCK = Migration(1, "stock table", ("CREATE TABLE stock (id TEXT PRIMARY KEY, pieces INTEGER NOT NULL)",))


@pytest.fixture(params=["sqlite", "postgresql"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where nothing is yet. One server runs for all tests, and each has a schema of its own there."""
    if request.param == "sqlite":
        return Folder(tmp_path)
    return await request.getfixturevalue("postgres").schema()


@pytest.fixture
async def database(place: Place) -> AsyncIterator[Database]:
    opened = await open_database(place, "inventory", (STOCK,))
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Database]:
    """For what SQLite alone has."""
    opened = await open_database(tmp_path, "inventory", (STOCK,))
    yield opened
    await opened.close()
