"""A relay that dies between any two of its steps: the next one loses nothing, and keeps the order of each key."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from plures.data import Connection, Database, Dialect
from plures.data.store import Store
from plures.events import Pace, Relay, Stored, register

from .conftest import NAME, TYPE, Inbox, publish, rows, until

PACE = Pace(
    retry_first_s=0.001, retry_most_s=0.002, position_s=0.001, look_s=0.01, lease_s=0.05, unreachable_first_s=0.001
)


class Died(BaseException):
    """Like SIGKILL: nothing that comes after it happens."""


class Dying:
    """A database that dies at its n-th step, and a subscriber that dies with it."""

    def __init__(self, database: Database, inbox: Inbox, at: int) -> None:
        self._database = database
        self._inbox = inbox
        self._left = at
        self.died = False

    @property
    def dialect(self) -> Dialect:
        return self._database.dialect

    @property
    def store(self) -> Store:
        return self._database.store

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Connection]:
        self._step()
        async with self._database.read() as connection:
            yield connection
        self._step()

    @asynccontextmanager
    async def plain_write(self, *, lasts: bool = True) -> AsyncIterator[Connection]:
        self._step()
        async with self._database.plain_write(lasts=lasts) as connection:
            yield connection
            self._step()
        self._step()

    async def deliver(self, event: Stored) -> None:
        self._step()
        await self._inbox.deliver(event)
        self._step()

    def _step(self) -> None:
        self._left -= 1
        self.died = self.died or self._left == 0
        if self.died:
            raise Died


async def test_death_between_any_two_steps_loses_nothing(database: Database) -> None:
    await register(database, {NAME: TYPE})
    published = 0
    for at in count(1):
        inbox = Inbox()
        ids = [f"{at}.{n}" for n in range(4)]
        inbox.failing[ids[0]] = 1
        await publish(database, *ids[:3], key="k")
        await publish(database, ids[3])
        published += len(ids)
        dying = Dying(database, inbox, at)
        if not await dies(dying, inbox, ids):
            break
        await lives(database, inbox, ids)
        # The first delivery of each: the subscriber knows the others by their ids.
        first = list(dict.fromkeys(inbox.got))
        assert [one for one in first if one != ids[3]] == ids[:3], f"died at step {at}"
    # As many as there are between an event and the end of it, at least.
    assert at > 25
    assert await rows(database, "SELECT position FROM plures_subscriptions") == [(published,)]
    assert await rows(database, "SELECT * FROM plures_failures") == []


async def dies(dying: Dying, inbox: Inbox, ids: list[str]) -> bool:
    """Whether it did before all was done."""
    relay = Relay(dying, {NAME: (TYPE, dying.deliver)}, capability="orders", owner="dying", pace=PACE)
    task = asyncio.create_task(relay.run())
    settled = asyncio.create_task(is_settled(dying._database, inbox, ids))
    await asyncio.wait((task, settled), return_when=asyncio.FIRST_COMPLETED)
    for each in (task, settled):
        each.cancel()
    await asyncio.gather(task, settled, return_exceptions=True)
    return dying.died


async def lives(database: Database, inbox: Inbox, ids: list[str]) -> None:
    relay = Relay(database, {NAME: (TYPE, inbox.deliver)}, capability="orders", owner="living", pace=PACE)
    task = asyncio.create_task(relay.run())
    await is_settled(database, inbox, ids)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def is_settled(database: Database, inbox: Inbox, ids: list[str]) -> None:
    await inbox.wait(*ids)
    last = "SELECT max(sequence) FROM plures_events"
    await until(lambda: has(database, f"SELECT 1 FROM plures_subscriptions WHERE position = ({last})"))
    await until(lambda: lacks(database, "SELECT 1 FROM plures_failures"))


async def has(database: Database, statement: str) -> bool:
    return bool(await rows(database, statement))


async def lacks(database: Database, statement: str) -> bool:
    return not await has(database, statement)
