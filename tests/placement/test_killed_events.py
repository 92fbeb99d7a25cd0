"""The publisher and the subscriber are killed again and again while events are on their way."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from random import Random

from lab import Press, Reader

from plures import CallError
from plures.testing import Running, Where, run
from plures.topology import Process, Topology

PATIENCE_S = 120
KILLS = 4
PAPERS = ("morning", "noon", "evening")
APART = Topology("apart", (Process("press", ("press",)), Process("reader", ("reader",)), Process("rest", ("*",))))


async def test_what_was_committed_is_heard_once_and_in_order(tmp_path: Path) -> None:
    async with run("lab:app", Where.LOCAL_PROCESSES, data=tmp_path, topology=APART) as shop:
        killing = asyncio.create_task(kill_now_and_then(shop))
        number = 0
        while not killing.done():
            number += 1
            await print_one(shop, PAPERS[number % 3], number)
        await killing
        printed = {paper: await patiently(partial(shop.client(Press).printed, paper)) for paper in PAPERS}
        async with asyncio.timeout(PATIENCE_S):
            for paper, numbers in printed.items():
                while len(await patiently(partial(heard, shop, paper))) < len(numbers):  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.1)
        for paper, numbers in printed.items():
            assert await heard(shop, paper) == numbers
        assert sum(map(len, printed.values())) > KILLS


async def kill_now_and_then(shop: Running) -> None:
    random = Random(20261127)
    for kill in range(KILLS):
        process = ("press", "reader")[kill % 2]
        await asyncio.sleep(random.uniform(0.05, 0.6))
        before = shop.processes.pids.get(f"{process}.1")
        shop.processes.kill(process)
        async with asyncio.timeout(PATIENCE_S):
            while not is_back(shop, process, before):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.02)


def is_back(shop: Running, process: str, before: int | None) -> bool:
    now = shop.processes.pids.get(f"{process}.1", before)
    return now != before and bool(shop.processes.endpoints[process])


async def print_one(shop: Running, paper: str, number: int) -> None:
    """A call that may have run is not repeated: what was printed is asked for in the end."""
    try:
        await shop.client(Press).print(paper, (number,))
    except CallError:
        await asyncio.sleep(0.05)


async def heard(shop: Running, paper: str) -> tuple[int, ...]:
    return tuple([line.number for line in await shop.client(Reader).heard(paper)])


async def patiently(ask: Callable[[], Awaitable[tuple[int, ...]]]) -> tuple[int, ...]:
    """The answer, once the process that was killed last is back."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                return await ask()
            except CallError:
                await asyncio.sleep(0.1)
