"""One open database with one table, closed after each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from plures.data import Database, Migration, open_database

STOCK = Migration(1, "stock table", ("CREATE TABLE stock (id TEXT PRIMARY KEY, pieces INTEGER NOT NULL)",))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(tmp_path, "inventory", (STOCK,))
    yield opened
    await opened.close()
