"""What is kept of events and of subscriptions, until when, and what operators see of it."""

import time

import pytest

from plures.data import Database
from plures.events import (
    SubscriptionGone,
    Undeliverable,
    UnknownSubscription,
    check,
    forget,
    operations,
    register,
)
from plures.events.lease import take
from plures.events.numbering import number
from plures.events.operations import Filter
from plures.events.retention import KEPT_S, sweep
from plures.events.subscriptions import move_to

from .conftest import NAME, POSITION, TYPE, Inbox, has_failures, publish, relaying, rows, until


async def test_subscriptions_that_are_gone_are_told_and_can_be_forgotten(database: Database) -> None:
    await register(database, {"a.x": "one", "b.x": "two"})
    await check(database, "orders", {"a.x": "one", "b.x": "two"})
    with pytest.raises(SubscriptionGone, match=r"b\.x"):
        await check(database, "orders", {"a.x": "one"})
    # One that is for other events now is another.
    with pytest.raises(SubscriptionGone, match=r"a\.x"):
        await check(database, "orders", {"a.x": "three", "b.x": "two"})
    await forget(database, "orders", "b.x")
    await check(database, "orders", {"a.x": "one"})
    with pytest.raises(UnknownSubscription, match=r"it has a\.x"):
        await forget(database, "orders", "b.x")


async def test_a_subscription_that_is_forgotten_while_it_is_served_ends_alone(database: Database) -> None:
    inbox, other = Inbox(), Inbox()
    async with relaying(database, {NAME: inbox, "b.x": other}) as relay:
        await forget(database, "orders", NAME)
        await publish(database, "1", "2")
        relay.wake()
        await other.wait("1", "2")


async def test_old_events_are_deleted_but_for_those_that_are_still_needed(database: Database) -> None:
    await register(database, {NAME: TYPE})
    await publish(database, "had", "failed")
    await publish(database, "of no subscription", of_type="other")
    await publish(database, "not had yet")
    lease = await take(database, "orders", "test")
    if database.dialect == "postgresql":
        await number(database, lease)
    async with database.write() as connection:
        await connection.execute("UPDATE plures_events SET published_at = published_at - 1000")
        await move_to(connection, NAME, 3)
        await connection.execute(
            "INSERT INTO plures_failures VALUES (:name, 2, '', 'parked', 10, 0, '')", {"name": NAME}
        )
    await publish(database, "young")
    assert await sweep(database, lease, lambda: time.time() + KEPT_S - 0.5) == 2
    assert [row[0] for row in await rows(database, "SELECT id FROM plures_events ORDER BY number")] == [
        "failed",
        "not had yet",
        "young",
    ]


async def test_operators_see_counts_and_where_an_event_stands(database: Database) -> None:
    inbox = Inbox()
    inbox.failing["bad"] = Undeliverable("newer")
    await register(database, {"b.late": TYPE})
    async with relaying(database, {NAME: inbox}):
        await publish(database, "bad", "next", key="k")
        await publish(database, "good", key="other")
        await inbox.wait("good")
        await until(lambda: has_failures(database, [(1, "parked", 1), (2, "waiting", 0)]))
        await until(lambda: is_at_first(database))
    late, count = await operations.counts(database)
    assert (count.subscription, count.backlog, count.oldest_at) == (NAME, 0, None)
    assert count.failures == {"parked": 1, "waiting": 1, "retrying": 0}
    assert late.backlog == 3
    assert late.oldest_at is not None
    event, standing = await operations.show(database, 1)
    assert (event.id, standing) == ("bad", {"b.late": "pending", NAME: "parked"})
    assert (await operations.show(database, "good"))[1] == {"b.late": "pending", NAME: "delivered"}
    assert await operations.show(database, "none") is None
    assert [event.id for event in await operations.events(database, key="k")] == ["bad", "next"]
    assert [event.id for event in await operations.events(database, after=1, most=1)] == ["next"]
    assert [one.id for one in await operations.failed(database, Filter(type=TYPE))] == ["bad"]
    assert await operations.failed(database, Filter(type="other")) == []


async def is_at_first(database: Database) -> bool:
    return (3,) in await rows(database, POSITION)
