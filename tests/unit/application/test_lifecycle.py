"""Periodic work is checked when it is registered; detached work leaves the deadline of its call behind."""

import asyncio
import math
from time import monotonic

import pytest

from plures import Lifecycle
from plures.errors import InvalidInput
from plures.runtime import CallContext, current


@pytest.mark.parametrize("interval_s", [0, -1, math.inf, math.nan])
def test_an_interval_is_a_length_of_time(interval_s: float) -> None:
    async def work() -> None: ...

    with pytest.raises(InvalidInput, match=r"interval_s: .* is no length of time"):
        Lifecycle().every(interval_s, work)


async def seen() -> CallContext | None:
    return current.get()


async def test_detached_work_has_no_deadline_and_keeps_the_count_of_hops() -> None:
    token = current.set(CallContext(monotonic(), 7, is_inherited=True))
    try:
        context = await Lifecycle().detach(seen())
    finally:
        current.reset(token)
    assert context is not None
    assert (context.deadline, context.hops, context.is_inherited) == (math.inf, 7, False)


async def test_outside_of_a_call_there_is_nothing_to_leave_behind() -> None:
    assert await Lifecycle().detach(seen()) is None


async def test_detached_work_goes_on_when_the_call_is_cancelled_and_is_forgotten_when_it_ends() -> None:
    lifecycle, go_on = Lifecycle(), asyncio.Event()

    async def call() -> bool:
        return await asyncio.shield(lifecycle.detach(go_on.wait()))

    calling = asyncio.create_task(call())
    await asyncio.sleep(0)
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    (work,) = lifecycle.detached
    go_on.set()
    assert await work is True
    await asyncio.sleep(0)
    assert lifecycle.detached == set()
