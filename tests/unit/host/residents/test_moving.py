"""A capability leaves a replica and joins another one while both are asked: no call is lost, and no file is open twice."""

import asyncio
from pathlib import Path

import pytest

from plures.host import Mode, StillBusy

from .two_hosts import Store, Till, Two, two

MODES = pytest.mark.parametrize("mode", [Mode.PRODUCTION, Mode.DEVELOPMENT])
LONG_S = 20


async def moved(both: Two, here: int = 0, there: int = 1) -> None:
    """The store moves from one to the other; the till stays in the first."""
    await both.hosts[here].let_go({"store"}, LONG_S)
    till = ("till",) if there == 0 else ()
    await both.hosts[there].become(both.placement("store", *till, elsewhere={"till": 0} if there else {}))
    left = ("till",) if here == 0 else ()
    await both.hosts[here].become(both.placement(*left, elsewhere={"store": there, **({"till": 0} if here else {})}))


async def sold(both: Two, number: int, many: int) -> None:
    till = both.hosts[number].client(Till)
    for each in range(many):
        await till.sell(f"{number}.{each}")
        await asyncio.sleep(0)


@MODES
async def test_it_moves_there_and_back_while_it_is_called(tmp_path: Path, mode: Mode) -> None:
    async with two(tmp_path, mode) as both:
        selling = [asyncio.create_task(sold(both, number, 100)) for number in (0, 1)]
        for _ in range(3):
            await asyncio.sleep(0.02)
            await moved(both)
            await asyncio.sleep(0.02)
            await moved(both, 1, 0)
        await asyncio.gather(*selling)
        assert await both.hosts[0].client(Store).count() == 200
        assert await both.hosts[1].client(Store).count() == 200


async def test_hooks_and_work_go_with_it(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        one, other = both.seen
        assert (one.done, other.done) == (["start", "ready", "work"], [])
        await moved(both)
        await asyncio.sleep(0)
        assert one.done[3:] == ["drain", "end of work", "stop"]
        assert other.done == ["start", "ready", "work"]
    assert one.done[6:] == []
    assert other.done[3:] == ["drain", "end of work", "stop"]


@MODES
async def test_what_is_under_way_ends_first_with_all_that_it_asks_for(tmp_path: Path, mode: Mode) -> None:
    """The store asks the till, which asks the store: that call is part of what is waited for."""
    async with two(tmp_path, mode) as both:
        under_way = [asyncio.create_task(host.client(Till).count(slowly=True, by_the_till=True)) for host in both.hosts]
        await both.seen[0].slow_ones(2)
        moving = asyncio.create_task(moved(both))
        later = [asyncio.create_task(host.client(Till).sell("later")) for host in both.hosts]
        await asyncio.sleep(0.05)
        assert not any(each.done() for each in (moving, *under_way, *later))
        both.seen[0].may_end.set()
        await moving
        assert await asyncio.gather(*under_way) == [0, 0]
        assert sorted(await asyncio.gather(*later)) == [1, 2]


async def test_what_does_not_end_keeps_it_where_it_is(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        slow = asyncio.create_task(both.hosts[0].client(Till).count(slowly=True))
        await both.seen[0].slow_ones(1)
        waiting = asyncio.create_task(both.hosts[1].client(Till).sell("meanwhile"))
        with pytest.raises(StillBusy, match="store cannot leave"):
            await both.hosts[0].let_go({"store"}, 0.05)
        assert await waiting == 1
        both.seen[0].may_end.set()
        assert await slow == 1
        assert both.seen[0].done == ["start", "ready", "work"]


async def test_it_comes_back_where_it_cannot_start_elsewhere(tmp_path: Path) -> None:
    async with two(tmp_path) as both:
        await both.hosts[0].let_go({"store"}, LONG_S)
        waiting = asyncio.create_task(both.hosts[1].client(Till).sell("meanwhile"))
        nowhere = tmp_path / "file"
        nowhere.write_text("no folder")
        both.folder, before = nowhere, both.folder
        with pytest.raises(Exception, match="file"):
            await both.hosts[1].become(both.placement("store", elsewhere={"till": 0}))
        both.folder = before
        assert not waiting.done()
        await both.hosts[0].become(both.placement("store", "till"))
        assert await waiting == 1
        assert await both.hosts[1].client(Store).count() == 1
