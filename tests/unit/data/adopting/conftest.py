"""The application's own database and the capability's: a file of SQLite, or a schema on a PostgreSQL server."""

from pathlib import Path

import pytest

from plures.data import Folder, Place

from .homes import APPLICATION, REFERENCE, Home


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a command wait for the locks of others for a moment, and not for five seconds."""
    monkeypatch.setattr("plures.data.sqlite.store.BUSY_S", 0.1)
    monkeypatch.setattr(
        "plures.data.copies.adopting.retiring._PATIENCE",
        "SET LOCAL lock_timeout = '100ms'",
    )


@pytest.fixture(params=["sqlite", "postgresql"])
async def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    on_server = request.param == "postgresql"
    place = await request.getfixturevalue("postgres").schema() if on_server else tmp_path / "application.db"
    made = Home(place)
    number = "SERIAL PRIMARY KEY" if on_server else "INTEGER PRIMARY KEY AUTOINCREMENT"
    await made.run(APPLICATION.format(number=number, reference=REFERENCE))
    return made


@pytest.fixture(params=["sqlite", "postgresql"])
async def own(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        return Folder(tmp_path / "own")
    return await request.getfixturevalue("postgres").schema()
