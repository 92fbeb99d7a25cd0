"""Short statements run in the event loop. What is not short runs in the thread, and nothing that was promised changes."""

import asyncio
import sqlite3
import threading

import pytest

from plures.data.sqlite.driver import DriverConnection
from plures.data.sqlite.leash import MOST_IN_A_ROW, STEPS
from plures.data.sqlite.leash.known import FIRST_PAUSE_S, LONG_S, LONGEST_PAUSE_S

from .conftest import CHANGE, FILL, MANY, READ, SCAN, TEA, Opened, known, ticks


async def test_short_statements_come_to_run_in_the_event_loop(opened: Opened, writer: DriverConnection) -> None:
    reader = await opened.open(read_only=True)
    for connection, sql in ((writer, READ), (writer, CHANGE), (reader, READ)):
        await known(connection, sql)
        assert await opened.ran(lambda connection=connection, sql=sql: connection.execute(sql, TEA)) == {True}
        await connection.commit()
    many = [TEA] * MOST_IN_A_ROW
    assert await opened.ran(lambda: writer.execute_many(CHANGE, many)) == {True}
    await writer.commit()
    assert await opened.ran(lambda: writer.execute_many(CHANGE, [TEA, *many])) == {False}
    assert (await writer.execute("SELECT pieces FROM stock", {})).rows == [(2 * MOST_IN_A_ROW + 2,)]


async def test_the_first_statement_of_a_connection_runs_in_the_thread(opened: Opened, writer: DriverConnection) -> None:
    await known(writer, READ)
    reader = await opened.open(read_only=True)
    assert await opened.ran(lambda: reader.execute(READ, TEA)) == {False}
    assert await opened.ran(lambda: reader.execute(READ, TEA)) == {True}


async def test_a_query_never_grows_too_long_by_being_repeated(opened: Opened, writer: DriverConnection) -> None:
    await known(writer, READ)
    opened.ran_here.clear()
    for _ in range(STEPS):
        await writer.execute(READ, TEA)
        await writer.commit()
    assert opened.ran_here == [True] * STEPS


async def test_a_scan_leaves_the_event_loop_after_some_steps(opened: Opened, writer: DriverConnection) -> None:
    await known(writer, SCAN)
    assert await opened.ran(lambda: writer.execute(SCAN, {"least": 0})) == {True}
    await writer.execute(FILL, {"rows": MANY})
    await writer.commit()
    opened.ran_here.clear()
    assert (await writer.execute(SCAN, {"least": 1})).rows == [(MANY,)]
    assert 0 < opened.ran_here.count(True) < 2 * STEPS
    assert opened.ran_here.count(False) == MANY
    # What once went too far does not begin in the event loop again.
    assert await opened.ran(lambda: writer.execute(SCAN, {"least": MANY})) == {False}


async def test_other_tasks_run_during_a_scan(opened: Opened, writer: DriverConnection) -> None:
    sql = "SELECT count(id) FROM stock WHERE pieces >= :least"
    await known(writer, sql)
    await writer.execute(FILL, {"rows": MANY})
    await writer.commit()
    assert await ticks(writer.execute(sql, {"least": 1})) >= 1


async def test_a_query_that_was_stopped_sees_the_same_snapshot(opened: Opened, writer: DriverConnection) -> None:
    reader = await opened.open(read_only=True)
    await known(reader, READ, SCAN)
    await writer.execute(FILL, {"rows": MANY})
    await writer.commit()
    assert await opened.ran(lambda: reader.execute(READ, TEA)) == {True}
    await writer.execute("DELETE FROM stock")
    await writer.commit()
    assert (await reader.execute(SCAN, {"least": 1})).rows == [(MANY,)]
    assert opened.ran_here.count(True) > 1
    await reader.rollback()
    assert (await reader.execute(SCAN, {"least": 1})).rows == [(0,)]


async def test_a_query_that_was_stopped_undoes_nothing(opened: Opened, writer: DriverConnection) -> None:
    await known(writer, SCAN)
    await writer.execute(FILL, {"rows": MANY})
    assert (await writer.execute(SCAN, {"least": 1})).rows == [(MANY,)]
    assert True in opened.ran_here
    await writer.commit()
    assert (await writer.execute(SCAN, {"least": 1})).rows == [(MANY,)]


async def test_many_short_statements_let_other_tasks_run(opened: Opened, writer: DriverConnection) -> None:
    reader = await opened.open(read_only=True)
    await known(reader, READ)

    async def read_often() -> None:
        for _ in range(1000):
            await reader.execute(READ, TEA)
            await reader.rollback()

    opened.ran_here.clear()
    assert await ticks(read_often()) >= 1000 // (MOST_IN_A_ROW + 1)
    assert opened.ran_here.count(False) == 1000 // (MOST_IN_A_ROW + 1)


async def test_the_event_loop_waits_for_no_lock(opened: Opened, writer: DriverConnection) -> None:
    await known(writer, CHANGE)
    with sqlite3.connect(opened.path, isolation_level=None) as tool:
        tool.execute("BEGIN IMMEDIATE")
        changing = asyncio.create_task(writer.execute(CHANGE, TEA))
        for _ in range(100):
            await asyncio.sleep(0)
        assert not changing.done()
        tool.execute("ROLLBACK")
        assert (await changing).changed == 1
    tool.close()
    await writer.commit()
    # It waits in the thread, and never in the event loop.
    assert await opened.ran(lambda: writer.execute(CHANGE, TEA)) == {True}


async def test_after_a_slow_statement_all_run_in_the_thread_for_a_while(
    opened: Opened, writer: DriverConnection
) -> None:
    await known(writer, READ, CHANGE)

    async def ran_here() -> bool:
        (here,) = await opened.ran(lambda: writer.execute(READ, TEA))
        await writer.commit()
        return here

    pause_s = FIRST_PAUSE_S
    while pause_s < LONGEST_PAUSE_S:
        opened.takes_s = 2 * LONG_S
        assert await ran_here()
        opened.takes_s = 0.0
        opened.now += pause_s * 0.9
        assert not await ran_here()
        opened.now += pause_s * 0.2
        pause_s = 2 * pause_s
    # Calm for long: the next one is taken for the first.
    opened.now += 3 * LONGEST_PAUSE_S
    opened.takes_s = 2 * LONG_S
    assert await ran_here()
    opened.takes_s = 0.0
    opened.now += 1.1 * FIRST_PAUSE_S
    assert await ran_here()


async def test_a_change_of_the_schema_makes_all_statements_unknown(opened: Opened, writer: DriverConnection) -> None:
    change = "UPDATE stock SET id = trim(id) WHERE pieces = :pieces"
    index = "CREATE UNIQUE INDEX by_pieces ON stock (pieces)"

    async def where() -> set[bool]:
        return await opened.ran(lambda: writer.execute(change, {"pieces": 0}))

    async def settled() -> set[bool]:
        await writer.commit()
        for _ in range(4):
            last = await where()
            await writer.commit()
        return last

    assert await settled() == {False}
    await writer.execute(index)
    assert await where() == {False}
    assert await settled() == {True}
    await writer.execute("DROP INDEX by_pieces")
    assert await where() == {False}
    assert await settled() == {False}
    await writer.execute(index)
    for _ in range(4):
        await where()
    await writer.rollback()
    assert await settled() == {False}


async def test_a_cursor_of_sqlalchemy_may_change_the_schema(opened: Opened, writer: DriverConnection) -> None:
    await known(writer, READ)
    await writer.cursor().execute("ALTER TABLE stock ADD COLUMN note TEXT")
    assert await opened.ran(lambda: writer.execute(READ, TEA)) == {False}
    await writer.commit()
    assert await opened.ran(lambda: writer.execute(READ, TEA)) == {False}


async def test_errors_are_the_same_in_the_event_loop(opened: Opened, writer: DriverConnection) -> None:
    insert = "INSERT INTO stock VALUES (:id, 1)"
    for number in range(4):
        await writer.execute(insert, {"id": str(number)})
    for wrong, error in (({"id": 2**64}, OverflowError), ({}, sqlite3.ProgrammingError), (TEA, sqlite3.IntegrityError)):
        with pytest.raises(error):
            await writer.execute(insert, wrong)
    await writer.commit()
    assert (await writer.execute("SELECT count(*) FROM stock")).rows == [(5,)]
    await writer.commit()
    await writer.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
        await writer.execute(insert, TEA)


async def test_without_a_write_ahead_log_all_run_in_the_thread(opened: Opened) -> None:
    connection = await opened.open(journal="DELETE")
    await connection.execute("CREATE TABLE stock (id TEXT PRIMARY KEY, pieces INTEGER)")
    await connection.execute("INSERT INTO stock VALUES ('tea', 0)")
    await known(connection, READ)
    assert await opened.ran(lambda: connection.execute(READ, TEA)) == {False}


async def test_a_statement_runs_in_the_thread_while_the_thread_works(opened: Opened, writer: DriverConnection) -> None:
    await known(writer, READ)
    hold = threading.Event()
    working = asyncio.create_task(writer.do(hold.wait))
    await asyncio.sleep(0)
    reading = asyncio.create_task(writer.execute(READ, TEA))
    await asyncio.sleep(0)
    assert not reading.done()
    hold.set()
    await asyncio.gather(working, reading)
