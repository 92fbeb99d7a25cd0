"""Which keys are noted as changed, on SQLite and on a real PostgreSQL server."""

import asyncio
import re

import pytest

from plures.data import Database, Dialect, Migration, Place, StatementFailed, open_database, tracking

TABLES = (
    "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, nick TEXT)",
    "CREATE TABLE seats (hall TEXT NOT NULL, number INTEGER NOT NULL, taken_by INTEGER REFERENCES people ON DELETE CASCADE, PRIMARY KEY (hall, number))",
    "CREATE TABLE visits (at TEXT)",
)

ON_SQLITE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("place", ["postgresql"], indirect=True)


@pytest.fixture
async def hall(place: Place):
    opened = await open_database(place, "hall", [Migration(1, "tables", TABLES)])
    yield opened
    await opened.close()


async def do(database: Database, *statements: str) -> None:
    async with database.write() as connection:
        for statement in statements:
            await connection.execute(statement)


class Watch:
    """What has changed since it was asked last."""

    def __init__(self, database: Database, tables: list[tracking.Noted]) -> None:
        self._database = database
        self._changes = tracking.Changes(database.dialect, tables)

    async def changed(self) -> dict[str, set[tuple[object, ...]]]:
        async with self._database.store.read() as read:
            found = {
                table.name: set(map(tuple, await self._changes.keys(read, table, table.key)))
                for table in self._changes.tables
                if table.key
            }
            self._changes.go_on(await self._changes.now(read))
        return {name: keys for name, keys in found.items() if keys and not name.startswith("plures_")}


async def watch(database: Database) -> Watch:
    await tracking.note(database.store, "hall")
    async with database.store.read() as read:
        return Watch(database, await tracking.noted(read, database.dialect))


async def test_inserts_updates_and_deletes_are_noted(hall: Database) -> None:
    await do(hall, "INSERT INTO people VALUES (1, 'a', 'x'), (2, 'b', 'y')")
    seen = await watch(hall)
    assert await seen.changed() == {}
    await do(hall, "INSERT INTO people VALUES (3, 'c', 'z')", "UPDATE people SET nick = 'q' WHERE id = 1")
    assert await seen.changed() == {"people": {(3,), (1,)}}
    await do(hall, "DELETE FROM people WHERE id = 2", "INSERT INTO seats VALUES ('north', 7, 1)")
    assert await seen.changed() == {"people": {(2,)}, "seats": {("north", 7)}}
    assert await seen.changed() == {}


async def test_a_changed_key_is_noted_as_it_was_and_as_it_is(hall: Database) -> None:
    await do(hall, "INSERT INTO people VALUES (1, 'a', 'x')")
    seen = await watch(hall)
    await do(hall, "UPDATE people SET id = 9 WHERE id = 1")
    assert await seen.changed() == {"people": {(1,), (9,)}}


async def test_rows_that_a_foreign_key_deletes_are_noted(hall: Database) -> None:
    await do(hall, "INSERT INTO people VALUES (1, 'a', 'x')", "INSERT INTO seats VALUES ('north', 7, 1)")
    seen = await watch(hall)
    await do(hall, "DELETE FROM people")
    assert await seen.changed() == {"people": {(1,)}, "seats": {("north", 7)}}


async def test_what_is_rolled_back_is_not_noted(hall: Database) -> None:
    seen = await watch(hall)
    with pytest.raises(RuntimeError):
        async with hall.write() as connection:
            await connection.execute("INSERT INTO people VALUES (1, 'a', 'x')")
            raise RuntimeError
    assert await seen.changed() == {}


@ON_POSTGRESQL
async def test_a_write_that_commits_after_a_later_one_is_noted(hall: Database) -> None:
    """PostgreSQL numbers what transactions write in another order than they commit in."""
    seen = await watch(hall)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with hall.write() as connection:
            await connection.execute("INSERT INTO people VALUES (1, 'a', 'x')")
            begun.set()
            await go_on.wait()

    task = asyncio.create_task(slow())
    await begun.wait()
    await do(hall, "INSERT INTO people VALUES (2, 'b', 'y')")
    assert await seen.changed() == {"people": {(2,)}}
    go_on.set()
    await task
    assert await seen.changed() == {"people": {(1,)}}


@ON_SQLITE
async def test_a_row_that_gives_way_to_a_new_one_is_noted(hall: Database) -> None:
    await do(hall, "INSERT INTO people VALUES (1, 'a', 'x'), (2, 'b', 'y')", "INSERT INTO seats VALUES ('north', 7, 1)")
    seen = await watch(hall)
    await do(hall, "INSERT OR REPLACE INTO people VALUES (5, 'a', 'z')")
    assert await seen.changed() == {"people": {(1,), (5,)}, "seats": {("north", 7)}}
    await do(hall, "UPDATE OR REPLACE people SET email = 'b' WHERE id = 5")
    assert await seen.changed() == {"people": {(2,), (5,)}}


@ON_POSTGRESQL
async def test_rows_of_a_table_that_is_truncated_are_noted(hall: Database) -> None:
    await do(hall, "INSERT INTO people VALUES (1, 'a', 'x')", "INSERT INTO seats VALUES ('north', 7, 1)")
    seen = await watch(hall)
    await do(hall, "TRUNCATE people, seats")
    assert await seen.changed() == {"people": {(1,)}, "seats": {("north", 7)}}


async def test_noting_twice_goes_on_and_forgetting_leaves_nothing(hall: Database) -> None:
    await watch(hall)
    await do(hall, "INSERT INTO people VALUES (1, 'a', 'x')")
    seen = await watch(hall)
    assert await seen.changed() == {"people": {(1,)}}
    await tracking.forget(hall.store)
    await tracking.forget(hall.store)
    await do(hall, "INSERT INTO people VALUES (2, 'b', 'y')")
    query = (
        "SELECT count(*) FROM sqlite_master WHERE name LIKE 'plures_changes%'"
        if hall.dialect is Dialect.SQLITE
        else "SELECT count(*) FROM pg_class WHERE relname LIKE 'plures_changes%' AND relnamespace = quote_ident(current_schema())::regnamespace"
    )
    async with hall.read() as connection:
        assert await connection.scalar(query) == 0


@ON_POSTGRESQL
async def test_a_write_under_way_is_waited_for_without_holding_up_the_others(hall: Database) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with hall.write() as connection:
            await connection.execute("INSERT INTO people VALUES (1, 'a', 'x')")
            begun.set()
            await go_on.wait()

    task = asyncio.create_task(slow())
    await begun.wait()
    noting = asyncio.create_task(tracking.note(hall.store, "hall"))
    await asyncio.sleep(0.5)
    await do(hall, "INSERT INTO people VALUES (2, 'b', 'y')")
    assert not noting.done()
    go_on.set()
    await task
    await noting


async def test_a_large_table_without_a_key_is_refused(hall: Database) -> None:
    async with hall.write() as connection:
        await connection.execute("INSERT INTO visits VALUES (:at)", [{"at": "x"}] * (tracking.MOST_ROWS + 1))
    with pytest.raises(tracking.TrackingRefused, match="visits has no primary key"):
        await tracking.note(hall.store, "hall")


@ON_SQLITE
async def test_a_unique_index_that_cannot_be_followed_is_refused(hall: Database) -> None:
    await do(hall, "CREATE UNIQUE INDEX odd ON people (lower(nick))")
    with pytest.raises(tracking.TrackingRefused, match="odd"):
        await tracking.note(hall.store, "hall")


@ON_POSTGRESQL
async def test_a_sealed_database_refuses_what_was_begun_before(hall: Database) -> None:
    await do(hall, "INSERT INTO people VALUES (1, 'a', 'x')")
    await tracking.note(hall.store, "hall")
    with pytest.raises(StatementFailed, match=re.escape("moved to 5% of /there")):
        async with hall.write() as connection:
            assert await connection.scalar("SELECT count(*) FROM people") == 1
            async with hall.store.read() as read:
                tables = await tracking.noted(read, hall.dialect)
            async with hall.store.write() as other:
                for table in tables:
                    await other.execute(tracking.sealing(table, "moved to 5% of /there"), {})
            await connection.execute("UPDATE people SET nick = 'q'")
