"""A stream behaves the same in every placement."""

import asyncio
import logging
from contextlib import aclosing

import pytest
from lab import Gone, Trouble

from plures import DeadlineExceeded, Internal, Outcome
from plures.testing import Running

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_items_arrive_in_order(shop: Running) -> None:
    trouble = shop.client(Trouble)
    assert [n async for n in trouble.stream(500)] == list(range(500))
    assert [n async for n in trouble.stream(0)] == []


async def test_iterators_that_are_no_generators_stream_as_well(shop: Running) -> None:
    assert [n async for n in shop.client(Trouble).iterator(3)] == [2, 1, 0]


async def test_declared_errors_end_a_stream(shop: Running) -> None:
    seen: list[int] = []
    with pytest.raises(Gone):
        async for n in shop.client(Trouble).stream(3, then="gone"):
            seen.append(n)
    assert seen == [0, 1, 2]


async def test_bugs_end_a_stream_without_their_text(shop: Running, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "plures.calls")
    seen: list[int] = []
    with pytest.raises(Internal) as caught:
        async for n in shop.client(Trouble).stream(3, then="bug"):
            seen.append(n)
    assert seen == [0, 1, 2]
    assert "secret" not in str(caught.value)


async def test_items_of_the_wrong_type_end_a_stream(shop: Running, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "plures.calls")
    with pytest.raises(Internal):
        [n async for n in shop.client(Trouble).wrong_step()]


async def test_the_deadline_covers_the_whole_stream(shop: Running) -> None:
    seen: list[int] = []
    with pytest.raises(DeadlineExceeded) as caught:
        async for n in shop.client(Trouble).stream(1000, pause_s=0.05):
            seen.append(n)
    assert seen == list(range(len(seen)))
    assert caught.value.outcome is Outcome.MAY_HAVE_RUN


@pytest.mark.parametrize("more", [0, 1, 2])
async def test_a_step_that_blocks_past_the_deadline_is_late(shop: Running, more: int) -> None:
    seen: list[int] = []
    with pytest.raises(DeadlineExceeded) as caught:
        async for n in shop.client(Trouble).blocking_stream(0.3, more):
            seen.append(n)
    # Whether what was sent before arrives depends on how soon the caller reads.
    assert seen in ([0], [])
    assert caught.value.outcome is Outcome.MAY_HAVE_RUN


@pytest.mark.parametrize("size", [1, 500_000], ids=["small items", "large items"])
async def test_others_are_answered_during_a_stream_that_never_waits(shop: Running, size: int) -> None:
    trouble = shop.client(Trouble)
    before = await trouble.streams_closed()
    other = asyncio.create_task(trouble.total())
    async with aclosing(trouble.flood(2**40, size)) as stream:  # type: ignore[type-var]  # clients return generators
        async for _ in stream:
            if other.done():
                break
    await other
    await until_closed(trouble, before + 1)


async def test_a_long_stream_arrives_whole(shop: Running) -> None:
    other = asyncio.create_task(shop.client(Trouble).total())
    count, was_answered = 0, False
    async for _ in shop.client(Trouble).flood(20_000, 1):
        count += 1
        was_answered = was_answered or other.done()
    assert (count, was_answered) == (20_000, True)
    await other


async def test_a_consumer_that_stops_early_ends_the_stream_for_the_callee(shop: Running) -> None:
    trouble = shop.client(Trouble)
    before = await trouble.streams_closed()
    async with aclosing(trouble.stream(1000, pause_s=0.01)) as stream:  # type: ignore[type-var]  # clients return generators
        async for n in stream:
            if n == 2:
                break
    await until_closed(trouble, before + 1)


async def until_closed(trouble: Trouble, expected: int) -> None:
    """Wait until the callee has closed a stream more."""
    for _ in range(500):
        if await trouble.streams_closed() >= expected:
            break
        await asyncio.sleep(0.02)
    assert await trouble.streams_closed() == expected
