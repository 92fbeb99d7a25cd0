"""What a server has that a file has not: writers beside one another, and schemas."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sqlalchemy import text

from plures.data import (
    Commands,
    Connection,
    Database,
    Migration,
    Remembered,
    StatementFailed,
    UniqueViolated,
    WriteConflict,
    open_database,
)
from tests.postgres import Postgres

STOCK = Migration(1, "stock table", ("CREATE TABLE stock (id TEXT PRIMARY KEY, pieces INTEGER NOT NULL)",))


@pytest.fixture
async def database(postgres: Postgres) -> AsyncIterator[Database]:
    opened = await open_database(await postgres.schema(), "inventory", (STOCK,))
    async with opened.write() as connection:
        await connection.execute("INSERT INTO stock VALUES ('tea', 0), ('cup', 1)")
    yield opened
    await opened.close()


async def pieces(database: Database, key: str) -> int:
    async with database.read() as connection:
        return await connection.scalar("SELECT pieces FROM stock WHERE id = :key", {"key": key})


async def again(database: Database, work: Callable[[Connection], Awaitable[bool]]) -> bool:
    """What a caller does whose transaction came in the way of another."""
    while True:
        try:
            async with database.write() as connection:
                return await work(connection)
        except WriteConflict:
            continue


async def test_fifty_writers_count_to_fifty(database: Database) -> None:
    async def count(connection: Connection) -> bool:
        now = await connection.scalar("SELECT pieces FROM stock WHERE id = 'tea'")
        await asyncio.sleep(0)
        await connection.execute("UPDATE stock SET pieces = :next WHERE id = 'tea'", {"next": now + 1})
        return True

    await asyncio.gather(*(again(database, count) for _ in range(50)))
    assert await pieces(database, "tea") == 50


async def test_fifty_buyers_of_the_last_piece_buy_it_once(database: Database) -> None:
    async def buy(connection: Connection) -> bool:
        left = await connection.scalar("SELECT pieces FROM stock WHERE id = 'cup'")
        await asyncio.sleep(0)
        if left:
            await connection.execute("UPDATE stock SET pieces = pieces - 1 WHERE id = 'cup'")
        return bool(left)

    assert sum(await asyncio.gather(*(again(database, buy) for _ in range(50)))) == 1
    assert await pieces(database, "cup") == 0


async def test_a_conflict_that_is_swallowed_does_not_commit(database: Database) -> None:
    async def swallow() -> None:
        async with database.write() as slow:
            await slow.scalar("SELECT pieces FROM stock WHERE id = 'tea'")

            async def quick() -> None:
                async with database.write() as connection:
                    await connection.execute("UPDATE stock SET pieces = 7 WHERE id = 'tea'")

            await asyncio.create_task(quick())
            for _ in range(2):
                with pytest.raises(WriteConflict) as caught:
                    await slow.execute("UPDATE stock SET pieces = 8 WHERE id = 'tea'")

                assert caught.value.may_be_repeated

    with pytest.raises(WriteConflict):
        await swallow()
    assert await pieces(database, "tea") == 7


async def test_refused_statements_leave_the_others(database: Database) -> None:
    double = "INSERT INTO stock VALUES ('tea', 1)"
    async with database.write() as connection:
        for key in ("milk", "salt"):
            with pytest.raises(UniqueViolated):
                await connection.execute(double)
            await connection.execute("INSERT INTO stock VALUES (:key, 1)", {"key": key})
            await connection.scalar("SELECT 1")
        async with (await connection.sqlalchemy()).begin_nested() as point:
            await connection.execute("INSERT INTO stock VALUES ('gone', 1)")
            with pytest.raises(UniqueViolated):
                await connection.execute(text(double))
            await connection.execute("INSERT INTO stock VALUES ('gone too', 1)")
            await point.rollback()
        with pytest.raises(UniqueViolated):
            await connection.execute(double)
    async with database.read() as connection:
        assert (await connection.execute("SELECT id FROM stock ORDER BY id")).scalars() == [
            "cup",
            "milk",
            "salt",
            "tea",
        ]


async def test_a_query_that_fails_after_changes_ends_the_transaction(database: Database) -> None:
    async def go_on() -> None:
        async with database.write() as connection:
            await connection.execute("DELETE FROM stock")
            with pytest.raises(StatementFailed, match="division by zero"):
                await connection.execute("SELECT 1 / 0")
            with pytest.raises(StatementFailed, match="undoes the whole transaction"):
                await connection.execute("DELETE FROM stock")

    with pytest.raises(StatementFailed, match="undoes the whole transaction"):
        await go_on()
    assert await pieces(database, "cup") == 1


async def test_reads_inside_writes_do_not_wait_for_themselves(postgres: Postgres) -> None:
    database = await open_database(await postgres.schema(most_connections=2), "inventory", (STOCK,))

    async def write(key: str) -> None:
        async with database.write() as connection, database.read() as reader:
            await connection.execute("INSERT INTO stock VALUES (:key, 1)", {"key": key})
            assert await reader.scalar("SELECT count(*) FROM stock") >= 0

    async with asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(again(database, lambda _: asyncio.sleep(0, True)))
            group.create_task(write(str(number)))
    async with database.read() as connection:
        assert await connection.scalar("SELECT sum(pieces) FROM stock") == 20
    await database.close()


async def test_a_capability_sees_its_schema_alone(postgres: Postgres) -> None:
    own, other = await postgres.schema(), await postgres.schema()
    databases = [await open_database(place, "inventory", (STOCK,)) for place in (own, other)]
    async with databases[0].write() as connection:
        await connection.execute("INSERT INTO stock VALUES ('tea', 1)")
    async with databases[1].read() as connection:
        assert (await connection.execute("SELECT * FROM stock")).all() == []
        assert (await connection.execute("SHOW search_path")).scalar() == f'"{other.schema}"'
    for database in databases:
        await database.close()


async def test_a_migration_of_another_process_is_noticed(database: Database, postgres: Postgres) -> None:
    query = "SELECT * FROM stock WHERE id = 'tea'"
    async with database.read() as connection:
        assert (await connection.execute(query)).one() == ("tea", 0)
        schema = await connection.scalar("SELECT current_schema()")
    await postgres.run(f'ALTER TABLE "{schema}".stock ADD COLUMN place TEXT')
    async with database.read() as connection:
        assert (await connection.execute(query)).one() == ("tea", 0, None)


async def test_replicas_that_start_at_once_migrate_once(postgres: Postgres) -> None:
    place = await postgres.schema(most_connections=2)
    migrations = (STOCK, Migration(2, "rows", ("INSERT INTO stock VALUES ('tea', 1)",)))
    databases = await asyncio.gather(*(open_database(place, "inventory", migrations) for _ in range(8)))
    for database in databases:
        assert await pieces(database, "tea") == 1
        await database.close()


def run(program: str) -> str:
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return finished.stdout


def test_without_its_driver_it_says_what_to_install() -> None:
    program = """
import asyncio, sys
sys.modules["asyncpg"] = None
from plures.data import DriverMissing, Server, open_database
try:
    asyncio.run(open_database(Server("postgresql://", "orders"), "orders"))
except DriverMissing as error:
    print(error.code, error.fix)
"""
    assert run(program) == "data.driver_missing Install it: pip install 'plures[postgresql]'\n"


async def test_plain_sql_imports_no_sqlalchemy(postgres: Postgres) -> None:
    place = await postgres.schema()
    program = f"""
import asyncio, sys
from plures.data import Server, open_database
async def main():
    database = await open_database(Server({place.url!r}, {place.schema!r}), "orders")
    async with database.read() as connection:
        print(await connection.scalar("SELECT 1"), "sqlalchemy" in sys.modules)
    await database.close()
asyncio.run(main())
"""
    assert await asyncio.to_thread(run, program) == "1 False\n"


async def test_a_replica_that_opens_waits_for_no_command_that_is_under_way(postgres: Postgres) -> None:
    """Also not for one of a process that is stopped."""
    place = await postgres.schema()
    one = await open_database(place, "orders")
    async with one.write() as connection:
        await Commands.keep(connection, "Orders/Place", "k", Remembered("", 0, "{}"))
        async with asyncio.timeout(10):
            other = await open_database(place, "orders")
    for database in (one, other):
        await database.close()


async def test_when_the_last_statement_fails_nothing_remains(database: Database) -> None:
    with pytest.raises(UniqueViolated):
        async with database.write() as connection:
            await connection.execute("INSERT INTO stock VALUES ('rice', 1)")
            await connection.execute_last("INSERT INTO stock VALUES (:id, 2)", {"id": "rice"})
    with pytest.raises(StatementFailed, match="undoes the whole transaction"):
        async with database.write() as connection:
            await connection.execute("INSERT INTO stock VALUES ('rice', 1)")
            with pytest.raises(UniqueViolated):
                await connection.execute_last("INSERT INTO stock VALUES (:id, 2)", {"id": "rice"})
    async with database.write() as connection:
        assert await connection.scalar("SELECT count(*) FROM stock WHERE id = 'rice'") == 0
        await connection.execute("INSERT INTO stock VALUES ('coffee', 1)")
        changed = await connection.execute_last("UPDATE stock SET pieces = 3 WHERE id = :id", {"id": "coffee"})
        assert changed.rowcount == 1
