"""The request context is kept with an event, also in a table that an older version has made, beside replicas of that version."""

import asyncio
from pathlib import Path

import pytest

from plures.data import Database, Folder, Place, copies
from plures.events import Record, Stored, append, make_tables, operations, prepare, register
from tests.postgres import Postgres

from .conftest import NAME, TYPE, Inbox, open_prepared, relaying, rows

OLDER = """
INSERT INTO plures_events (id, type, key, body, request_id, published_at, sequence)
VALUES (:id, :type, '', '{}', '', 1, {sequence})"""
CONTEXT = '{"user":"anna"}'


async def older(place: Place) -> Database:
    """A database as an older version has left it, with an event."""
    database = await open_prepared(place)
    async with database.plain_write() as connection:
        await connection.execute("ALTER TABLE plures_events DROP COLUMN context")
    await publish_older(database, "old", 1)
    return database


async def publish_older(database: Database, one: str, sequence: int) -> None:
    async with database.write() as connection:
        given = str(sequence) if database.dialect == "sqlite" else "NULL"
        await connection.execute(OLDER.replace("{sequence}", given), {"id": one, "type": TYPE})


async def test_an_older_table_gets_the_column_once(place: Place) -> None:
    database = await older(place)
    await asyncio.gather(prepare(database), prepare(database))
    await prepare(database)
    # A replica of the older version goes on publishing.
    await publish_older(database, "of a neighbour", 2)
    async with database.write() as connection:
        await append(connection, Record("new", TYPE, "", "{}", "", CONTEXT), database.dialect)
    kept = await rows(database, "SELECT id, context FROM plures_events ORDER BY number")
    assert kept == [("old", ""), ("of a neighbour", ""), ("new", CONTEXT)]
    await database.close()


async def test_it_is_delivered_and_shown_with_its_event(database: Database) -> None:
    await register(database, {NAME: TYPE})
    async with database.write() as connection:
        await append(connection, Record("new", TYPE, "", "{}", "", CONTEXT), database.dialect)
    got: list[Stored] = []

    class Keeps(Inbox):
        async def deliver(self, event: Stored) -> None:
            got.append(event)
            await super().deliver(event)

    inbox = Keeps()
    async with relaying(database, {NAME: inbox}):
        await inbox.wait("new")
    assert [event.context for event in got] == [CONTEXT]
    found = await operations.show(database, "new")
    assert found is not None
    assert found[0].context == CONTEXT


@pytest.mark.parametrize("is_back", [False, True])
async def test_a_move_keeps_it_and_fills_what_an_older_table_lacks(
    tmp_path: Path, postgres: Postgres, is_back: bool
) -> None:
    ends: tuple[Place, Place] = Folder(tmp_path / "file"), await postgres.schema()
    source, target = reversed(ends) if is_back else ends
    database = await older(source)
    await database.close()
    owners = copies.Owners("shop", Path("none"), {"orders": ()})
    await copies.move(
        owners,
        "orders",
        copies.End(source),
        copies.End(target),
        lambda *_: None,
        furnish={"plures_events": make_tables},
    )
    moved = await open_prepared(target)
    assert await rows(moved, "SELECT id, context FROM plures_events") == [("old", "")]
    await moved.close()
