"""Each event arrives at least once, in order per key; what fails stops its key alone; what stands in the way of one replica stops no other."""

import asyncio
import logging
import time
from dataclasses import replace

import pytest

from plures.data import CommitUnknown, ConnectionLost, Database, ServerUnreachable, StatementFailed
from plures.events import (
    Deferred,
    LeaseLost,
    Pace,
    Record,
    Relay,
    Stored,
    SubscriptionGone,
    Undeliverable,
    UnknownSubscription,
    Unreachable,
    append,
    check,
    forget,
    operations,
    register,
)
from plures.events.deliveries import AT_ONCE
from plures.events.lease import take
from plures.events.numbering import number
from plures.events.operations import Filter
from plures.events.relay import is_outage
from plures.events.retention import KEPT_S, sweep
from plures.events.subscriptions import move_to

from .conftest import NAME, QUICK, TYPE, Inbox, open_prepared, publish, relaying, rows, until

POSITION = "SELECT position FROM plures_subscriptions"
FAILURES = "SELECT sequence, state, attempts FROM plures_failures ORDER BY sequence"


async def is_at(database: Database, position: int) -> bool:
    return await rows(database, POSITION) == [(position,)]


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


async def test_a_poison_event_stops_its_key_alone_and_is_parked(database: Database, caplog) -> None:
    inbox = Inbox()
    inbox.failing["bad"] = 100
    with caplog.at_level(logging.WARNING, "plures.events"):
        async with relaying(database, {NAME: inbox}) as relay:
            await publish(database, "bad", key="k")
            await publish(database, "behind", "behind 2", key="k")
            await publish(database, "good", key="other")
            await publish(database, "free")
            relay.wake()
            await inbox.wait("good", "free")
            await until(lambda: has_failures(database, [(1, "parked", 10), (2, "waiting", 0), (3, "waiting", 0)]))
            assert inbox.attempts.count("bad") == 10
            # It is parked while others go on, also those of its key that come later.
            await publish(database, "behind 3", key="k")
            await publish(database, "good 2", key="other")
            relay.wake()
            await inbox.wait("good 2")
            assert "behind" not in inbox.attempts
            del inbox.failing["bad"]
            assert await operations.resubmit(database, Filter(NAME, sequence=1)) == 1
            relay.wake()
            await inbox.wait("behind 3")
            await until(lambda: has_failures(database, []))
            assert [got for got in inbox.got if got.startswith("b")] == ["bad", "behind", "behind 2", "behind 3"]
    told = [record.getMessage() for record in caplog.records if "parked" in record.getMessage()]
    assert len(told) == 1
    assert f"Event 1 ({TYPE}, id bad) is parked for subscription {NAME!r}" in told[0]
    assert "ValueError: bad cannot be handled" in told[0]


async def has_failures(database: Database, expected: list[tuple]) -> bool:
    return await rows(database, FAILURES) == expected


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


async def test_a_discarded_event_is_not_delivered_and_what_waits_behind_it_is(database: Database) -> None:
    inbox = Inbox()
    inbox.failing["bad"] = Undeliverable("it is of a newer version")
    async with relaying(database, {NAME: inbox}) as relay:
        await publish(database, "bad", "next", key="k")
        await until(lambda: has_failures(database, [(1, "parked", 1), (2, "waiting", 0)]))
        assert await operations.discard(database, Filter(NAME, sequence=1)) == 1
        relay.wake()
        await inbox.wait("next")
        await until(lambda: has_failures(database, []))
    assert inbox.attempts == ["bad", "next"]


async def test_a_retry_that_succeeds_is_not_tried_again_and_resubmitting_it_changes_nothing(database: Database) -> None:
    inbox = Inbox()
    inbox.failing["a"] = 3
    async with relaying(database, {NAME: inbox}) as relay:
        await publish(database, "a", "b", key="k")
        await inbox.wait("a", "b")
        await until(lambda: has_failures(database, []))
        assert await operations.resubmit(database, Filter(NAME, sequence=1)) == 0
        assert await operations.resubmit(database, operations.ALL) == 0
        relay.wake()
        await asyncio.sleep(0.1)
    assert inbox.attempts == ["a", "a", "a", "a", "b"]


async def test_a_retry_in_flight_is_not_taken_for_another(database: Database) -> None:
    """Neither a look at what is due nor an operator starts a second one beside it."""
    inbox = Inbox()
    inbox.failing["a"] = 1
    async with relaying(database, {NAME: inbox}) as relay:
        await publish(database, "a", key="k")
        await inbox.until(lambda: len(inbox.attempts) == 1)
        inbox.open.clear()
        await inbox.until(lambda: len(inbox.attempts) == 2)
        await operations.resubmit(database, Filter(NAME, states=tuple(operations.State)))
        for _ in range(5):
            relay.wake()
            await asyncio.sleep(0.04)
        assert inbox.attempts == ["a", "a"]
        inbox.open.set()
        await inbox.wait("a")
        await until(lambda: has_failures(database, []))
        await asyncio.sleep(0.1)
    assert inbox.attempts == ["a", "a"]


async def test_the_wait_before_a_retry_is_kept(database: Database) -> None:
    inbox = Inbox()
    inbox.failing["a"] = 1
    clock = Clock()
    pace = Pace(retry_first_s=60, position_s=0.01, look_s=0.02, random=lambda: 1.0)
    async with relaying(database, {NAME: inbox}, pace=pace, clock=clock) as relay:
        await publish(database, "a", "b", key="k")
        await until(lambda: has_failures(database, [(1, "retrying", 1), (2, "waiting", 0)]))
        for _ in range(5):
            clock.ahead_s += 11.9
            relay.wake()
            await asyncio.sleep(0.04)
        assert inbox.attempts == ["a"]
        clock.ahead_s += 0.6
        relay.wake()
        await inbox.wait("a", "b")


class Clock:
    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead_s


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_clock_that_jumps_an_hour_delays_no_retry_for_an_hour(database: Database, hours: int) -> None:
    inbox = Inbox()
    inbox.failing["a"] = 1
    clock = Clock()
    pace = Pace(retry_first_s=0.5, position_s=0.01, look_s=0.02)
    async with relaying(database, {NAME: inbox}, pace=pace, clock=clock):
        await publish(database, "a")
        await until(lambda: has_failures(database, [(1, "retrying", 1)]))
        clock.ahead_s = hours * 3600
        await inbox.wait("a")


async def test_an_unreachable_subscriber_costs_no_attempt_and_gets_all_in_order(database: Database) -> None:
    inbox = Inbox()
    ids = [str(n) for n in range(40)]
    inbox.failing.update(dict.fromkeys(ids, Unreachable()))
    async with relaying(database, {NAME: inbox}) as relay:
        for one in ids:
            await publish(database, one, key=str(int(one) % 3))
        relay.wake()
        await inbox.until(lambda: len(inbox.attempts) > 15)
        # One at a time is sent to see whether it is there again.
        assert len(set(inbox.attempts)) <= 3
        assert await rows(database, FAILURES) == []
        inbox.failing.clear()
        await inbox.wait(*ids)
    for key in range(3):
        assert [one for one in inbox.got if int(one) % 3 == key] == [one for one in ids if int(one) % 3 == key]


async def test_what_a_handler_needs_and_cannot_reach_costs_no_attempt_and_stops_its_key_alone(
    database: Database,
) -> None:
    inbox = Inbox()
    inbox.failing["needs"] = Deferred("something that it needs cannot be reached")
    async with relaying(database, {NAME: inbox}, pace=replace(QUICK, attempts=3)) as relay:
        await publish(database, "needs", "behind", key="k")
        await publish(database, "good", key="other")
        await inbox.wait("good")
        await inbox.until(lambda: inbox.attempts.count("needs") > 5)
        await until(lambda: has_failures(database, [(1, "retrying", 0), (2, "waiting", 0)]))
        assert await says(database, "something that it needs cannot be reached")
        # What comes meanwhile is read, also while nothing is in hand.
        await publish(database, "good 2", key="other")
        relay.wake()
        await inbox.wait("good 2")
        inbox.failing.clear()
        await inbox.wait("needs", "behind")
        await until(lambda: has_failures(database, []))
    assert inbox.got[-2:] == ["needs", "behind"]


async def test_while_nothing_that_handlers_need_is_there_one_event_at_a_time_is_tried(database: Database) -> None:
    """A backlog does not become as many failures."""
    inbox = Inbox()
    ids = [str(number) for number in range(300)]
    inbox.failing.update(dict.fromkeys(ids, Deferred("x")))
    pace = replace(QUICK, unreachable_first_s=0.1, unreachable_most_s=0.1, retry_first_s=60.0, deferred_most_s=60.0)
    await register(database, {NAME: TYPE})
    await publish(database, *ids)
    async with relaying(database, {NAME: inbox}, pace=pace):
        # Those in flight when it went, and three more.
        await inbox.until(lambda: len(inbox.attempts) >= AT_ONCE + 3)
        assert len(await rows(database, FAILURES)) <= AT_ONCE + 3
        inbox.failing.clear()
        await inbox.until(lambda: len(inbox.got) >= len(ids) - AT_ONCE - 4)


async def test_after_a_day_it_is_an_attempt_that_failed(database: Database) -> None:
    inbox = Inbox()
    inbox.failing["needs"] = Deferred("x")
    clock = Clock()
    clock.ahead_s = 25 * 3600
    async with relaying(database, {NAME: inbox}, pace=replace(QUICK, attempts=3), clock=clock):
        await publish(database, "needs")
        await until(lambda: has_failures(database, [(1, "parked", 3)]))


def test_ten_attempts_take_more_than_an_hour_and_less_than_three() -> None:
    for random, least_s, most_s in ((0.0, 3600, 7200), (1.0, 7200, 3 * 3600)):
        pace = Pace(random=lambda random=random: random)
        assert least_s < sum(map(pace.retry_s, range(1, pace.attempts))) < most_s
        assert pace.retry_s(1) <= 0.5


async def test_a_corrupt_row_is_parked_and_stops_nothing(database: Database) -> None:
    inbox = Inbox()
    await register(database, {NAME: TYPE})
    await publish(database, "corrupt", "good")
    async with database.write() as connection:
        if database.dialect == "sqlite":
            await connection.execute("UPDATE plures_events SET body = CAST(x'ff00' AS TEXT) WHERE id = 'corrupt'")
        else:
            inbox.failing["corrupt"] = Undeliverable("it is no JSON")
    async with relaying(database, {NAME: inbox}):
        await inbox.wait("good")
        await until(lambda: has_failures(database, [(1, "parked", 1)]))
    assert inbox.got == ["good"]


async def test_an_event_deleted_by_hand_is_parked_when_it_is_due(database: Database) -> None:
    inbox = Inbox()
    inbox.failing["gone"] = Undeliverable("x")
    async with relaying(database, {NAME: inbox}) as relay:
        await publish(database, "gone", "next", key="k")
        await until(lambda: has_failures(database, [(1, "parked", 1), (2, "waiting", 0)]))
        async with database.write() as connection:
            await connection.execute("DELETE FROM plures_events WHERE id = 'gone'")
        await operations.resubmit(database, Filter(NAME, sequence=1))
        relay.wake()
        await until(lambda: says(database, "cannot be read"))
        (failed,) = await operations.failed(database, Filter())
        assert (failed.sequence, failed.id, failed.state) == (1, "", "parked")


async def says(database: Database, text: str) -> bool:
    return any(text in row[0] for row in await rows(database, "SELECT error FROM plures_failures"))


async def test_a_handler_that_cancels_itself_has_failed(database: Database) -> None:
    inbox = Inbox()
    attempts = 0

    async def deliver(event: Stored) -> None:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            raise asyncio.CancelledError
        await inbox.deliver(event)

    relayed = inbox.deliver
    inbox.deliver = deliver
    async with relaying(database, {NAME: inbox}):
        inbox.deliver = relayed
        await publish(database, "a")
        await inbox.wait("a")


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


def test_a_commit_that_may_have_happened_is_an_outage_and_a_wrong_statement_is_none() -> None:
    assert is_outage(CommitUnknown("orders", "COMMIT", "it went"))
    assert is_outage(ConnectionLost("orders", "SELECT 1", "it went"))
    assert is_outage(ServerUnreachable("orders", "postgresql://", "it is down"))
    assert not is_outage(StatementFailed("orders", "SELEC 1", "no such word"))


async def publishes(database: Database, one: str) -> bool:
    from plures.errors import PluresError

    try:
        await publish(database, one)
    except PluresError:
        return False
    return True
