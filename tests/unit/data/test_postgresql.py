"""What a server has that a file has not: writers beside one another, passwords, and its own end."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import asyncpg
import pytest
from sqlalchemy import text

from plures.data import (
    AccessRefused,
    CommitUnknown,
    Connection,
    ConnectionLost,
    Database,
    DatabaseUnusable,
    Migration,
    Server,
    ServerUnreachable,
    StatementFailed,
    UniqueViolated,
    WriteConflict,
    open_database,
)
from plures.data.postgresql.translate import FAILURES, translated
from plures.data.postgresql.words import Effect, effect_of, worded
from tests.postgres import Postgres, running

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


PASSWORD = "s3cr/et@"


@pytest.mark.parametrize(
    ("changed", "kind", "why"),
    [
        ({"password": "wr0ng"}, AccessRefused, "password authentication failed"),
        ({"role": "stranger"}, AccessRefused, 'role "stranger" does not exist'),
        ({"database": "nothing"}, AccessRefused, 'database "nothing" does not exist'),
        ({}, AccessRefused, "there is no schema 'missing'"),
    ],
)
async def test_what_the_server_refuses_is_named_without_the_password(
    postgres: Postgres, changed: dict[str, str], kind: type[Exception], why: str
) -> None:
    await postgres.run("DROP ROLE IF EXISTS secretive")
    await postgres.role_with_password("secretive", PASSWORD)
    asked = {"role": "secretive", "password": PASSWORD, **changed}
    with pytest.raises(DatabaseUnusable) as caught:
        await open_database(Server(postgres.url(**asked), "missing"), "inventory")
    assert type(caught.value) is kind
    assert why in caught.value.why
    shown = str(caught.value) + repr(caught.value)
    assert not any(part in shown for part in (PASSWORD, "s3cr", "wr0ng"))


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("postgresql://shop:s3cret@127.0.0.1:1/shop", ServerUnreachable),
        ("postgresql://shop:s3cret@name.invalid/shop", ServerUnreachable),
        ("postgresql://shop:s3cret@/shop?host=/nowhere", ServerUnreachable),
        ("postgresql://shop:s3cret/2@127.0.0.1/shop", DatabaseUnusable),
        ("postgresql://shop:s3cret@127.0.0.1:many/shop", DatabaseUnusable),
        ("mysql://shop:s3cret@127.0.0.1/shop", DatabaseUnusable),
    ],
)
async def test_a_server_that_is_not_there_is_named_without_the_password(url: str, kind: type[Exception]) -> None:
    with pytest.raises(DatabaseUnusable) as caught:
        await open_database(Server(url, "orders"), "orders")
    assert type(caught.value) is kind
    assert "s3cret" not in str(caught.value) + repr(caught.value)


@pytest.fixture
def own_server() -> Iterator[Postgres]:
    """One that a test may kill."""
    yield from running()


async def test_a_server_that_dies_and_comes_back(own_server: Postgres) -> None:
    database = await open_database(await own_server.schema(), "inventory", (STOCK,))

    async def work() -> None:
        async with database.write() as connection:
            await connection.execute("INSERT INTO stock VALUES ('tea', 1)")
            own_server.kill()
            await connection.execute("INSERT INTO stock VALUES ('cup', 1)")

    with pytest.raises(StatementFailed) as caught:
        await work()
    assert caught.value.code == "data.connection_lost"
    assert caught.value.may_be_repeated
    for kind in (database.read, database.write):
        with pytest.raises(DatabaseUnusable) as unreachable:
            async with kind() as connection:
                await connection.execute("SELECT 1")
        assert unreachable.value.code == "data.server_unreachable"
    own_server.start()
    async with database.read() as connection:
        assert (await connection.execute("SELECT * FROM stock")).all() == []
    async with database.write() as connection:
        await connection.execute("INSERT INTO stock VALUES ('tea', 1)")
    # All connections that lie idle are gone, unnoticed as yet.
    own_server.kill()
    own_server.start()
    async with database.write() as connection:
        await connection.execute("UPDATE stock SET pieces = 2")
    assert await asyncio.gather(*(pieces(database, "tea") for _ in range(5))) == [2] * 5
    await database.close()


async def test_a_commit_whose_answer_is_lost_may_have_happened(own_server: Postgres) -> None:
    database = await open_database(await own_server.schema(), "inventory", (STOCK,))

    async def work() -> None:
        async with database.write() as connection:
            await connection.execute("INSERT INTO stock VALUES ('tea', 1)")
            own_server.kill()

    with pytest.raises(StatementFailed) as caught:
        await work()
    assert (caught.value.code, caught.value.may_be_repeated) == ("data.commit_unknown", False)
    await database.close()


@pytest.mark.parametrize(
    ("written", "sent", "names"),
    [
        ("SELECT :a, :b, :a", "SELECT $1, $2, $1", ("a", "b")),
        ("SELECT ':a', \":a\", :a::text", "SELECT ':a', \":a\", $1::text", ("a",)),
        ("SELECT 1::int, x[1:2] -- :a\n, :b /* :c */", "SELECT 1::int, x[1:2] -- :a\n, $1 /* :c */", ("b",)),
        ("SELECT $$ :a $$, $x$ $$ :a $x$, :b", "SELECT $$ :a $$, $x$ $$ :a $x$, $1", ("b",)),
        (r"SELECT E'it\'s :a', :b", r"SELECT E'it\'s :a', $1", ("b",)),
    ],
)
def test_names_become_numbers(written: str, sent: str, names: tuple[str, ...]) -> None:
    assert (worded(written).sql, worded(written).names) == (sent, names)


@pytest.mark.parametrize(
    ("sql", "effect"),
    [
        ("SELECT 1", Effect.READS),
        (" -- why\n /* so */ (select 1)", Effect.READS),
        ("WITH a AS (DELETE FROM b RETURNING c) SELECT * FROM a", Effect.CHANGES),
        ("insert into a values (1)", Effect.CHANGES),
        ("SAVEPOINT a", Effect.SETS_A_POINT),
        ("", Effect.CHANGES),
    ],
)
def test_what_a_statement_may_do(sql: str, effect: Effect) -> None:
    assert effect_of(sql) is effect


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


def test_a_connection_that_broke_in_the_middle_is_lost_although_the_driver_takes_it_for_open() -> None:
    error = asyncpg.InternalClientError("cannot switch to state 15; another operation (2) is in progress")
    assert isinstance(error, FAILURES)
    assert isinstance(translated(error, "orders", "BEGIN", is_closed=False), ConnectionLost)
    assert isinstance(translated(error, "orders", "COMMIT", is_closed=False), CommitUnknown)
