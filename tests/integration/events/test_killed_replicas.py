"""Replicas that publish to each other over HTTP are killed again and again: each effect is there once, in the order of its key."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count, product
from pathlib import Path
from typing import Protocol

import pytest

from plures import CallError
from plures.application import assemble
from plures.topology import Topology
from tests.fleet import Fleet, Keeper, fleet, in_groups, kill_at_random

from .posts import Archive, Press, Reader, app

APP = "tests.integration.events.posts:app"
PAPERS = ("morning", "noon", "asks")
KILLS = 36
PATIENCE_S = 60
THREE_DAYS_MS = 3 * 24 * 3600 * 1000
GROUPS = {"press": ["press"], "reader": ["reader"], "archive": ["archive"]}
ALONE = pytest.mark.parametrize("topology", ["one each, SQLite", "one each, PostgreSQL"], indirect=True)


class Kept(Protocol):
    async def lines(self, paper: str) -> tuple[int, ...]: ...


@pytest.fixture(params=["one each, SQLite", "one each, PostgreSQL", "two each, PostgreSQL"])
async def topology(request: pytest.FixtureRequest, tmp_path: Path) -> Topology:
    many, _, kind = request.param.partition(" each, ")
    if kind == "SQLite":
        return in_groups(GROUPS)
    storage = await request.getfixturevalue("postgres").storage(assemble(app), tmp_path / "passwords")
    return in_groups(GROUPS, replicas=2 if many == "two" else 1, storage=storage)


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """What fails meanwhile is asked again: a process may just have been killed."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                if await is_so():
                    return
            except CallError:
                pass
            await asyncio.sleep(0.02)


async def lines(of: Kept) -> dict[str, tuple[int, ...]]:
    return {paper: await of.lines(paper) for paper in PAPERS}


async def all_arrived(posts: Fleet) -> bool:
    press, archive = await lines(posts.client(Press)), await lines(posts.client(Archive))
    return all(len(archive[paper]) >= len(press[paper]) for paper in PAPERS)


async def check(posts: Fleet) -> None:
    """The order in which they were committed is kept at the first and at the second subscriber."""
    printed = await lines(posts.client(Press))
    assert await lines(posts.client(Reader)) == printed
    assert await lines(posts.client(Archive)) == printed


async def print_until(posts: Fleet, paper: str, is_over: Callable[[], bool]) -> None:
    for number in count(step=3):
        if is_over():
            return
        with suppress(CallError):
            # It may have run, so it is not repeated: what was printed is asked for in the end.
            await posts.client(Press).print(paper, (number, number + 1, number + 2))
        await asyncio.sleep(0.02)


async def test_any_of_them_is_killed_at_any_time(topology: Topology, tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    print("seed", seed)  # noqa: T201
    async with fleet(APP, topology, tmp_path) as posts:
        killing = asyncio.create_task(kill_at_random(posts, posts.replicas, KILLS, random.Random(seed), 0.1))
        await asyncio.gather(killing, *(print_until(posts, paper, killing.done) for paper in PAPERS))
        await until(lambda: all_arrived(posts))
        await check(posts)
        assert posts.kills == KILLS
        assert sum(map(len, (await lines(posts.client(Press))).values())) > KILLS


@ALONE
async def test_a_subscriber_dies_around_the_commit_of_what_it_handled(topology: Topology, tmp_path: Path) -> None:
    """Before it, nothing of the event is there; after it, all is, and the event that comes again changes nothing."""
    async with fleet(APP, topology, tmp_path) as posts:
        await posts.client(Press).print("noon", (0,))
        await until(lambda: all_arrived(posts))
        for number, (name, dies) in enumerate(product(("reader.1", "archive.1"), ("before 1", "after 1") * 2), 1):
            posts.kill(name, dies=dies)
            await posts.client(Press).print("noon", (number,))
            await posts.until_dead(name)
            posts.ended(name)
        await until(lambda: all_arrived(posts))
        await check(posts)
        assert posts.kills == 2 * number


@ALONE
@pytest.mark.parametrize("dies", ["before 7", "after 11"])
async def test_a_subscriber_starts_again_in_the_middle_of_a_batch(
    topology: Topology, tmp_path: Path, dies: str
) -> None:
    async with fleet(APP, topology, tmp_path) as posts:
        posts.kill("reader.1", dies=dies)
        await asyncio.gather(*(posts.client(Press).print(paper, tuple(range(10))) for paper in PAPERS))
        await posts.until_dead("reader.1")
        posts.ended("reader.1")
        await until(lambda: all_arrived(posts))
        await check(posts)
        assert posts.kills == 2


@ALONE
async def test_an_event_that_comes_again_after_three_days_takes_no_effect_twice(
    topology: Topology, tmp_path: Path
) -> None:
    """As one that was parked since its answers were lost, and that an operator resubmits after a long weekend."""
    keeper = Keeper(topology, tmp_path)
    async with fleet(APP, topology, tmp_path) as posts:
        await posts.client(Press).print("noon", tuple(range(6)))
        await until(lambda: all_arrived(posts))
        await until(lambda: keeper.has("press", "SELECT count(*) FROM plures_subscriptions WHERE position = 6"))
    for capability in ("press", "reader"):
        await keeper.rows(capability, f"UPDATE plures_events SET published_at = published_at - {THREE_DAYS_MS}")
        await keeper.rows(capability, f"UPDATE plures_commands SET answered_at = answered_at - {THREE_DAYS_MS}")
    await keeper.rows(
        "press",
        "INSERT INTO plures_failures SELECT 'reader.read', sequence, key, 'retrying', 0, 0, '' FROM plures_events",
    )
    async with fleet(APP, topology, tmp_path) as posts:
        await until(lambda: keeper.has("press", "SELECT count(*) = 0 FROM plures_failures"))
        await posts.client(Press).print("noon", (6,))
        await until(lambda: all_arrived(posts))
        await check(posts)
