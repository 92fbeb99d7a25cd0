"""Databases that are moved while processes write to them: nothing is lost, nothing is there twice, whatever ends half-way."""

import asyncio
from pathlib import Path

import pytest

from plures.data import (
    DatabaseMoved,
    Folder,
    Place,
    copies,
    open_database,
)
from tests.postgres import Postgres

from .here import Here
from .live_shop import SHOP, end, move, notes, shop


async def test_a_database_that_is_written_to_is_moved_whole(place: Place, target: Place) -> None:
    async with shop(place) as running:
        users = Here(running.databases, end(target))
        moved = await move(place, target, users)
        # What is written afterwards comes after what was moved.
        await asyncio.sleep(0.1)
        running.close()
        await asyncio.sleep(0.05)
        await running.check(running.databases[0])
        assert running.failed == []
        assert moved.held_s is not None
        assert moved.held_s > 0
        assert moved.tables.keys() == {"customers", "orders", "plures_commands", "visits"}
    with pytest.raises(DatabaseMoved):
        await open_database(place, "shop", SHOP)
    reopened = await open_database(target, "shop", SHOP)
    await running.check(reopened)
    async with reopened.write() as connection:
        await connection.execute("DELETE FROM customers")
        assert await connection.scalar("SELECT count(*) FROM orders") == 0
    await reopened.close()


async def test_there_and_back(tmp_path: Path, postgres: Postgres) -> None:
    file, server = Folder(tmp_path), await postgres.schema()
    async with shop(file) as running:
        await move(file, server, Here(running.databases, end(server)))
        await asyncio.sleep(0.05)
        await move(server, file, Here(running.databases, end(file)))
        await asyncio.sleep(0.05)
        await move(file, server, Here(running.databases, end(server)))
        running.close()
        await asyncio.sleep(0.05)
        assert running.failed == []
        await running.check(running.databases[0])


async def test_all_replicas_go_on_with_the_copy(postgres: Postgres) -> None:
    source, target = await postgres.schema(), await postgres.schema()
    async with shop(source, replicas=3) as running:
        await move(source, target, Here(running.databases, end(target)))
        await asyncio.sleep(0.1)
        running.close()
        await asyncio.sleep(0.05)
        assert running.failed == []
        for database in running.databases:
            await running.check(database)


async def test_a_file_is_no_target_for_several_processes(tmp_path: Path, postgres: Postgres) -> None:
    source, target = await postgres.schema(), Folder(tmp_path)
    async with shop(source, replicas=2) as running:
        with pytest.raises(copies.CannotMove, match="a file belongs to one process"):
            await move(source, target, Here(running.databases, end(target)))
        assert running.failed == []


async def test_a_process_that_takes_no_part_keeps_a_database_where_it_is(postgres: Postgres) -> None:
    source, target = await postgres.schema(), await postgres.schema()
    async with shop(source, replicas=2) as running:
        users = Here(running.databases[:1], end(target))
        with pytest.raises(copies.CannotMove, match="does not run on this machine"):
            await move(source, target, users)
        assert "hold" not in users.steps
        await asyncio.sleep(0.02)
        assert running.failed == []
        assert await notes(running.databases[0]) == 0


async def test_a_process_that_uses_another_database_is_not_moved(place: Place, tmp_path: Path) -> None:
    """plures.toml was changed since it started."""
    other = Folder(tmp_path / "other")
    opened = await open_database(other, "shop", SHOP)
    await opened.close()
    async with shop(place) as running:
        target = Folder(tmp_path / "target")
        with pytest.raises(copies.CannotMove, match="does not use"):
            await move(other, target, Here(running.databases, end(target)))
        await asyncio.sleep(0.02)
        assert running.failed == []
