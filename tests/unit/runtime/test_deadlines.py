"""Deadlines: the right call expires, a cancellation by others is not taken for ours, and one timer serves all calls."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import repeat
from time import monotonic, sleep

import pytest

from plures.runtime import CallContext, Deadlines, current
from plures.runtime.running import Expired, run, run_stream

LONG_S, SOON_S, PATIENCE_S = 3600.0, 0.02, 30


@pytest.fixture
def deadlines() -> Deadlines:
    return Deadlines()


def within(seconds: float) -> CallContext:
    return CallContext(monotonic() + seconds, 1)


async def sleeps_long() -> str:
    await asyncio.sleep(LONG_S)
    return "never"


async def test_what_ends_in_time_is_left_alone(deadlines: Deadlines) -> None:
    async def work() -> str:
        await asyncio.sleep(0)
        return "done"

    assert await run(within(LONG_S), deadlines, work()) == "done"
    deadlines.close()


async def test_work_sees_its_call_and_later_code_does_not(deadlines: Deadlines) -> None:
    context = within(LONG_S)

    async def work() -> CallContext | None:
        return current.get()

    assert await run(context, deadlines, work()) is context
    assert current.get() is None
    deadlines.close()


async def test_a_call_expires_and_its_work_is_cancelled(deadlines: Deadlines) -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await sleeps_long()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    with pytest.raises(Expired):
        await run(within(SOON_S), deadlines, work())
    assert ended == ["cancelled"]
    assert_nothing_is_left()


async def test_a_deadline_that_is_over_expires_at_once(deadlines: Deadlines) -> None:
    with pytest.raises(Expired):
        await run(within(-1), deadlines, sleeps_long())


@pytest.mark.parametrize(
    ("outer_s", "inner_s", "who"),
    [(LONG_S, SOON_S, "inner"), (SOON_S, LONG_S, "outer"), (SOON_S, SOON_S, "outer"), (-1, -1, "outer")],
)
async def test_of_nested_calls_the_one_whose_time_is_over_expires(
    deadlines: Deadlines, outer_s: float, inner_s: float, who: str
) -> None:
    expired: list[str] = []
    outer = within(outer_s)
    inner = CallContext(outer.deadline if outer_s == inner_s else monotonic() + inner_s, 2)

    async def work() -> str:
        try:
            return await run(inner, deadlines, sleeps_long())
        except Expired:
            expired.append("inner")
            return "went on"

    try:
        await run(outer, deadlines, work())
    except Expired:
        expired.append("outer")
    assert expired == [who]
    assert_nothing_is_left()
    deadlines.close()


async def test_calls_after_one_another_expire_each_for_itself(deadlines: Deadlines) -> None:
    for _ in range(3):
        with pytest.raises(Expired):
            await run(within(SOON_S), deadlines, sleeps_long())
    assert_nothing_is_left()


async def test_only_the_calls_whose_time_is_over_expire(deadlines: Deadlines) -> None:
    go = asyncio.Event()

    async def work() -> str:
        await go.wait()
        return "done"

    patient = [asyncio.create_task(run(within(LONG_S), deadlines, work())) for _ in range(5)]
    hasty = [asyncio.create_task(run(within(SOON_S), deadlines, work())) for _ in range(5)]
    ended = await asyncio.gather(*hasty, return_exceptions=True)
    assert [type(end) for end in ended] == [Expired] * 5
    go.set()
    assert await asyncio.gather(*patient) == ["done"] * 5
    deadlines.close()


async def test_a_later_deadline_is_still_kept_after_a_sooner_one(deadlines: Deadlines) -> None:
    later = asyncio.create_task(run(within(SOON_S * 4), deadlines, sleeps_long()))
    await asyncio.sleep(0)
    with pytest.raises(Expired):
        await run(within(SOON_S), deadlines, sleeps_long())
    with pytest.raises(Expired):
        await asyncio.wait_for(later, PATIENCE_S)


async def test_being_cancelled_is_not_expiring(deadlines: Deadlines) -> None:
    task = asyncio.create_task(run(within(LONG_S), deadlines, sleeps_long()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    deadlines.close()


async def test_being_cancelled_wins_over_expiring(deadlines: Deadlines) -> None:
    async def work() -> None:
        try:
            await sleeps_long()
        except asyncio.CancelledError:
            # While it expires, another one gives up as well.
            task.cancel()
            await asyncio.sleep(0)
            raise

    task = asyncio.create_task(run(within(SOON_S), deadlines, work()))
    with pytest.raises(asyncio.CancelledError):
        await task


async def swallows() -> str:
    try:
        return await sleeps_long()
    except asyncio.CancelledError:
        return "a fallback"


async def turns_into_a_bug() -> str:
    try:
        return await sleeps_long()
    except asyncio.CancelledError:
        message = "oops"
        raise ValueError(message) from None


@pytest.mark.parametrize("work", [swallows, turns_into_a_bug])
async def test_work_cannot_hide_that_its_time_is_over(deadlines: Deadlines, work: Callable[[], Awaitable[str]]) -> None:
    with pytest.raises(Expired):
        await run(within(SOON_S), deadlines, work())
    assert_nothing_is_left()


@pytest.mark.parametrize("error", [None, ValueError("a bug"), asyncio.CancelledError("its own")])
async def test_work_that_blocks_past_its_deadline_expires_however_it_ends(
    deadlines: Deadlines, error: BaseException | None
) -> None:
    async def work() -> str:
        # It never waits: the timer gets no turn.
        sleep(SOON_S * 2)  # noqa: ASYNC251
        if error is not None:
            raise error
        return "done"

    with pytest.raises(Expired):
        await run(within(SOON_S), deadlines, work())
    assert_nothing_is_left()
    deadlines.close()


async def test_being_cancelled_wins_over_blocking_past_the_deadline(deadlines: Deadlines) -> None:
    async def work() -> None:
        asyncio.get_running_loop().call_soon(task.cancel)
        sleep(SOON_S * 2)  # noqa: ASYNC251
        await asyncio.sleep(0)

    task = asyncio.create_task(run(within(SOON_S), deadlines, work()))
    with pytest.raises(asyncio.CancelledError):
        await task
    deadlines.close()


@pytest.mark.parametrize("more", [0, 1])
async def test_a_step_of_a_stream_that_blocks_past_the_deadline_expires(deadlines: Deadlines, more: int) -> None:
    async def numbers() -> AsyncIterator[int]:
        yield 0
        sleep(SOON_S * 2)  # noqa: ASYNC251
        for n in range(more):
            yield n + 1

    seen: list[int] = []
    with pytest.raises(Expired):
        async for n in run_stream(within(SOON_S), deadlines, numbers()):
            seen.append(n)
    assert seen == [0]
    assert_nothing_is_left()
    deadlines.close()


async def ones() -> AsyncIterator[int]:
    for one in repeat(1):
        yield one


async def test_a_stream_that_never_waits_gives_way_to_others(deadlines: Deadlines) -> None:
    turns: list[int] = []

    async def other() -> None:
        for turn in range(3):
            await asyncio.sleep(0)
            turns.append(turn)

    task = asyncio.create_task(other())
    # It ends because the other task gets its turns.
    async for _ in run_stream(within(PATIENCE_S), deadlines, ones()):
        if task.done():
            break
    assert turns == [0, 1, 2]
    deadlines.close()


async def test_a_stream_that_never_waits_can_be_cancelled(deadlines: Deadlines) -> None:
    async def consume() -> None:
        async for _ in run_stream(within(PATIENCE_S), deadlines, ones()):
            pass

    task = asyncio.create_task(consume())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    deadlines.close()


async def test_a_stream_that_never_waits_expires_too(deadlines: Deadlines) -> None:
    context, closed = within(SOON_S), False

    async def numbers() -> AsyncIterator[int]:
        nonlocal closed
        try:
            while True:
                yield 1
        finally:
            closed = True

    with pytest.raises(Expired):
        async for _ in run_stream(context, deadlines, numbers()):
            pass
    assert closed
    assert_nothing_is_left()


async def test_one_timer_serves_all_calls(deadlines: Deadlines) -> None:
    loop = CountingTimers(asyncio.get_running_loop())
    go = asyncio.Event()
    with loop:
        calls = [asyncio.create_task(run(within(LONG_S), deadlines, go.wait())) for _ in range(100)]
        await asyncio.sleep(0)
        assert loop.timers == 1
        go.set()
        await asyncio.gather(*calls)
        assert loop.timers == 1
    deadlines.close()


async def test_calls_are_made_from_within_a_task(deadlines: Deadlines) -> None:
    loop = asyncio.get_running_loop()
    raised: asyncio.Future[BaseException] = loop.create_future()

    def step() -> None:
        try:
            run(within(LONG_S), deadlines, loop.create_future()).send(None)
        except RuntimeError as error:
            raised.set_result(error)

    loop.call_soon(step)
    assert "within a task" in str(await raised)


def assert_nothing_is_left() -> None:
    """Our cancellation was taken back: what the task does next is not disturbed by it."""
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


class CountingTimers:
    """Counts the timers that the event loop holds beyond those it held before."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._before = 0

    @property
    def timers(self) -> int:
        return len(self._loop._scheduled) - self._before  # type: ignore[attr-defined]  # the one place that knows

    def __enter__(self) -> None:
        self._before = len(self._loop._scheduled)  # type: ignore[attr-defined]

    def __exit__(self, *_: object) -> None:
        pass
