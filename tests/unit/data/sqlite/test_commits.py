"""Commits run in the event loop where the disk is fast; what ADR 4 promises stays, and no other task waits long."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from plures.data.sqlite.driver import DriverConnection
from plures.data.sqlite.leash import Leash
from plures.data.sqlite.leash.known import FIRST_PAUSE_S, IDLE_S, LONG_S, MOST_COMMITS, SHORT_FLUSH_S, TRIP_S
from plures.data.sqlite.store import SqliteStore

PUT = "INSERT INTO stock VALUES (:id, :text) ON CONFLICT (id) DO UPDATE SET text = excluded.text"
FOREIGN = "INSERT INTO parts VALUES (:id, :id)"
LOOK = "SELECT id FROM stock WHERE id = :id"


class Disk:
    """How long it takes. Time passes in commits alone, and where a test says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self.flush_s = SHORT_FLUSH_S / 2
        self.flushed_here: list[bool] = []

    def flush(self) -> None:
        self.flushed_here.append(threading.current_thread() is threading.main_thread())
        self.now += self.flush_s


class Opened(DriverConnection):
    """A connection to a file on such a disk."""

    def __init__(self, path: Path) -> None:
        self.disk = disk = Disk()

        class Flushing(sqlite3.Connection):
            def commit(self) -> None:
                disk.flush()
                super().commit()

        def connect() -> sqlite3.Connection:
            connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Flushing)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA foreign_keys = ON")
            return connection

        super().__init__(connect, begin="BEGIN IMMEDIATE", read_only=False, leash=Leash(lambda: disk.now))

    async def put(self, times: int = 1, text: str = "") -> list[bool]:
        """Where the commits of so many transactions ran."""
        self.disk.flushed_here.clear()
        for number in range(times):
            await self.execute(PUT, {"id": str(number % 7), "text": text})
            await self.commit()
        return self.disk.flushed_here


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Opened]:
    connection = Opened(tmp_path / "one.sqlite3")
    await connection.open()
    await connection.execute("CREATE TABLE stock (id TEXT PRIMARY KEY, text TEXT NOT NULL)")
    await connection.execute("CREATE TABLE shelves (id TEXT PRIMARY KEY)")
    await connection.execute("INSERT INTO shelves VALUES ('0'), ('1'), ('2')")
    reference = "TEXT REFERENCES shelves DEFERRABLE INITIALLY DEFERRED"
    await connection.execute(f"CREATE TABLE parts (id TEXT PRIMARY KEY, shelf {reference})")
    await connection.commit()
    yield connection
    await connection.rollback()
    await connection.close()


@pytest.fixture
async def fast(opened: Opened) -> Opened:
    """Its disk was seen to be fast, and its next commits may run in the event loop."""
    while await opened.put() == [False]:
        pass
    while await opened.put() == [True]:
        pass
    return opened


async def test_commits_come_to_run_in_the_event_loop(opened: Opened) -> None:
    where = await opened.put(MOST_COMMITS)
    assert where[:10] == [False] * 10
    assert where[-10:] == [True] * 10


async def test_on_a_slow_disk_they_never_do(opened: Opened) -> None:
    opened.disk.flush_s = 1.1 * SHORT_FLUSH_S
    assert await opened.put(300) == [False] * 300


async def test_a_disk_that_becomes_slow_is_waited_for_in_the_thread(fast: Opened) -> None:
    fast.disk.flush_s = LONG_S / 2
    where = await fast.put(50)
    assert where[0]
    assert where[-45:] == [False] * 45
    fast.disk.flush_s = SHORT_FLUSH_S / 2
    assert (await fast.put(50))[-1]


async def test_after_a_very_long_commit_all_run_in_the_thread_for_a_while(fast: Opened) -> None:
    fast.disk.flush_s = 2 * LONG_S
    assert await fast.put() == [True]
    fast.disk.flush_s = 0.0
    assert await fast.put(40) == [False] * 40
    fast.disk.now += FIRST_PAUSE_S
    assert await fast.put() == [True]


async def test_while_other_tasks_run_it_waits_no_longer_than_for_a_trip(fast: Opened) -> None:
    async def work() -> None:
        while True:
            fast.disk.now += 2 * IDLE_S
            await asyncio.sleep(0)

    for flush_s, is_here in ((SHORT_FLUSH_S / 2, False), (TRIP_S / 2, True)):
        fast.disk.flush_s = flush_s
        await fast.put(30)
        working = asyncio.create_task(work())
        await asyncio.sleep(0)
        assert await fast.put() == [is_here]
        working.cancel()


async def test_other_tasks_run_between_commits(fast: Opened) -> None:
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    turning = asyncio.create_task(turn())
    assert await fast.put(30) == [True] * 30
    assert turns >= 30
    turning.cancel()


async def test_what_made_a_trip_is_committed_in_the_thread(fast: Opened) -> None:
    await fast.execute(PUT, {"id": "tea", "text": ""})
    await fast.execute("SELECT count(*) FROM stock")
    fast.disk.flushed_here.clear()
    await fast.commit()
    assert fast.disk.flushed_here == [False]


async def test_a_transaction_that_changes_nothing_tells_nothing_of_the_disk(opened: Opened) -> None:
    opened.disk.flush_s = 2 * SHORT_FLUSH_S
    await opened.put(30)
    opened.disk.flush_s = 0.0
    for _ in range(50):
        await opened.execute(LOOK, {"id": "0"})
        await opened.commit()
    opened.disk.flush_s = 2 * SHORT_FLUSH_S
    assert await opened.put(30) == [False] * 30


async def test_the_write_ahead_log_does_not_grow(fast: Opened, tmp_path: Path) -> None:
    # Twenty pages each.
    where = await fast.put(600, "x" * 80_000)
    assert where.count(False) in range(600 // MOST_COMMITS, 50)
    assert (tmp_path / "one.sqlite3-wal").stat().st_size < (1000 + 2 * MOST_COMMITS * 25) * 4096


async def test_a_cancelled_commit_has_not_happened(fast: Opened) -> None:
    await fast.execute(PUT, {"id": "tea", "text": ""})
    fast.disk.flushed_here.clear()
    committing = asyncio.create_task(fast.commit())
    await asyncio.sleep(0)
    committing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await committing
    assert fast.disk.flushed_here == []
    assert not fast.is_at_rest
    await fast.rollback()
    assert (await fast.execute(LOOK, {"id": "tea"})).rows == []


async def test_a_commit_that_fails_has_rolled_back(fast: Opened) -> None:
    for number in range(3):
        await fast.execute(FOREIGN, {"id": str(number)})
        await fast.commit()
    await fast.execute(FOREIGN, {"id": "missing"})
    fast.disk.flushed_here.clear()
    with pytest.raises(sqlite3.IntegrityError):
        await fast.commit()
    assert fast.disk.flushed_here == [True]
    assert fast.is_at_rest
    assert (await fast.execute("SELECT id FROM parts WHERE id = :id", {"id": "missing"})).rows == []


async def test_a_commit_that_others_wait_for_waits_for_no_turn_of_the_loop(fast: Opened) -> None:
    turns: list[int] = []

    async def others() -> None:
        while True:
            turns.append(len(turns))
            await asyncio.sleep(0)

    running = asyncio.create_task(others())
    await asyncio.sleep(0)
    await fast.execute(PUT, {"id": "1", "text": ""})
    fast.disk.flushed_here.clear()
    before = len(turns)
    await fast.commit(is_awaited=True)
    assert (fast.disk.flushed_here, len(turns)) == ([True], before)
    # Where the disk is slow, the thread commits, whoever waits.
    fast.disk.flush_s = LONG_S
    for _ in range(20):
        await fast.execute(PUT, {"id": "1", "text": ""})
        await fast.commit(is_awaited=True)
    assert fast.disk.flushed_here[-1] is False
    running.cancel()


async def test_the_next_that_writes_is_known_to_wait(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "one.sqlite3", "stock", lambda: None)
    seen: list[int] = []
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        async with store.write():
            entered.set()
            await go_on.wait()
            seen.append(store._writers.awaited)

    writing = [asyncio.create_task(write()) for _ in range(3)]
    await entered.wait()
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(*writing)
    assert seen == [2, 1, 0]
    await store.close()
