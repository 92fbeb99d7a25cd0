"""One of many replicas delivers; what stands in its way, or takes its lease, stops no other."""

import asyncio

import pytest

from plures.data import Database
from plures.events import (
    LeaseLost,
    Pace,
    Relay,
    Stored,
    register,
)
from plures.events.lease import take
from plures.events.numbering import number
from plures.events.subscriptions import move_to

from .conftest import (
    NAME,
    POSITION,
    QUICK,
    TYPE,
    Inbox,
    open_prepared,
    publish,
    relaying,
    rows,
    until,
)


async def test_one_of_many_replicas_delivers_and_another_follows(postgres) -> None:
    place = await postgres.schema()
    replicas = [await open_prepared(place) for _ in range(3)]
    await register(replicas[0], {NAME: TYPE})
    inboxes = [Inbox() for _ in replicas]
    everything = Inbox()
    tasks = []
    for replica, inbox in zip(replicas, inboxes, strict=True):

        async def deliver(event: Stored, inbox: Inbox = inbox) -> None:
            await inbox.deliver(event)
            await everything.deliver(event)

        relay = Relay(replica, {NAME: (TYPE, deliver)}, capability="orders", owner="test", pace=QUICK)
        tasks.append(asyncio.create_task(relay.run()))
    await publish(replicas[0], "1", key="k")
    await everything.wait("1")
    (first,) = (n for n, inbox in enumerate(inboxes) if inbox.got)
    tasks[first].cancel()
    await asyncio.gather(tasks[first], return_exceptions=True)
    await publish(replicas[first], "2", key="k")
    await everything.wait("2")
    assert everything.got == ["1", "2"]
    assert inboxes[first].got == ["1"]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for replica in replicas:
        await replica.close()


async def test_what_another_replica_publishes_is_heard_of_before_the_next_look(postgres) -> None:
    place = await postgres.schema()
    delivers, publishes = [await open_prepared(place) for _ in range(2)]
    await register(delivers, {NAME: TYPE})
    inbox, pace = Inbox(), Pace(look_s=600)
    first = Relay(delivers, {NAME: (TYPE, inbox.deliver)}, capability="orders", owner="first", pace=pace)
    second = Relay(publishes, {NAME: (TYPE, inbox.deliver)}, capability="orders", owner="second", pace=pace)
    tasks = [asyncio.create_task(first.run())]
    await until(lambda: is_held_by(delivers, "first"))
    tasks.append(asyncio.create_task(second.run()))
    for one in map(str, range(10)):
        await publish(publishes, one, key="k")
        second.wake()
        await inbox.wait(one)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for database in (delivers, publishes):
        await database.close()


async def is_held_by(database: Database, owner: str) -> bool:
    return await rows(database, "SELECT holder FROM plures_relay") == [(owner,)]


async def test_a_stalled_relay_is_refused_after_another_has_taken_over(server: Database) -> None:
    await register(server, {NAME: TYPE})
    await publish(server, "a")
    stalled = await take(server, "orders", "stalled", 0.05)
    assert stalled is not None
    await asyncio.sleep(0.1)
    other = await take(server, "orders", "other", 30)
    assert other is not None
    assert other.epoch == stalled.epoch + 1
    with pytest.raises(LeaseLost, match="another replica has taken over"):
        await number(server, stalled)
    with pytest.raises(LeaseLost):
        async with stalled.write() as connection:
            await move_to(connection, NAME, 1)
    with pytest.raises(LeaseLost):
        async with server.plain_write() as connection:
            await stalled.renew(connection)
    assert await rows(server, POSITION) == [(0,)]
    assert await number(server, other) == (1, [TYPE])
    assert await take(server, "orders", "third") is None
    # Giving up what it does not have any more takes it from no other.
    await stalled.give_up()
    assert await take(server, "orders", "third") is None


async def test_a_lease_that_a_wrong_clock_has_given_is_taken_over(server: Database) -> None:
    async with server.write() as connection:
        await connection.execute("UPDATE plures_relay SET expires_at = 1e13")
    assert await take(server, "orders", "test") is not None


async def test_a_relay_whose_lease_is_taken_stops_and_waits_for_its_turn(server: Database, caplog) -> None:
    inbox = Inbox()
    async with relaying(server, {NAME: inbox}):
        await publish(server, "1")
        await inbox.wait("1")
        async with server.write() as connection:
            await connection.execute("UPDATE plures_relay SET epoch = epoch + 1")
        await publish(server, "2")
        await inbox.wait("2")
    assert any("another replica has taken over" in record.getMessage() for record in caplog.records)
