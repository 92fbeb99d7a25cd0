"""Hooks and periodic work of two replicas meet on one database: what may be repeated is, quietly; the rest fails as before."""

import asyncio
import logging

import pytest

from plures import Lifecycle
from plures.data import UniqueViolated, WriteConflict
from plures.host.guard.repeating import MOST_ATTEMPTS
from plures.host.residents import Lifecycles
from plures.host.residents.background import Background


class Meeting:
    """A hook whose first attempts fail."""

    def __init__(self, failures: int, error: type[WriteConflict | UniqueViolated] = WriteConflict) -> None:
        self.attempts = 0
        self.succeeded = asyncio.Event()
        self._failures = failures
        self._error = error

    async def __call__(self) -> None:
        self.attempts += 1
        if self.attempts <= self._failures:
            raise self._error("stock", "INSERT", "another replica was first")
        self.succeeded.set()


async def start(hook: Meeting) -> None:
    lifecycles = Lifecycles()
    lifecycles.of("stock").on_start(hook)
    await lifecycles.start("stock")


async def test_a_start_hook_that_met_another_replica_runs_again() -> None:
    hook = Meeting(MOST_ATTEMPTS - 1)
    await start(hook)
    assert hook.attempts == MOST_ATTEMPTS


@pytest.mark.parametrize(
    ("hook", "attempts"), [(Meeting(MOST_ATTEMPTS), MOST_ATTEMPTS), (Meeting(1, UniqueViolated), 1)]
)
async def test_what_fails_too_often_or_would_fail_again_stops_the_start(hook: Meeting, attempts: int) -> None:
    with pytest.raises((WriteConflict, UniqueViolated)):
        await start(hook)
    assert hook.attempts == attempts


async def test_periodic_work_that_met_another_replica_is_not_told_of(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    background, lifecycle, work = Background(), Lifecycle(), Meeting(1)
    lifecycle.every(60, work)
    background.start(lifecycle, "stock")
    async with asyncio.timeout(30):
        await work.succeeded.wait()
    await background.stop()
    assert caplog.records == []
