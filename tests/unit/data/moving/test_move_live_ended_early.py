"""A move that is killed, or meets a process that takes no part any more: nothing is lost, and it is run again."""

import asyncio

import pytest

from plures.data import (
    Database,
    HandoverRefused,
    Place,
    StatementFailed,
    copies,
    open_database,
)
from tests.postgres import Postgres

from .here import Here
from .live_shop import SHOP, Killed, end, killed, move, notes, shop, until


@pytest.mark.parametrize("step", ["track", "prepare", "hold"])
async def test_a_move_that_is_killed_before_writes_are_held_is_run_again(
    place: Place, target: Place, step: str
) -> None:
    async with shop(place) as running:
        users = Here(running.databases, end(target))
        users.before = {step: killed, "give_up": killed}
        with pytest.raises(Killed):
            await move(place, target, users)
        await asyncio.sleep(0.05)
        # As a process does when it is told of another move.
        await users.handovers[0].close()
        await move(place, target, Here(running.databases, end(target)))
        running.close()
        await asyncio.sleep(0.05)
        assert running.failed == []
        await running.check(running.databases[0])


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
async def test_writes_go_on_when_the_program_is_killed_while_they_wait(place: Place, target: Place) -> None:
    async with shop(place) as running:
        users = Here(running.databases, end(target))
        users.before = {"seal": killed, "give_up": killed}
        with pytest.raises(Killed):
            await move(place, target, users)
        before = dict(running.answered)
        # The lease ends.
        await until(lambda: running.answered != before)
        with pytest.raises(HandoverRefused):
            await users.handovers[0].seal()
        await move(place, target, Here(running.databases, end(target)))
        running.close()
        await asyncio.sleep(0.05)
        assert running.failed == []
        await running.check(running.databases[0])
        for handover in users.handovers:
            await handover.close()


async def test_a_sealed_source_is_left_also_without_the_program(place: Place, target: Place) -> None:
    async with shop(place) as running:
        users = Here(running.databases, end(target))
        users.before = {"switch": killed, "give_up": killed}
        with pytest.raises(Killed):
            await move(place, target, users)
        await until(lambda: users.handovers[0].is_over)
        await asyncio.sleep(0.05)
        running.close()
        await asyncio.sleep(0.05)
        assert running.failed == []
        await running.check(running.databases[0])
    reopened = await open_database(target, "shop", SHOP)
    await running.check(reopened)
    await reopened.close()


async def test_a_process_that_missed_the_hold_cannot_write_to_what_was_left(postgres: Postgres) -> None:
    """It has started again at the wrong moment, and knows nothing of a move."""
    source, target = await postgres.schema(), await postgres.schema()
    async with shop(source) as running:
        users = Here(running.databases, end(target))
        late: list[Database] = []

        async def start() -> None:
            late.append(await open_database(source, "shop", SHOP))

        users.before = {"hold": start}
        await move(source, target, users)
        with pytest.raises(StatementFailed, match="moved to"):
            async with late[0].write() as connection:
                await connection.execute("INSERT INTO visits VALUES (3)")
        # Told of the move, it goes on with the copy.
        told = Here(late, end(target))
        await told.each("switch")
        async with late[0].write() as connection:
            await connection.execute("INSERT INTO visits VALUES (3)")
            await connection.execute("DELETE FROM visits WHERE at = 3")
        running.close()
        await asyncio.sleep(0.05)
        await running.check(late[0])
        await late[0].close()


async def test_a_migration_meanwhile_keeps_a_database_where_it_is(place: Place, target: Place) -> None:
    async with shop(place) as running:
        users = Here(running.databases, end(target))

        async def change() -> None:
            async with running.databases[0].store.write() as write:
                await write.execute("CREATE TABLE news (id INTEGER PRIMARY KEY)", {})

        users.before = {"hold": change}
        with pytest.raises(copies.MoveDiffers, match="changed meanwhile"):
            await move(place, target, users)
        await asyncio.sleep(0.02)
        assert running.failed == []
        assert await notes(running.databases[0]) == 0
