"""What is on disk is for the user who runs the application alone, also where it was not before."""

import logging
import os
import stat
from pathlib import Path

import pytest

from plures.data import Migration, open_database

STOCK = Migration(1, "stock table", ("CREATE TABLE stock (id TEXT PRIMARY KEY)",))


def modes(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


async def test_new_folders_and_files_are_private(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "data"
    database = await open_database(folder, "inventory", (STOCK,))
    async with database.write() as connection:
        await connection.execute("INSERT INTO stock VALUES ('tea')")
    async with database.read() as connection:
        await connection.execute("SELECT * FROM stock")
    assert set(modes(folder)) >= {"inventory.lock", "inventory.sqlite3", "inventory.sqlite3-wal"}
    assert set(modes(folder).values()) == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    await database.close()


@pytest.mark.parametrize("wide", [0o644, 0o666, 0o640, 0o604])
async def test_files_that_others_could_read_are_narrowed_and_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, wide: int
) -> None:
    await (await open_database(tmp_path, "inventory", (STOCK,))).close()
    # As a process leaves it that was killed: the write-ahead log is still there.
    (tmp_path / "inventory.sqlite3-wal").touch()
    for name in modes(tmp_path):
        (tmp_path / name).chmod(wide)
    with caplog.at_level(logging.WARNING, "plures.data"):
        database = await open_database(tmp_path, "inventory", (STOCK,))
    assert set(modes(tmp_path).values()) == {0o600}
    [record] = [record for record in caplog.records if record.name == "plures.data"]
    assert record.getMessage().startswith("other users could read ")
    assert str(tmp_path / "inventory.sqlite3-wal") in record.getMessage()
    await database.close()


async def test_nothing_is_said_of_files_that_were_private(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        await (await open_database(tmp_path, "inventory", (STOCK,))).close()
    assert [record for record in caplog.records if record.name == "plures.data"] == []


async def test_a_folder_that_exists_stays_as_it_is(tmp_path: Path) -> None:
    """It may be shared on purpose, or be one like /tmp."""
    os.chmod(tmp_path, 0o755)  # noqa: PTH101
    (tmp_path / "notes.txt").write_text("of the user")
    (tmp_path / "notes.txt").chmod(0o644)
    await (await open_database(tmp_path, "inventory", (STOCK,))).close()
    assert stat.S_IMODE(os.stat(tmp_path).st_mode) == 0o755  # noqa: PTH116
    assert modes(tmp_path) == {"notes.txt": 0o644, "inventory.sqlite3": 0o600, "inventory.lock": 0o600}


async def test_the_mode_of_the_owner_stays(tmp_path: Path) -> None:
    await (await open_database(tmp_path, "inventory", (STOCK,))).close()
    (tmp_path / "inventory.sqlite3").chmod(0o755)
    await (await open_database(tmp_path, "inventory", (STOCK,))).close()
    assert modes(tmp_path)["inventory.sqlite3"] == 0o700
