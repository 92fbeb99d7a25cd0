"""The outbox of a publisher moves with its rows, and numbers go on where they were."""

from pathlib import Path
from typing import Any

from plures.data import Folder, Migration, Place, copies, open_database
from plures.events import prepare
from tests.postgres import Postgres

TABLE = Migration(1, "orders", ("CREATE TABLE placed (id INTEGER PRIMARY KEY)",))
EVENT = """
INSERT INTO plures_events (id, type, key, body, request_id, published_at, sequence) VALUES (:id, 'placed', 'k', '{}', '', 1, :sequence)"""


async def publish(place: Place, *sequences: int | None) -> list[tuple[Any, ...]]:
    """As the application at its start and after it."""
    database = await open_database(place, "orders", (TABLE,))
    await prepare(database)
    async with database.write() as connection:
        for sequence in sequences:
            await connection.execute(EVENT, {"id": f"event {sequence}", "sequence": sequence})
        rows = await connection.execute("SELECT number, id, sequence FROM plures_events ORDER BY number")
        found = [tuple(row) for row in rows]
    await database.close()
    return found


async def moved(source: Place, target: Place) -> copies.Moved:
    owners = copies.Owners("shop", Path("none"), {"orders": (TABLE,)})
    ends = copies.End(source), copies.End(target)
    return await copies.move(owners, "orders", *ends, lambda *_: None, furnish=prepare)


async def test_events_go_along(tmp_path: Path, postgres: Postgres) -> None:
    first, last = Folder(tmp_path / "first"), Folder(tmp_path / "last")
    server, second = await postgres.schema(), await postgres.schema()
    await publish(first, 1, 2)
    there = await moved(first, server)
    assert (there.tables["plures_events"], there.tables["plures_relay"]) == (2, 1)
    assert [row[0] for row in await publish(server, 3, None)] == [1, 2, 3, 4]
    await moved(server, second)
    await moved(second, last)
    # On SQLite each event has its sequence.
    assert [row[0] for row in await publish(last)] == [1, 2, 3, 4]
    assert [row[2] for row in await publish(last)] == [1, 2, 3, 5]
