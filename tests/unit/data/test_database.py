"""Reads see snapshots and change nothing; writes come one at a time and are whole or absent."""

import asyncio
import sys

import pytest
from sqlalchemy import column, select, table, text

from plures.data import (
    Connection,
    Database,
    DatabaseClosed,
    ForeignKeyViolated,
    Migration,
    NestedWrite,
    Place,
    ReadOnly,
    StatementFailed,
    UniqueViolated,
    open_database,
)

STOCK = table("stock", column("id"), column("pieces"))
# Counts to ten thousand million: minutes of work in one statement, so a test that ends soon has interrupted it.
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000000000) SELECT max(i) FROM n"


async def put(connection: Connection, key: str, pieces: int) -> None:
    await connection.execute(STOCK.insert().values(id=key, pieces=pieces))


async def keys(connection: Connection) -> list[str]:
    return list((await connection.execute(select(STOCK.c.id).order_by(STOCK.c.id))).scalars())


async def all_keys(database: Database) -> list[str]:
    async with database.read() as connection:
        return await keys(connection)


async def test_what_is_written_can_be_read(database: Database) -> None:
    async with database.write() as connection:
        await put(connection, "tea", 3)
    async with database.read() as connection:
        assert (await connection.execute(select(STOCK))).one() == ("tea", 3)


async def test_a_read_sees_one_snapshot(database: Database) -> None:
    async with database.read() as reader:
        assert await keys(reader) == []
        async with database.write() as writer:
            await put(writer, "tea", 3)
            assert await keys(writer) == ["tea"]
        assert await keys(reader) == []
    assert await all_keys(database) == ["tea"]


async def test_a_read_does_not_see_what_is_not_committed(database: Database) -> None:
    async with database.write() as writer:
        await put(writer, "tea", 3)
        assert await all_keys(database) == []


async def test_readers_run_beside_one_another_and_more_of_them_wait(database: Database) -> None:
    async with database.write() as connection:
        await put(connection, "tea", 3)
    assert await asyncio.gather(*(all_keys(database) for _ in range(40))) == [["tea"]] * 40


@pytest.mark.parametrize("statement", ["INSERT INTO stock VALUES ('tea', 3)", "DELETE FROM stock", "DROP TABLE stock"])
async def test_a_read_cannot_change_anything(database: Database, statement: str) -> None:
    with pytest.raises(ReadOnly, match=r"database\.write\(\)"):
        async with database.read() as connection:
            await connection.execute(text(statement))
    assert await all_keys(database) == []


async def test_an_exception_rolls_the_write_back(database: Database) -> None:
    async def write_and_fail() -> None:
        async with database.write() as connection:
            await put(connection, "tea", 3)
            raise LookupError

    with pytest.raises(LookupError):
        await write_and_fail()
    assert await all_keys(database) == []


async def test_a_refused_statement_leaves_the_writer_usable(database: Database) -> None:
    async def write_twice() -> None:
        async with database.write() as connection:
            await put(connection, "tea", 3)
            await put(connection, "tea", 4)

    with pytest.raises(UniqueViolated):
        await write_twice()
    async with database.write() as connection:
        await put(connection, "tea", 5)
    assert await all_keys(database) == ["tea"]


async def test_writes_come_one_at_a_time(sqlite: Database) -> None:
    async with sqlite.write() as connection:
        await put(connection, "tea", 0)

    async def take_one_more() -> None:
        async with sqlite.write() as connection:
            pieces = (await connection.execute(select(STOCK.c.pieces))).scalar_one()
            await asyncio.sleep(0)
            await connection.execute(STOCK.update().values(pieces=pieces + 1))

    await asyncio.gather(*(take_one_more() for _ in range(30)))
    async with sqlite.read() as connection:
        assert (await connection.execute(select(STOCK.c.pieces))).scalar_one() == 30


async def test_a_write_holds_the_write_lock_of_sqlite_from_its_first_statement(sqlite: Database) -> None:
    async with sqlite.write() as connection:
        await keys(connection)  # a SELECT alone: with a plain BEGIN nothing would be locked yet
        other = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c"),
            "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')",
            str((await connection.execute("PRAGMA database_list")).one()[2]),
            stderr=asyncio.subprocess.PIPE,
        )
        _, complaint = await other.communicate()
    assert b"database is locked" in complaint


async def test_cancellation_between_statements_rolls_back(database: Database) -> None:
    written = asyncio.Event()

    async def write() -> None:
        async with database.write() as connection:
            await put(connection, "tea", 3)
            written.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write())
    await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await all_keys(database) == []
    async with database.write() as connection:
        await put(connection, "milk", 1)
    assert await all_keys(database) == ["milk"]


@pytest.mark.parametrize("pause_s", [0, 0.01], ids=["just before it", "within it"])
@pytest.mark.parametrize("kind", ["read", "write"])
async def test_cancellation_interrupts_a_statement(database: Database, kind: str, pause_s: float) -> None:
    started = asyncio.Event()

    async def work() -> None:
        async with database.write() if kind == "write" else database.read() as connection:
            await keys(connection)
            if kind == "write":
                await put(connection, "tea", 3)
            started.set()
            await connection.execute(ENDLESS)

    for _ in range(6):  # more often than there are readers
        started.clear()
        task = asyncio.create_task(work())
        await started.wait()
        await asyncio.sleep(pause_s)
        task.cancel()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await all_keys(database) == []
    async with database.write() as connection:
        await put(connection, "milk", 1)
    assert await all_keys(database) == ["milk"]


async def test_a_waiting_write_can_be_cancelled(database: Database) -> None:
    async def write() -> None:
        async with database.write() as connection:
            await put(connection, "milk", 1)

    async with database.write() as connection:
        waiting = asyncio.create_task(write())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await put(connection, "tea", 3)
    assert await all_keys(database) == ["tea"]


async def test_a_write_inside_a_write_of_the_same_task_is_refused(database: Database) -> None:
    async with database.write() as connection:
        await put(connection, "tea", 3)
        with pytest.raises(NestedWrite):
            async with database.write():
                pytest.fail("two writers")
    assert await all_keys(database) == ["tea"]


@pytest.mark.parametrize("more", [["milk"], []], ids=["with another statement", "with the commit"])
async def test_a_transaction_that_sqlite_rolled_back_does_not_go_on(sqlite: Database, more: list[str]) -> None:
    async def swallow_the_conflict() -> None:
        async with sqlite.write() as connection:
            await put(connection, "tea", 3)
            with pytest.raises(UniqueViolated):
                await connection.execute("INSERT OR ROLLBACK INTO stock VALUES ('tea', 4)")
            for key in more:
                await put(connection, key, 1)

    with pytest.raises(StatementFailed, match="rolled the transaction back"):
        await swallow_the_conflict()
    assert await all_keys(sqlite) == []


async def test_foreign_keys_are_enforced_at_commit_too(place: Place) -> None:
    tables = (
        "CREATE TABLE parent (id INTEGER PRIMARY KEY)",
        "CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)",
    )
    database = await open_database(place, "family", (Migration(1, "tables", tables),))
    with pytest.raises(ForeignKeyViolated, match=r"(?i)foreign key"):
        async with database.write() as connection:
            await connection.execute("INSERT INTO child VALUES (1, 1)")
    async with database.write() as connection:
        await connection.execute("INSERT INTO parent VALUES (1)")
    async with database.read() as connection:
        assert (await connection.execute("SELECT count(*) FROM child")).scalar_one() == 0
    await database.close()


@pytest.mark.parametrize("rows", [0, 1, 255, 256, 257, 1000])
async def test_all_rows_arrive_however_they_are_fetched(database: Database, rows: int) -> None:
    async with database.write() as connection:
        if rows:
            await connection.execute(STOCK.insert(), [{"id": f"{n:04}", "pieces": n} for n in range(rows)])
    query = select(STOCK.c.pieces).order_by(STOCK.c.id)
    async with database.read() as connection:
        assert list((await connection.execute(query)).scalars()) == list(range(rows))
        async with (await connection.sqlalchemy()).stream(query) as streamed:
            assert [row.pieces async for row in streamed] == list(range(rows))
        async with (await connection.sqlalchemy()).stream(query) as streamed:
            assert [len(part) async for part in streamed.partitions(100)] == [
                min(100, rows - n) for n in range(0, rows, 100)
            ]
        async with (await connection.sqlalchemy()).stream(query) as abandoned:
            await abandoned.fetchone()
        assert (await connection.execute(query)).scalars().first() == (0 if rows else None)


async def test_rows_of_returning_arrive(database: Database) -> None:
    async with database.write() as connection:
        inserted = await connection.execute(STOCK.insert().values(id="tea", pieces=3).returning(STOCK.c.pieces))
        assert inserted.scalar_one() == 3
    assert await all_keys(database) == ["tea"]


async def test_close_waits_for_work_in_progress_and_refuses_more(place: Place) -> None:
    database = await open_database(place, "inventory")
    async with database.read() as reader, database.write() as writer:
        closing = asyncio.create_task(database.close())
        await asyncio.sleep(0)
        assert not closing.done()
        assert (await reader.execute("SELECT 1")).scalar_one() == 1
        assert (await writer.execute("SELECT 1")).scalar_one() == 1
    await closing
    await database.close()
    with pytest.raises(DatabaseClosed):
        async with database.read():
            pytest.fail("closed")
    with pytest.raises(DatabaseClosed):
        async with database.write():
            pytest.fail("closed")


@pytest.mark.parametrize("kind", ["read", "write"])
async def test_close_cancels_what_does_not_end(place: Place, kind: str) -> None:
    database = await open_database(place, "inventory")
    started = asyncio.Event()

    async def work() -> None:
        async with database.write() if kind == "write" else database.read() as connection:
            started.set()
            await connection.execute(ENDLESS)

    task = asyncio.create_task(work())
    await started.wait()
    await database.close(grace_s=0)
    with pytest.raises(asyncio.CancelledError):
        await task
