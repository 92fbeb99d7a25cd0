"""A database with the tables of the mapped classes."""

from collections.abc import AsyncIterator

import pytest

from plures.data import Database, Place, open_database

from .guests import TABLES


@pytest.fixture
async def book(place: Place) -> AsyncIterator[Database]:
    opened = await open_database(place, "guests", (TABLES,))
    yield opened
    await opened.close()
