"""What is published: only what commits, in one order, in the sequence in which it could be seen."""

import asyncio

import pytest

from plures.data import Database, Folder, open_database
from plures.events import Record, append, prepare, register
from plures.events.lease import take
from plures.events.numbering import number
from plures.events.outbox import PAGES, Pages

from .conftest import NAME, TYPE, open_prepared, publish, rows

SEQUENCES = "SELECT id, sequence FROM plures_events ORDER BY sequence"


async def numbered(database: Database) -> list[tuple]:
    lease = await take(database, "orders", "test")
    assert lease is not None
    if database.dialect == "postgresql":
        await number(database, lease)
    await lease.give_up()
    return await rows(database, SEQUENCES)


async def test_what_rolls_back_was_never_published(database: Database) -> None:
    await publish(database, "a")
    with pytest.raises(KeyError):
        async with database.write() as connection:
            await append(connection, Record("never", TYPE, "", "{}", ""), database.dialect)
            raise KeyError
    await publish(database, "b")
    assert await numbered(database) == [("a", 1), ("b", 2)]


async def test_a_page_is_read_once_for_all_who_ask_for_it_until_there_is_more(database: Database) -> None:
    pages = Pages(database)

    async def ids() -> list[str]:
        return [event.id for event in await pages.after(TYPE, 0, 10)]

    await publish(database, "a")
    await numbered(database)
    first = await pages.after(TYPE, 0, 10)
    assert await pages.after(TYPE, 0, 10) is first
    assert await pages.after("other", 0, 10) == []
    assert await ids() == ["a"]
    await publish(database, "b")
    await numbered(database)
    assert await ids() == ["a"], "those who look have not said that there may be more"
    pages.forget()
    assert await ids() == ["a", "b"]


async def test_a_page_that_was_read_while_more_came_is_kept_for_no_other(database: Database) -> None:
    pages = Pages(database)
    await publish(database, "a")
    await numbered(database)
    reading = asyncio.create_task(pages.after(TYPE, 0, 10))
    await asyncio.sleep(0)
    pages.forget()
    await reading
    await publish(database, "b")
    await numbered(database)
    assert [event.id for event in await pages.after(TYPE, 0, 10)] == ["a", "b"]


async def test_the_sequence_is_not_used_again_once_the_table_is_empty(database: Database) -> None:
    await publish(database, "a", "b")
    await numbered(database)
    async with database.write() as connection:
        await connection.execute("DELETE FROM plures_events")
    await publish(database, "c")
    assert await numbered(database) == [("c", 3)]


async def test_many_replicas_may_prepare_at_once(place) -> None:
    if isinstance(place, Folder):
        one = await open_database(place, "orders")
        await asyncio.gather(*(prepare(one) for _ in range(8)))
        await one.close()
        return
    replicas = [await open_database(place, "orders") for _ in range(5)]
    await asyncio.gather(*(prepare(each) for each in replicas))
    await asyncio.gather(*(register(each, {NAME: TYPE}) for each in replicas))
    assert await rows(replicas[0], "SELECT one, last_sequence FROM plures_relay") == [(1, 0)]
    for each in replicas:
        await each.close()


async def test_a_replica_that_starts_waits_for_no_publisher(postgres) -> None:
    """Also not for one that is stopped in its transaction."""
    place = await postgres.schema()
    one = await open_prepared(place)
    async with one.write() as slow:
        await append(slow, Record("slow", TYPE, "", "{}", ""), one.dialect)
        async with asyncio.timeout(10):
            other = await open_prepared(place)
            await register(other, {NAME: TYPE})
    await one.close()
    await other.close()


async def test_what_becomes_visible_late_is_numbered_late_and_not_passed_by(server: Database) -> None:
    async with server.write() as slow:
        await append(slow, Record("slow", TYPE, "", "{}", ""), server.dialect)
        # In another task, as another publisher.
        await asyncio.create_task(publish(server, "quick"))
        assert await asyncio.create_task(numbered(server)) == [("quick", 1)]
    assert await numbered(server) == [("quick", 1), ("slow", 2)]
    assert await rows(server, "SELECT id FROM plures_events ORDER BY number") == [("slow",), ("quick",)]


async def test_numbering_makes_no_publisher_fail(server: Database) -> None:
    lease = await take(server, "orders", "test")
    assert lease is not None

    async def publisher(name: int) -> None:
        for turn in range(20):
            await publish(server, f"{name}.{turn}", key=str(name))

    async def numberer() -> None:
        while len(await rows(server, "SELECT 1 FROM plures_events WHERE sequence IS NOT NULL")) < 80:
            await number(server, lease, most=3)

    await asyncio.gather(numberer(), *(publisher(name) for name in range(4)))
    sequences = await rows(server, "SELECT sequence, key, id FROM plures_events ORDER BY sequence")
    assert [row[0] for row in sequences] == list(range(1, 81))
    for name in range(4):
        assert [row[2] for row in sequences if row[1] == str(name)] == [f"{name}.{turn}" for turn in range(20)]


async def test_what_comes_from_another_kind_of_database_keeps_its_order_and_numbers_go_on(place) -> None:
    """A database that was moved: some of its events have a sequence above their number, others none yet."""
    database = await open_prepared(place)
    async with database.write() as connection:
        for row, sequence in enumerate((41, 42, "NULL", "NULL"), 7):
            await connection.execute(
                "INSERT INTO plures_events (number, id, type, key, body, request_id, published_at, sequence)"
                f" VALUES ({row}, 'e{row}', '{TYPE}', '', '', '', 0, {sequence})"
            )
        await connection.execute(f"INSERT INTO plures_subscriptions VALUES ('{NAME}', '{TYPE}', 50, 0)")
        if database.dialect == "sqlite":
            await connection.execute("UPDATE sqlite_sequence SET seq = 10 WHERE name = 'plures_events'")
    await prepare(database)
    await publish(database, "new")
    assert await numbered(database) == [("e7", 41), ("e8", 42), ("e9", 51), ("e10", 52), ("new", 53)]
    await database.close()


async def test_a_page_is_read_by_the_index_however_long_the_backlog(database: Database) -> None:
    """Asserts the plan, not the time."""
    fill = {
        "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) "
        "INSERT INTO plures_events (id, type, key, body, request_id, published_at, sequence) "
        "SELECT 'e' || i, '{type}' || (i % 3), 'k' || i, '', '', 0, i FROM n",
        "postgresql": "INSERT INTO plures_events (id, type, key, body, request_id, published_at, sequence) "
        "SELECT 'e' || i, '{type}' || (i % 3), 'k' || i, '', '', 0, i FROM generate_series(1, {rows}) AS i",
    }[database.dialect]
    async with database.write() as connection:
        await connection.execute(fill.format(rows=100_000, type=TYPE))
    if database.dialect == "postgresql":
        async with database.write() as connection:
            await connection.execute("ANALYZE plures_events")
    page = PAGES[database.dialect]
    values = {"subscription": NAME, "type": f"{TYPE}1", "after": 40_000, "most": 256}
    explain = "EXPLAIN QUERY PLAN" if database.dialect == "sqlite" else "EXPLAIN"
    async with database.read() as connection:
        plan = "\n".join(str(tuple(row)) for row in await connection.execute(f"{explain} {page}", values))
        found = (await connection.execute(page, values)).all()
    assert "plures_events_by_type" in plan, plan
    assert "plures_failures_by_key" in plan, plan
    assert "Sort" not in plan, plan
    assert "hashed" not in plan, plan
    assert "TEMP B-TREE" not in plan, plan
    assert "Seq Scan on plures_events" not in plan, plan
    assert len(found) == 256
    assert [row.sequence for row in found] == list(range(40_003, 40_003 + 3 * 256, 3))
