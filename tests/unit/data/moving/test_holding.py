"""Writes that wait while a database changes its store, and reads that do not."""

import asyncio
from pathlib import Path

import pytest

from plures.data import Database, DatabaseClosed, Folder, Migration, WritesUnderWay, open_database

STOCK = Migration(1, "stock table", ("CREATE TABLE stock (id TEXT PRIMARY KEY, pieces INTEGER NOT NULL)",))
READ = "SELECT pieces FROM stock WHERE id = 'tea'"


@pytest.fixture
async def other(tmp_path: Path) -> Database:
    """The same table elsewhere, with another number in it. The database under test closes its store."""
    opened = await open_database(Folder(tmp_path / "other"), "inventory", (STOCK,))
    async with opened.write() as connection:
        await connection.execute("INSERT INTO stock VALUES ('tea', 40)")
    return opened


async def pieces(database: Database) -> object:
    async with database.read() as connection:
        return await connection.scalar(READ)


async def put(database: Database, count: int) -> None:
    async with database.write() as connection:
        await connection.execute(
            "INSERT INTO stock VALUES ('tea', :pieces) ON CONFLICT (id) DO UPDATE SET pieces = excluded.pieces",
            {"pieces": count},
        )


async def turns() -> None:
    """Let other tasks come as far as they can."""
    for _ in range(20):
        await asyncio.sleep(0.002)


async def test_writes_wait_until_they_are_released_and_reads_do_not(database: Database) -> None:
    await put(database, 1)
    await database.hold(1)
    writing = asyncio.create_task(put(database, 2))
    await turns()
    assert not writing.done()
    assert await pieces(database) == 1
    database.release()
    await writing
    assert await pieces(database) == 2


async def test_holding_waits_for_the_writes_that_have_begun(database: Database) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with database.write() as connection:
            await connection.execute("INSERT INTO stock VALUES ('tea', 7)")
            begun.set()
            await go_on.wait()

    writing = asyncio.create_task(slow())
    await begun.wait()
    holding = asyncio.create_task(database.hold(60))
    await turns()
    assert not holding.done()
    go_on.set()
    await holding
    assert writing.done() or await asyncio.wait_for(writing, 60) is None
    assert await pieces(database) == 7
    database.release()


async def test_nothing_is_held_when_a_write_does_not_end(database: Database) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with database.write() as connection:
            await connection.execute("INSERT INTO stock VALUES ('coffee', 7)")
            begun.set()
            await go_on.wait()

    writing = asyncio.create_task(slow())
    await begun.wait()
    with pytest.raises(WritesUnderWay) as raised:
        await database.hold(0.05)
    assert raised.value.code == "data.writes_under_way"
    go_on.set()
    await writing
    await put(database, 3)


async def test_a_held_write_that_is_cancelled_leaves_nothing_behind(database: Database) -> None:
    await put(database, 1)
    await database.hold(1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await put(database, 2)
    database.release()
    assert await pieces(database) == 1
    await database.hold(1)
    database.release()


async def test_after_a_switch_held_writes_go_to_the_other_store(database: Database, other: Database) -> None:
    await put(database, 1)
    await database.hold(1)
    writing = asyncio.create_task(put(database, 2))
    await turns()
    database.switch(other.store)
    await writing
    assert await pieces(database) == 2
    assert await pieces(other) == 2
    assert database.dialect is other.dialect


async def test_a_read_that_has_begun_ends_on_the_old_store(database: Database, other: Database) -> None:
    await put(database, 1)
    async with database.read() as connection:
        assert await connection.scalar(READ) == 1
        await database.hold(1)
        database.switch(other.store)
        assert await connection.scalar(READ) == 1
        assert await pieces(database) == 40
    assert await pieces(database) == 40


async def test_the_old_store_closes_when_no_task_reads_from_it(
    sqlite: Database, other: Database, tmp_path: Path
) -> None:
    lock = tmp_path / "inventory.lock"
    async with sqlite.read() as connection:
        await connection.scalar(READ)
        sqlite.switch(other.store)
        await turns()
        assert lock.read_text()
    await turns()
    await sqlite.close()
    # Its process lets go of the file by emptying its lock.
    assert not lock.read_text()


async def test_closing_lets_held_writes_go_with_an_error(database: Database) -> None:
    await database.hold(1)
    writing = asyncio.create_task(put(database, 2))
    await turns()
    await database.close()
    with pytest.raises(DatabaseClosed):
        await writing


async def test_closing_waits_for_reads_on_the_old_store(database: Database, other: Database) -> None:
    await put(database, 1)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> object:
        async with database.read() as connection:
            await connection.scalar(READ)
            begun.set()
            await go_on.wait()
            return await connection.scalar(READ)

    reading = asyncio.create_task(slow())
    await begun.wait()
    database.switch(other.store)
    closing = asyncio.create_task(database.close())
    await turns()
    assert not closing.done()
    go_on.set()
    assert await reading == 1
    await closing
