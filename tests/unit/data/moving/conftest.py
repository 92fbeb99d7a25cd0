"""Where a database is moved to: a file, and a schema on a real PostgreSQL server."""

from pathlib import Path

import pytest

from plures.data import Folder, Place


@pytest.fixture(params=["sqlite", "postgresql"])
async def target(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        return Folder(tmp_path / "target")
    return await request.getfixturevalue("postgres").schema()
