"""Connections to one file whose statements tell where they ran."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from plures.data.sqlite.driver import DriverConnection
from plures.data.sqlite.leash import Leash

# `trim` is a function that is known to be short; ours tells where it runs.
READ = "SELECT trim(id) FROM stock WHERE id = :id"
SCAN = "SELECT count(trim(id)) FROM stock WHERE pieces >= :least"
CHANGE = "UPDATE stock SET pieces = pieces + 1 WHERE id = trim(:id)"
FILL = """
    INSERT INTO stock WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)
    SELECT 'row ' || i, i FROM n
"""
TEA = {"id": "tea"}
MANY = 100_000


class Opened:
    """Connections to one file, whose statements tell where they ran. Time passes when a test says so."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ran_here: list[bool] = []
        self.now = 0.0
        self.takes_s = 0.0
        self.leash = Leash(lambda: self.now)
        self.connections: list[DriverConnection] = []

    async def open(self, *, read_only: bool = False, journal: str = "WAL") -> DriverConnection:
        connection = DriverConnection(
            lambda: self._connect(journal),
            begin="BEGIN" if read_only else "BEGIN IMMEDIATE",
            read_only=read_only,
            leash=self.leash,
        )
        await connection.open()
        connection.create_function("trim", 1, self._trim, deterministic=True)
        self.connections.append(connection)
        return connection

    def _connect(self, journal: str) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=20, isolation_level=None, check_same_thread=False)
        connection.execute(f"PRAGMA journal_mode = {journal}")
        return connection

    def _trim(self, text: str) -> str:
        self.ran_here.append(threading.current_thread() is threading.main_thread())
        self.now += self.takes_s
        return text

    async def ran(self, work: Callable[[], Awaitable[Any]]) -> set[bool]:
        """Where this ran."""
        self.ran_here.clear()
        await work()
        return {*self.ran_here}


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Opened]:
    files = Opened(tmp_path / "one.sqlite3")
    yield files
    for connection in files.connections:
        await connection.rollback()
        await connection.close()


@pytest.fixture
async def writer(opened: Opened) -> DriverConnection:
    connection = await opened.open()
    await connection.execute("CREATE TABLE stock (id TEXT PRIMARY KEY, pieces INTEGER NOT NULL)")
    await connection.execute("INSERT INTO stock VALUES ('tea', 0)")
    await connection.commit()
    return connection


async def known(connection: DriverConnection, *statements: str) -> None:
    """Run these as often as it takes to know them."""
    for sql in statements:
        for _ in range(3):
            await connection.execute(sql, {"id": "nothing", "least": 0})
    await connection.commit()


async def ticks(work: Awaitable[Any]) -> int:
    """How often the event loop saw to another task meanwhile."""
    count = 0

    async def tick() -> None:
        nonlocal count
        while True:
            count += 1
            await asyncio.sleep(0)

    ticking = asyncio.create_task(tick())
    await work
    ticking.cancel()
    return count
