"""Background work that fails is started again, until it is stopped; work that ends has ended."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable

import pytest

from plures import Lifecycle
from plures.host.residents.background import Background

PATIENCE_S = 30


@pytest.fixture
async def background() -> AsyncIterator[Background]:
    background = Background(pause_s=0)
    yield background
    await background.stop()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0)


def lifecycle(*works: object) -> Lifecycle:
    made = Lifecycle()
    for work in works:
        made.background(work)  # type: ignore[arg-type]  # coroutine functions all of them
    return made


async def test_work_that_fails_starts_again(background: Background, caplog: pytest.LogCaptureFixture) -> None:
    times = 0

    async def work() -> None:
        nonlocal times
        times += 1
        if times < 4:
            message = f"failure {times}"
            raise RuntimeError(message)
        await asyncio.Event().wait()

    with caplog.at_level(logging.ERROR, "plures.background"):
        background.start(lifecycle(work), "search")
        await until(lambda: times == 4)
    assert [record.getMessage() for record in caplog.records] == [
        "background work of search failed; it starts again in 0 s"
    ] * 3
    assert "failure 3" in caplog.text


async def test_work_that_ends_is_not_started_again(background: Background) -> None:
    times = 0

    async def work() -> None:
        nonlocal times
        times += 1

    background.start(lifecycle(work), "search")
    for _ in range(50):
        await asyncio.sleep(0)
    assert times == 1


async def test_one_failure_is_no_other_works_business(background: Background, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "plures.background")
    seen: list[str] = []

    async def fails() -> None:
        seen.append("fails")
        raise RuntimeError

    async def lasts() -> None:
        seen.append("lasts")
        await asyncio.Event().wait()

    background.start(lifecycle(fails, lasts), "search")
    await until(lambda: seen.count("fails") >= 3)
    assert seen.count("lasts") == 1


async def test_stopping_ends_work_and_waits_for_it(background: Background, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "plures.background")
    seen: list[str] = []

    async def tidies_up() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            seen.append("tidy")

    async def fails() -> None:
        raise RuntimeError

    background.start(lifecycle(tidies_up, fails), "search")
    await asyncio.sleep(0)
    await background.stop()
    assert seen == ["tidy"]
    await background.stop()


async def test_periodic_work_runs_at_once_and_again_after_each_end(background: Background) -> None:
    running, most, times = 0, 0, 0

    async def work() -> None:
        nonlocal running, most, times
        running += 1
        most, times = max(most, running), times + 1
        await asyncio.sleep(0)
        running -= 1

    made = Lifecycle()
    made.every(0.001, work)
    background.start(made, "search")
    await until(lambda: times >= 3)
    await background.stop()
    assert most == 1
    stopped_at = times
    for _ in range(50):
        await asyncio.sleep(0)
    assert times == stopped_at


async def test_periodic_work_that_fails_is_logged_and_runs_again(
    background: Background, caplog: pytest.LogCaptureFixture
) -> None:
    times = 0

    async def work() -> None:
        nonlocal times
        times += 1
        message = f"failure {times}"
        raise RuntimeError(message)

    made = Lifecycle()
    made.every(0.001, work)
    with caplog.at_level(logging.ERROR, "plures.background"):
        background.start(made, "search")
        await until(lambda: times >= 3)
    assert caplog.records[0].getMessage() == "periodic work of search failed; it runs again in 0.001 s"
    assert "failure 2" in caplog.text
