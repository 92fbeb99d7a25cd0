"""Opening says in one sentence what stands in the way; closing leaves nothing behind."""

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from plures.data import (
    Database,
    DatabaseDamaged,
    DatabaseLocked,
    DatabaseLost,
    DatabaseUnusable,
    Migration,
    StatementFailed,
    open_database,
)

STOCK = Migration(1, "stock table", ("CREATE TABLE stock (id TEXT PRIMARY KEY, pieces INTEGER NOT NULL)",))


async def insert(database: Database, key: str) -> None:
    async with database.write() as connection:
        await connection.execute("INSERT INTO stock VALUES (:key, 1)", {"key": key})


async def pragma(database: Database, kind: str, name: str) -> object:
    async with database.write() if kind == "writer" else database.read() as connection:
        return (await connection.execute(f"PRAGMA {name}")).scalar_one()


async def test_folders_are_created_and_data_survives(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    for key in ("tea", "milk"):
        database = await open_database(folder, "inventory", (STOCK,))
        await insert(database, key)
        await database.close()
    with sqlite3.connect(folder / "inventory.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM stock").fetchone() == (2,)
    connection.close()


async def test_each_capability_has_a_file_of_its_own(tmp_path: Path) -> None:
    first = await open_database(tmp_path, "inventory", (STOCK,))
    second = await open_database(tmp_path, "catalog", (STOCK,))
    await insert(first, "tea")
    async with second.read() as connection:
        assert (await connection.execute("SELECT count(*) FROM stock")).scalar_one() == 0
    await first.close()
    await second.close()


@pytest.mark.parametrize("kind", ["reader", "writer"])
async def test_no_statement_reaches_the_file_of_another_capability(sqlite: Database, tmp_path: Path, kind: str) -> None:
    other = await open_database(tmp_path, "catalog", (STOCK,))

    async def attach() -> None:
        async with sqlite.write() if kind == "writer" else sqlite.read() as connection:
            await connection.execute("ATTACH DATABASE :path AS other", {"path": str(tmp_path / "catalog.sqlite3")})

    with pytest.raises(StatementFailed, match="too many attached databases"):
        await attach()
    await other.close()


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("writer", "journal_mode", "wal"),
        ("writer", "synchronous", 2),
        ("writer", "foreign_keys", 1),
        ("writer", "wal_autocheckpoint", 1000),
        ("reader", "journal_mode", "wal"),
        ("reader", "wal_autocheckpoint", 0),
        ("reader", "query_only", 1),
    ],
)
async def test_connections_are_set_up(sqlite: Database, kind: str, name: str, expected: object) -> None:
    assert await pragma(sqlite, kind, name) == expected


async def test_closing_merges_the_write_ahead_log_into_the_file(tmp_path: Path) -> None:
    database = await open_database(tmp_path, "inventory", (STOCK,))
    await insert(database, "tea")
    async with database.read() as connection:
        assert (await connection.execute("SELECT id FROM stock")).scalar_one() == "tea"
    assert (tmp_path / "inventory.sqlite3-wal").stat().st_size > 0
    await database.close()
    assert sorted(os.listdir(tmp_path)) == ["inventory.lock", "inventory.sqlite3"]  # noqa: PTH208 -- iterdir blocks no less
    shutil.copy(tmp_path / "inventory.sqlite3", tmp_path / "copy.sqlite3")
    copy = await open_database(tmp_path, "copy", (STOCK,))
    async with copy.read() as connection:
        assert (await connection.execute("SELECT id FROM stock")).scalar_one() == "tea"
    await copy.close()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs Linux's /proc to count open files")
async def test_closing_leaves_no_thread_and_no_open_file(tmp_path: Path) -> None:
    def open_things() -> tuple[int, int]:
        return threading.active_count(), sum(1 for _ in Path("/proc/self/fd").iterdir())

    before = open_things()
    database = await open_database(tmp_path, "inventory", (STOCK,))
    await insert(database, "tea")
    async with database.read() as one, database.read() as two:
        await one.execute("SELECT 1")
        await two.execute("SELECT 1")
    await database.close()
    assert open_things() == before


@pytest.mark.parametrize("steps", range(1, 8))
async def test_cancellation_while_a_connection_opens_leaves_no_thread(tmp_path: Path, steps: int) -> None:
    before = threading.active_count()
    database = await open_database(tmp_path, "inventory", (STOCK,))
    reading = asyncio.create_task(pragma(database, "reader", "query_only"))
    for _ in range(steps):  # of the event loop
        await asyncio.sleep(0)
    reading.cancel()
    await asyncio.wait((reading,))
    assert await pragma(database, "reader", "query_only") == 1
    await database.close()
    assert threading.active_count() == before


@contextmanager
def without_permission(folder: Path) -> Iterator[None]:
    """Root may write everywhere, so root becomes another user for a while."""
    folder.chmod(0o500)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o700)


async def test_a_folder_without_write_permission(tmp_path: Path) -> None:
    with without_permission(tmp_path), pytest.raises(DatabaseUnusable) as caught:
        await open_database(tmp_path / "data", "inventory", (STOCK,))
    assert caught.value.code == "data.unusable"
    assert "Permission denied" in caught.value.why
    assert "plures.toml" in caught.value.fix


def folder_is_a_file(folder: Path) -> None:
    folder.rmdir()
    folder.write_text("not a folder")


def database_is_a_folder(folder: Path) -> None:
    (folder / "inventory.sqlite3").mkdir()


def database_is_text(folder: Path) -> None:
    (folder / "inventory.sqlite3").write_text("This is not a database, but it is long enough to look at." * 20)


def database_is_cut_off(folder: Path) -> None:
    path = folder / "inventory.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE other (id INTEGER)")
        connection.executemany("INSERT INTO other VALUES (?)", [(n,) for n in range(5000)])
    connection.close()
    path.write_bytes(path.read_bytes()[:100] + b"\xff" * 9000)


@pytest.mark.parametrize(
    ("spoil", "kind", "why"),
    [
        (folder_is_a_file, DatabaseUnusable, "File exists"),
        (database_is_a_folder, DatabaseUnusable, "unable to open database file"),
        (database_is_text, DatabaseDamaged, "file is not a database"),
        (database_is_cut_off, DatabaseDamaged, "malformed"),
    ],
)
async def test_what_cannot_be_opened(
    tmp_path: Path, spoil: Callable[[Path], None], kind: type[DatabaseUnusable], why: str
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    spoil(folder)
    with pytest.raises(DatabaseUnusable) as caught:
        await open_database(folder, "inventory", (STOCK,))
    assert type(caught.value) is kind
    assert why in caught.value.why
    assert str(folder / "inventory.sqlite3") in caught.value.what
    assert caught.value.fix


async def test_opening_again_works_once_what_stood_in_the_way_is_gone(tmp_path: Path) -> None:
    database_is_text(tmp_path)
    with pytest.raises(DatabaseDamaged):
        await open_database(tmp_path, "inventory", (STOCK,))
    (tmp_path / "inventory.sqlite3").unlink()
    database = await open_database(tmp_path, "inventory", (STOCK,))
    await insert(database, "tea")
    await database.close()


@pytest.mark.parametrize("rest", [b"", b"S", b"SQLite format 3\0" + b"\0" * 84, None], ids=["0", "1", "100", "no file"])
async def test_a_file_that_was_cut_off_is_not_taken_for_new(tmp_path: Path, rest: bytes | None) -> None:
    """SQLite would, and would remove the log as well."""
    path, log = tmp_path / "inventory.sqlite3", tmp_path / "inventory.sqlite3-wal"
    database = await open_database(tmp_path, "inventory", (STOCK,))
    await insert(database, "tea")
    kept = log.read_bytes()
    await database.close()
    path.unlink()
    log.write_bytes(kept)
    if rest is not None:
        path.write_bytes(rest)
    for _ in range(2):
        with pytest.raises(DatabaseLost) as caught:
            await open_database(tmp_path, "inventory", (STOCK,))
        assert "plures data restore" in caught.value.fix
        assert log.read_bytes() == kept
    # The way out that the sentence names.
    log.unlink()
    path.unlink(missing_ok=True)
    await (await open_database(tmp_path, "inventory", (STOCK,))).close()


async def opened_and_closed(folder: Path) -> None:
    await (await open_database(folder, "inventory", (STOCK,))).close()


def test_a_process_that_dies_while_it_makes_the_file_leaves_none(tmp_path: Path) -> None:
    """So a file of 0 bytes is never a new one."""
    script = """
import asyncio, os, signal, sqlite3, sys
from pathlib import Path
from plures.data import open_database
def connect(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
sqlite3.connect = connect
asyncio.run(open_database(Path(sys.argv[1]), "inventory"))
"""
    killed = subprocess.run([sys.executable, "-c", script, tmp_path], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not (tmp_path / "inventory.sqlite3").exists()
    asyncio.run(opened_and_closed(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["inventory.lock", "inventory.sqlite3"]


async def test_one_process_cannot_open_it_twice(sqlite: Database, tmp_path: Path) -> None:
    with pytest.raises(DatabaseLocked, match="this process itself has it open"):
        await open_database(tmp_path, "inventory", (STOCK,))
    await insert(sqlite, "tea")
