"""A statement of the platform's own is a transaction by itself, on both stores."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from plures.data import CommitUnknown, Database, HoldingWork, UniqueViolated, open_database
from tests.postgres import Postgres

from .conftest import STOCK

ADD = "INSERT INTO stock (id, pieces) VALUES (:id, :pieces)"
TEA = {"id": "tea", "pieces": 3}


@pytest.fixture
async def on_server(postgres: Postgres) -> AsyncIterator[Database]:
    opened = await open_database(await postgres.schema(most_connections=2), "inventory", (STOCK,))
    yield opened
    await opened.close()


async def pieces(database: Database) -> list[int]:
    async with database.read() as connection:
        return list((await connection.execute("SELECT pieces FROM stock ORDER BY pieces")).scalars())


async def test_it_commits_and_brings_its_rows(database: Database) -> None:
    added = await database.plain_execute(f"{ADD} RETURNING pieces", TEA)
    assert added.scalar() == 3
    changed = await database.plain_execute("UPDATE stock SET pieces = 4 WHERE id = :id", {"id": "tea"})
    assert changed.rowcount == 1
    assert await pieces(database) == [4]


async def test_it_commits_whatever_the_running_call_holds_back(database: Database) -> None:
    work = HoldingWork(database)
    with work.under_way():
        await database.plain_execute(ADD, TEA)
    await work.give_up()
    assert await pieces(database) == [3]


async def test_a_refused_one_leaves_the_others(database: Database) -> None:
    await database.plain_execute(ADD, TEA)
    for _ in range(3):
        with pytest.raises(UniqueViolated):
            await database.plain_execute(ADD, TEA)
    await database.plain_execute("UPDATE stock SET pieces = 5", {})
    assert await pieces(database) == [5]


async def test_a_connection_that_breaks_leaves_it_open_whether_it_has_happened(on_server: Database) -> None:
    with pytest.raises(CommitUnknown):
        await on_server.plain_execute("SELECT pg_terminate_backend(pg_backend_pid())", {})
    await on_server.plain_execute(ADD, TEA)
    assert await pieces(on_server) == [3]


async def test_a_cancelled_one_is_given_up(on_server: Database) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await on_server.plain_execute(
                "INSERT INTO stock (id, pieces) SELECT 'tea', 1 FROM (SELECT pg_sleep(60)) AS rest", {}
            )
    await on_server.plain_execute(ADD, TEA)
    assert await pieces(on_server) == [3]


async def test_it_finds_that_the_schema_has_changed(on_server: Database) -> None:
    look = "UPDATE stock SET pieces = 7 WHERE id = :id RETURNING *"
    await on_server.plain_execute(ADD, TEA)
    assert len((await on_server.plain_execute(look, {"id": "tea"})).one()) == 2
    async with on_server.write() as connection:
        await connection.execute("ALTER TABLE stock ADD COLUMN shelf TEXT")
    assert len((await on_server.plain_execute(look, {"id": "tea"})).one()) == 3
