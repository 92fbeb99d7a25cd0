"""A capability whose migrations are Alembic's scripts moves too: its table of revisions is one of its tables."""

from pathlib import Path

import pytest

from plures.data import AlembicMigrations, Folder, Place, copies, open_database
from tests.postgres import Postgres
from tests.unit.data.revisions.writing import revision, table, written


async def made(place: Place, scripts: Path, *rows: str) -> None:
    database = await open_database(place, "ledger", AlembicMigrations(scripts))
    async with database.write() as connection:
        for row in rows:
            await connection.execute(row)
    await database.close()


async def moved(source: Place, target: Place, scripts: Path) -> copies.Moved:
    owners = copies.Owners("shop", Path("none"), {"ledger": ()}, scripts={"ledger": AlembicMigrations(scripts)})
    return await copies.move(owners, "ledger", copies.End(source), copies.End(target), lambda *_: None)


async def test_there_and_back(tmp_path: Path, postgres: Postgres) -> None:
    scripts, first = written(tmp_path / "scripts"), Folder(tmp_path / "first")
    columns = 'sa.Column("at", sa.DateTime)', 'sa.Column("mark", sa.Uuid)', 'sa.Column("is_open", sa.Boolean)'
    revision(scripts, "a1", None, table("entry", *columns))
    row = "(1, '2026-01-02 03:04:05.678900', '0f8fad5bd9cb469fa16570867728950e', 1)"
    await made(first, scripts, f"INSERT INTO entry (id, at, mark, is_open) VALUES {row}")
    server, last = await postgres.schema(), Folder(tmp_path / "last")
    tables = {"alembic_version": 1, "entry": 1, "plures_commands": 0}
    assert (await moved(first, server, scripts)).tables == tables
    await made(server, scripts, "INSERT INTO entry (at) VALUES (NULL)")
    assert (await moved(server, last, scripts)).tables == {**tables, "entry": 2}
    database = await open_database(last, "ledger", AlembicMigrations(scripts))
    async with database.read() as connection:
        rows = [tuple(found) for found in await connection.execute("SELECT * FROM entry ORDER BY id")]
    await database.close()
    assert rows == [
        (1, "2026-01-02 03:04:05.678900", "0f8fad5bd9cb469fa16570867728950e", 1),
        (2, None, None, None),
    ]


async def test_a_revision_that_is_pending_runs_first(tmp_path: Path, postgres: Postgres) -> None:
    scripts, first = written(tmp_path / "scripts"), Folder(tmp_path / "first")
    revision(scripts, "a1", None, table("entry"))
    await made(first, scripts)
    revision(scripts, "b2", "a1", 'op.execute("INSERT INTO entry VALUES (7)")')
    server = await postgres.schema()
    with pytest.raises(copies.CannotMove, match="1 of its revisions have not run: b2") as caught:
        await moved(first, server, scripts)
    assert "plures data migrate ledger" in caught.value.remedy
    await made(first, scripts)
    assert (await moved(first, server, scripts)).tables["entry"] == 1
