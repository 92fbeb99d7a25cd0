"""A process of shipping that dies, hangs or is replaced, in each of its languages."""

import asyncio
import os
import signal

import pytest

from marketplace.catalog.contract import Item
from marketplace.pricing.contract import Money
from marketplace.shipping.contract import Shipping
from plures import CallError, Outcome
from plures.testing import Running

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE_S = 30


async def price(shipping: Shipping) -> int:
    return (await shipping.quote("DE", (Item("tea", 1),), Money(1_000))).price.amount


async def price_at_last(shipping: Shipping) -> int:
    """The price, when there is one again."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                return await price(shipping)
            except CallError:
                await asyncio.sleep(0.05)


async def test_a_process_that_is_killed_comes_back(running: Running) -> None:
    shipping = running.client(Shipping)
    before = await price(shipping)
    running.processes.kill("shipping")
    assert await price_at_last(shipping) == before


async def test_a_process_that_hangs_answers_when_it_goes_on(running: Running) -> None:
    shipping = running.client(Shipping)
    before = await price(shipping)
    (group,) = running.processes.pids.values()
    os.killpg(group, signal.SIGSTOP)
    try:
        async with asyncio.timeout(PATIENCE_S):
            with pytest.raises(CallError):
                # The signal needs a moment to reach all of the group.
                while True:
                    await price(shipping)
    finally:
        os.killpg(group, signal.SIGCONT)
    assert await price_at_last(shipping) == before


async def test_a_replacement_loses_no_call(running: Running) -> None:
    shipping = running.client(Shipping)
    lost: list[CallError] = []
    enough = asyncio.Semaphore(0)
    is_over = False

    async def ask() -> None:
        while not is_over:
            try:
                await price(shipping)
            except CallError as error:
                # Not to be had for a moment, since a command has one port: what was not sent is not lost.
                if error.outcome is not Outcome.NOT_SENT:
                    lost.append(error)
                await asyncio.sleep(0.01)
            else:
                enough.release()

    async with asyncio.TaskGroup() as askers:
        for _ in range(8):
            askers.create_task(ask())
        await answers(enough, 50)
        await running.processes.restart("shipping")
        while not enough.locked():
            await enough.acquire()
        await answers(enough, 100)
        is_over = True
    assert lost == []


async def answers(enough: asyncio.Semaphore, many: int) -> None:
    """Wait for so many more."""
    async with asyncio.timeout(PATIENCE_S):
        for _ in range(many):
            await enough.acquire()
