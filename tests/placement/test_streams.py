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


async def test_the_deadline_covers_the_whole_stream(shop: Running) -> None:
    seen: list[int] = []
    with pytest.raises(DeadlineExceeded) as caught:
        async for n in shop.client(Trouble).stream(1000, pause_s=0.05):
            seen.append(n)
    assert seen == list(range(len(seen)))
    assert caught.value.outcome is Outcome.MAY_HAVE_RUN


async def test_a_consumer_that_stops_early_ends_the_stream_for_the_callee(shop: Running) -> None:
    trouble = shop.client(Trouble)
    before = await trouble.streams_closed()
    async with aclosing(trouble.stream(1000, pause_s=0.01)) as stream:  # type: ignore[type-var]  # clients return generators
        async for n in stream:
            if n == 2:
                break
    for _ in range(500):
        if await trouble.streams_closed() > before:
            break
        await asyncio.sleep(0.02)
    assert await trouble.streams_closed() == before + 1
