"""Each event arrives at least once, in order per key, also while the relay stops and while its database is gone."""

import asyncio
from dataclasses import replace

from plures.data import Database
from plures.events import (
    Record,
    Stored,
    Undeliverable,
    append,
    operations,
    register,
)
from plures.events.operations import Filter

from .conftest import (
    NAME,
    POSITION,
    QUICK,
    TYPE,
    Inbox,
    is_at,
    open_prepared,
    publish,
    relaying,
    rows,
    until,
)


async def test_events_are_delivered_to_each_subscription_and_the_position_moves(database: Database) -> None:
    first, second = Inbox(), Inbox()
    async with relaying(database, {"a.on_order": first, "b.on_order": second}) as relay:
        await publish(database, "1", "2", key="k")
        relay.wake()
        await publish(database, "3", key="k")
        relay.wake()
        await first.wait("1", "2", "3")
        await second.wait("1", "2", "3")
        assert first.got == second.got == ["1", "2", "3"]
        await until(lambda: is_at_both(database))
    assert first.attempts == ["1", "2", "3"]


async def is_at_both(database: Database) -> bool:
    return await rows(database, POSITION) == [(3,), (3,)]


async def test_a_new_subscription_begins_with_what_is_published_from_then_on(database: Database) -> None:
    """Also where no relay has numbered yet what came before."""
    await publish(database, "before")
    inbox = Inbox()
    async with relaying(database, {NAME: inbox}):
        await publish(database, "after")
        await inbox.wait("after")
    assert inbox.got == ["after"]


async def test_events_of_other_types_are_left_out(database: Database) -> None:
    inbox, other = Inbox(), Inbox()
    async with relaying(database, {NAME: inbox, "b.x": other}, types={"b.x": "other"}):
        await publish(database, "1")
        await publish(database, "2", of_type="other")
        await publish(database, "3")
        await inbox.wait("1", "3")
        await other.wait("2")
    assert (sorted(inbox.got), other.got) == (["1", "3"], ["2"])


async def test_what_a_slow_transaction_published_is_delivered_behind_what_came_into_sight_before(
    server: Database,
) -> None:
    inbox = Inbox()
    async with relaying(server, {NAME: inbox}) as relay:
        async with server.write() as slow:
            await append(slow, Record("slow", TYPE, "k", "{}", ""), server.dialect)
            # In another task, as another publisher.
            await asyncio.create_task(publish(server, "quick", key="k"))
            await inbox.wait("quick")
            await until(lambda: is_at(server, 1))
        relay.wake()
        await inbox.wait("slow")
    assert inbox.got == ["quick", "slow"]


async def test_a_handler_may_publish(database: Database) -> None:
    inbox, second = Inbox(), Inbox()

    class Publishing(Inbox):
        async def deliver(self, event: Stored) -> None:
            await publish(database, f"after {event.id}", of_type="next")
            relay.wake()
            await super().deliver(event)

    inbox = Publishing()
    async with relaying(database, {NAME: inbox, "b.next": second}, types={"b.next": "next"}) as relay:
        await publish(database, "1", "2")
        await second.wait("after 1", "after 2")


async def test_a_poison_key_with_very_many_followers_stops_no_other(database: Database) -> None:
    inbox = Inbox()
    inbox.failing["bad"] = Undeliverable("x")
    await register(database, {NAME: TYPE})
    await publish(database, "bad", key="k")
    count = 5_000
    await publish(database, *(f"f{n}" for n in range(count)), key="k")
    await publish(database, "good", key="other")
    async with relaying(database, {NAME: inbox}) as relay:
        await inbox.wait("good")
        await until(lambda: is_at(database, count + 2))
        assert inbox.got == ["good"]
        assert await operations.discard(database, Filter(NAME)) == 1
        relay.wake()
        await inbox.wait(f"f{count - 1}")
    assert inbox.got == ["good", *(f"f{n}" for n in range(count))]


async def test_stopping_waits_for_what_is_in_flight_and_notes_it(database: Database) -> None:
    inbox = Inbox()
    inbox.open.clear()
    async with relaying(database, {NAME: inbox}):
        await publish(database, "a", "b", key="k")
        await inbox.until(lambda: inbox.attempts == ["a"])
        asyncio.get_running_loop().call_later(0.1, inbox.open.set)
    assert inbox.got == ["a"]
    assert await is_at(database, 1)
    async with relaying(database, {NAME: inbox}):
        await inbox.wait("b")
    assert inbox.attempts == ["a", "b"]


async def test_stopping_waits_for_no_write_that_is_held(database: Database) -> None:
    """A move holds writes, and goes on only when its target answers again."""
    inbox = Inbox()
    pace = replace(QUICK, position_s=600, end_s=0.05)
    async with relaying(database, {NAME: inbox}, pace=pace):
        await publish(database, "a")
        await inbox.wait("a")
        await database.hold(10)
    database.release()
    assert await is_at(database, 0)
    async with relaying(database, {NAME: inbox}):
        await inbox.until(lambda: inbox.got == ["a", "a"])


async def test_a_database_that_is_gone_for_a_while_costs_delay_and_is_told_once(tmp_path, caplog) -> None:
    """On a server of its own, killed and started again."""
    from contextlib import contextmanager

    from tests.postgres import running

    with contextmanager(running)() as own:
        database = await open_prepared(await own.schema())
        inbox = Inbox()
        async with relaying(database, {NAME: inbox}) as relay:
            await publish(database, "1")
            await inbox.wait("1")
            own.kill()
            relay.wake()
            await asyncio.sleep(0.5)
            own.start()
            await until(lambda: publishes(database, "2"))
            await inbox.wait("2")
        await database.close()
    told = [record for record in caplog.records if "wait for the database" in record.getMessage()]
    assert 1 <= len(told) <= 5


async def publishes(database: Database, one: str) -> bool:
    from plures.errors import PluresError

    try:
        await publish(database, one)
    except PluresError:
        return False
    return True
