"""What fails is tried again and in the end parked; it stops its key alone, and costs no attempt where the event is not why."""

import asyncio
import logging
import time
from dataclasses import replace

import pytest

from plures.data import Database
from plures.events import (
    Deferred,
    Pace,
    Stored,
    Undeliverable,
    Unreachable,
    operations,
    register,
)
from plures.events.deliveries import AT_ONCE
from plures.events.operations import Filter

from .conftest import (
    FAILURES,
    NAME,
    QUICK,
    TYPE,
    Inbox,
    has_failures,
    publish,
    relaying,
    rows,
    until,
)


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
