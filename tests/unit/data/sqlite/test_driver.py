"""The connection under SQLAlchemy: what a cancellation, an error, an early close and the end of the interpreter leave behind."""

import asyncio
import gc
import sqlite3
import sys
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from plures.data.sqlite.driver import DriverConnection

# Minutes of work in one statement.
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000000000) SELECT max(i) FROM n"
# Some tenths of a second.
LONG = ENDLESS.replace("10000000000", "1000000")


def prepared(path: Path, *, begin: str = "BEGIN IMMEDIATE", read_only: bool = False) -> DriverConnection:
    def connect() -> sqlite3.Connection:
        return sqlite3.connect(path, timeout=0.5, isolation_level=None, check_same_thread=False)

    return DriverConnection(connect, begin=begin, read_only=read_only)


async def rows(connection: DriverConnection, sql: str, parameters: Any = ()) -> list[Any]:
    cursor = connection.cursor()
    await cursor.execute(sql, parameters)
    return await cursor.fetchall()


def workers() -> int:
    """How many connections have a thread. (The subprocesses of asyncio have some as well.)"""
    return sum(thread.name == "plures.data" for thread in threading.enumerate())


def forget(things: list[Any]) -> None:
    """Collect these until no connection has a thread."""
    things.clear()
    limit = time.monotonic() + 30
    while workers() and time.monotonic() < limit:
        gc.collect()
        time.sleep(0.01)
    assert workers() == 0


async def cancelled(work: "asyncio.Task[Any]") -> None:
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work


@pytest.fixture
async def connection(tmp_path: Path) -> AsyncIterator[DriverConnection]:
    opened = prepared(tmp_path / "one.sqlite3")
    await opened.open()
    await rows(opened, "CREATE TABLE stock (id TEXT PRIMARY KEY)")
    await opened.commit()
    yield opened
    await opened.close()
    assert workers() == 0


@pytest.mark.parametrize("pause_s", [0, 0.05], ids=["before it starts", "while it runs"])
async def test_a_cancelled_statement_has_stopped(connection: DriverConnection, pause_s: float) -> None:
    await rows(connection, "INSERT INTO stock VALUES ('tea')")
    work = asyncio.create_task(rows(connection, ENDLESS))
    await asyncio.sleep(pause_s)
    await cancelled(work)
    # SQLite answers at once, in the same transaction.
    async with asyncio.timeout(60):
        assert await rows(connection, "SELECT id FROM stock") == [("tea",)]
    await connection.rollback()
    assert await rows(connection, "SELECT id FROM stock") == []


async def test_a_cancelled_begin_leaves_no_transaction(connection: DriverConnection, tmp_path: Path) -> None:
    other = prepared(tmp_path / "one.sqlite3")
    await other.open()
    await rows(other, "INSERT INTO stock VALUES ('tea')")
    waiting = asyncio.create_task(rows(connection, "INSERT INTO stock VALUES ('milk')"))
    await asyncio.sleep(0.05)
    await cancelled(waiting)
    await connection.rollback()
    await other.commit()
    assert await rows(connection, "SELECT id FROM stock") == [("tea",)]
    await other.close()


async def test_a_cancelled_begin_that_succeeded_is_rolled_back(connection: DriverConnection, tmp_path: Path) -> None:
    await cancelled(asyncio.create_task(rows(connection, "INSERT INTO stock VALUES ('milk')")))
    work = asyncio.create_task(rows(connection, "INSERT INTO stock VALUES ('tea')"))
    await asyncio.sleep(0)
    await cancelled(work)
    await connection.rollback()
    other = prepared(tmp_path / "one.sqlite3")
    await other.open()
    assert await rows(other, "SELECT id FROM stock") == []
    await other.close()


async def test_a_cancelled_commit_has_ended(connection: DriverConnection) -> None:
    await rows(connection, "INSERT INTO stock VALUES ('tea')")
    committing = asyncio.create_task(connection.commit())
    await asyncio.sleep(0)
    await cancelled(committing)
    await connection.rollback()
    assert await rows(connection, "SELECT id FROM stock") in ([], [("tea",)])


async def test_closing_waits_for_the_statement_that_runs(connection: DriverConnection) -> None:
    work = asyncio.create_task(rows(connection, LONG))
    await asyncio.sleep(0.05)
    await asyncio.gather(connection.close(), connection.close())
    assert await work == [(1_000_000,)]
    with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
        await connection.commit()


async def test_closing_while_a_statement_is_cancelled(connection: DriverConnection) -> None:
    work = asyncio.create_task(rows(connection, ENDLESS))
    await asyncio.sleep(0.05)
    closing = asyncio.create_task(connection.close())
    await asyncio.sleep(0)
    async with asyncio.timeout(60):
        await cancelled(work)
        await closing


async def test_a_cancelled_close_has_closed(connection: DriverConnection) -> None:
    work = asyncio.create_task(rows(connection, LONG))
    await asyncio.sleep(0.05)
    closing = asyncio.create_task(connection.close())
    await asyncio.sleep(0)
    await cancelled(closing)
    assert await work == [(1_000_000,)]
    with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
        connection.cursor()


@pytest.mark.parametrize(
    ("sql", "parameters", "error"),
    [
        ("INSERT INTO stock VALUES ('tea')", (), sqlite3.IntegrityError),
        ("SELECT * FROM missing", (), sqlite3.OperationalError),
        ("SELECT ?", (), sqlite3.ProgrammingError),
        ("SELECT ?", (2**64,), OverflowError),
        ("SELECT fail()", (), sqlite3.OperationalError),
    ],
)
async def test_errors_keep_their_type(
    connection: DriverConnection, sql: str, parameters: tuple[object, ...], error: type[Exception]
) -> None:
    def fail() -> None:
        raise LookupError

    connection.create_function("fail", 0, fail)
    await rows(connection, "INSERT INTO stock VALUES ('tea')")
    with pytest.raises(error) as caught:
        await rows(connection, sql, parameters)
    assert type(caught.value) is error
    assert await rows(connection, "SELECT id FROM stock") == [("tea",)]


async def test_whatever_a_job_raises_arrives(connection: DriverConnection) -> None:
    class Odd(BaseException):
        pass

    def raise_odd() -> list[Any]:
        raise Odd

    with pytest.raises(Odd):
        await connection.do(raise_odd)
    assert await rows(connection, "SELECT 1") == [(1,)]


async def test_what_cannot_be_opened_leaves_no_thread(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        await prepared(tmp_path / "absent" / "one.sqlite3").open()
    await cancelled(asyncio.create_task(prepared(tmp_path / "one.sqlite3").open()))
    opening = asyncio.create_task(prepared(tmp_path / "one.sqlite3").open())
    await asyncio.sleep(0)
    await cancelled(opening)
    assert workers() == 0


async def test_a_reader_does_not_wait_for_the_end_of_its_transaction(
    connection: DriverConnection, tmp_path: Path
) -> None:
    reader = prepared(tmp_path / "one.sqlite3", begin="BEGIN", read_only=True)
    await reader.open()
    assert await rows(reader, "SELECT id FROM stock") == []
    await rows(connection, "INSERT INTO stock VALUES ('tea')")
    await reader.rollback()
    await connection.commit()
    assert await rows(reader, "SELECT id FROM stock") == [("tea",)]
    await reader.close()


async def test_a_forgotten_connection_warns_and_ends_its_thread(tmp_path: Path) -> None:
    forgotten = prepared(tmp_path / "one.sqlite3")
    await forgotten.open()
    await rows(forgotten, "SELECT 1")
    things = [forgotten]
    del forgotten
    with pytest.warns(ResourceWarning, match="never closed"):
        forget(things)


EXITING = """
import asyncio, sqlite3, sys
from plures.data.sqlite.driver import DriverConnection

def connect():
    return sqlite3.connect(sys.argv[1], isolation_level=None, check_same_thread=False)

async def main():
    loop, connection = asyncio.get_running_loop(), DriverConnection(connect, begin="BEGIN", read_only=False)
    await connection.open()
    loop.call_later(0.1, loop.stop)
    await connection.cursor().execute(sys.argv[2])
    await loop.create_future()

loop = asyncio.new_event_loop()
never_ends = loop.create_task(main())
loop.run_forever()
print("leaving")
"""


@pytest.mark.parametrize("statement", ["CREATE TABLE stock (id TEXT)", ENDLESS], ids=["idle", "busy"])
async def test_the_interpreter_ends_though_a_connection_is_open(tmp_path: Path, statement: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", EXITING, str(tmp_path / "one.sqlite3"), statement),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        said, complaints = await process.communicate()
    assert (process.returncode, said) == (0, b"leaving\n"), complaints
    assert b"Fatal" not in complaints


# From Python 3.13 on, sqlite3 says so too.
@pytest.mark.filterwarnings("ignore:unclosed database:ResourceWarning")
def test_an_event_loop_that_is_gone_is_not_answered(tmp_path: Path) -> None:

    async def start() -> DriverConnection:
        opened = prepared(tmp_path / "one.sqlite3")
        await opened.open()
        asyncio.get_running_loop().call_soon(asyncio.get_running_loop().stop)
        await rows(opened, LONG)
        return opened

    loop = asyncio.new_event_loop()
    things = [loop.create_task(start())]
    loop.run_forever()
    loop.close()
    # The task dies with its connection; the thread ends the statement, finds the loop closed, and ends.
    with pytest.warns(ResourceWarning, match="never closed"):
        forget(things)
