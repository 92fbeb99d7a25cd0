"""A damaged page is found when the database is opened, with the file and what to do."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from plures.data import DatabaseDamaged, Migration, open_database
from plures.data.sqlite.intact import check
from plures.data.sqlite.store import SqliteStore

STOCK = Migration(1, "stock table", ("CREATE TABLE stock (id INTEGER PRIMARY KEY, note TEXT)",))
PAGE = 4096


async def filled(folder: Path) -> Path:
    """A database of many pages."""
    await (await open_database(folder, "inventory", (STOCK,))).close()
    path = folder / "inventory.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE INDEX notes ON stock (note)")
        connection.executemany("INSERT INTO stock (note) VALUES (?)", [(f"{n} {'x' * 500}",) for n in range(5000)])
        connection.commit()
    return path


def with_bytes_at(place: int, content: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data[:place] + content + data[place + len(content) :]


def cut_in_half(data: bytes) -> bytes:
    return data[: len(data) // 2 // PAGE * PAGE]


@pytest.mark.parametrize(
    "spoil",
    [
        with_bytes_at(300 * PAGE, b"\xff" * PAGE),
        with_bytes_at(300 * PAGE, b"\0" * PAGE),
        with_bytes_at(700 * PAGE, b"\xff" * 16),
        cut_in_half,
    ],
    ids=["overwritten", "zeroed", "head of a page", "cut in half"],
)
async def test_damaged_pages_are_found_at_start(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    path = await filled(tmp_path)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(DatabaseDamaged) as caught:
        await open_database(tmp_path, "inventory", (STOCK,))
    assert caught.value.code == "data.damaged"
    assert str(path) in caught.value.what
    assert caught.value.why
    assert "\n" not in caught.value.why
    assert "backup" in caught.value.fix
    assert f"sqlite3 {path} .recover" in caught.value.fix
    # The lock is free again: what was restored can be opened.
    path.unlink()
    await (await open_database(tmp_path, "inventory", (STOCK,))).close()


async def test_what_is_intact_is_opened(tmp_path: Path) -> None:
    await filled(tmp_path)
    database = await open_database(tmp_path, "inventory", (STOCK,))
    async with database.read() as connection:
        assert (await connection.execute("SELECT count(*) FROM stock")).scalar_one() == 5000
    await database.close()


async def test_a_check_that_would_take_too_long_ends_and_leaves_the_connection_usable(tmp_path: Path) -> None:
    path = await filled(tmp_path)
    store = SqliteStore(path, "inventory", lambda: None)
    await check(store, "inventory", path, limit_s=0.001)
    await check(store, "inventory", path, limit_s=60)
    async with store.write() as transaction:
        await transaction.execute("INSERT INTO stock (note) VALUES ('later')", {})
    await store.close()
