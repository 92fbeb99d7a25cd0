"""A replica that hangs instead of dying, as a stopped process does: it is noticed, left out, and back when it answers again."""

import asyncio
from pathlib import Path

import pytest

from plures import Outcome, Unavailable
from tests.fleet import Fleet, fleet, in_groups
from tests.integration.resilience.counting_app import Counter

APPLICATION = "tests.integration.resilience.counting_app:app"


async def until_noticed(some: Fleet, logged: pytest.LogCaptureFixture, said: str) -> None:
    async with asyncio.timeout(60):
        while said not in logged.text:  # noqa: ASYNC110 - it happens in the background
            await asyncio.sleep(0.01)


async def test_of_two_replicas_the_other_one_answers(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with fleet(APPLICATION, in_groups({"counter": ["counter"]}, replicas=2), tmp_path) as some:
        for replica in some.replicas:
            await some.until_ready(replica)
        counter = some.client(Counter)
        async with some.frozen("counter.1"):
            # Those that go to the stopped one wait until it is noticed, and are answered by the other one then.
            assert {await each for each in [asyncio.create_task(counter.who()) for _ in range(20)]} == {
                some.pid("counter.2")
            }
            await until_noticed(some, caplog, "hangs: it took a call")
            assert {await counter.once() for _ in range(50)} == {some.pid("counter.2")}
        await until_noticed(some, caplog, "hangs no more")
        # Side by side, since one after the other all would go to the one that answers a little sooner.
        both = {some.pid("counter.1"), some.pid("counter.2")}
        assert {*await asyncio.gather(*(counter.who(0.01) for _ in range(100)))} == both


async def test_a_command_that_went_there_is_not_sent_to_another_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with fleet(APPLICATION, in_groups({"counter": ["counter"]}, replicas=2), tmp_path) as some:
        for replica in some.replicas:
            await some.until_ready(replica)
        counter = some.client(Counter)
        async with some.frozen("counter.1"):
            commands = [asyncio.create_task(counter.once()) for _ in range(20)]
            await until_noticed(some, caplog, "hangs: it took a call")
        # Each ran where it was sent, as soon as that one went on.
        assert {await each for each in commands} == {some.pid("counter.1"), some.pid("counter.2")}


async def test_calls_of_the_only_replica_fail_as_not_sent_until_it_is_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with fleet(APPLICATION, in_groups({"counter": ["counter"]}), tmp_path) as some:
        await some.until_ready("counter.1")
        counter = some.client(Counter)
        async with some.frozen("counter.1"):
            waiting = asyncio.create_task(counter.who())
            await until_noticed(some, caplog, "hangs: it took a call")
            with pytest.raises(Unavailable, match="hangs: it takes calls and answers none") as failed:
                await counter.once()
            assert failed.value.outcome is Outcome.NOT_SENT
        assert await waiting == some.pid("counter.1")
        assert await counter.once() == some.pid("counter.1")


async def test_a_call_that_takes_long_is_no_sign_of_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with fleet(APPLICATION, in_groups({"counter": ["counter"]}), tmp_path) as some:
        await some.until_ready("counter.1")
        assert await some.client(Counter).who(2.0) == some.pid("counter.1")
        assert "hangs" not in caplog.text


async def test_one_that_is_killed_while_it_hangs_is_back_when_it_was_replaced(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with fleet(APPLICATION, in_groups({"counter": ["counter"]}), tmp_path) as some:
        await some.until_ready("counter.1")
        counter = some.client(Counter)
        async with some.frozen("counter.1"):
            waiting = asyncio.create_task(counter.who())
            await until_noticed(some, caplog, "hangs: it took a call")
            some.kill("counter.1")
        assert await waiting == some.pid("counter.1")
