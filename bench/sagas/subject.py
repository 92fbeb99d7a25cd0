"""What a subject of the comparison is: something that runs one saga after the other."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from pathlib import Path
from time import perf_counter

from plures.data import Server


class Kind(StrEnum):
    """What the three steps do."""

    CALLS = "calls"
    """Two call others, the third writes a row to the own database."""
    WRITES = "writes"
    """Each writes a row."""


class Store(StrEnum):
    SQLITE = "SQLite"
    POSTGRESQL = "PostgreSQL"


TOGETHER = 16
Caller = Callable[[list[str]], Awaitable[list[float]]]
"""Runs a saga for each of these ids, one after the other: the seconds that each took."""
Subject = Callable[[Kind, Path | Server], AbstractAsyncContextManager[Caller]]

OWNER = "orders"
"""The role and the schema of ours on PostgreSQL."""

TABLE = "CREATE TABLE lines (id TEXT NOT NULL, step INTEGER NOT NULL, item TEXT NOT NULL, PRIMARY KEY (id, step))"
INSERT = "INSERT INTO lines (id, step, item) VALUES (:id, :step, :item)"
ITEM = "tea"


def in_the_loop(once: Callable[[str], Awaitable[str]]) -> Caller:
    """Callers that share the event loop."""

    async def call(ids: list[str]) -> list[float]:
        samples: list[float] = []
        for one in ids:
            began = perf_counter()
            await once(one)
            samples.append(perf_counter() - began)
        return samples

    return call


def in_threads(once: Callable[[str], str], threads: Executor) -> Caller:
    """Callers that have a thread each."""

    def call(ids: list[str]) -> list[float]:
        samples: list[float] = []
        for one in ids:
            began = perf_counter()
            once(one)
            samples.append(perf_counter() - began)
        return samples

    return lambda ids: asyncio.get_running_loop().run_in_executor(threads, call, ids)
