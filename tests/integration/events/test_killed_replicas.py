"""Replicas that publish to each other, over HTTP or over NATS, are killed again and again: each effect is there once, in the order of its key."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from itertools import count, cycle, product
from pathlib import Path
from typing import Any, Protocol

import pytest

from plures import CallError
from plures.application import assemble
from plures.topology import Broker, Topology
from tests.fleet import Fleet, Keeper, fleet, in_groups, kill_at_random
from tests.nats import Nats

from .posts import Archive, Press, Reader, app

APP = "tests.integration.events.posts:app"
PAPERS = ("morning", "noon", "asks")
KILLS = 36
PATIENCE_S = 60
THREE_DAYS_MS = 3 * 24 * 3600 * 1000
GROUPS = {"press": ["press"], "reader": ["reader"], "archive": ["archive"]}
KINDS = ("SQLite", "PostgreSQL", "SQLite over NATS")
ALONE = pytest.mark.parametrize("topology", [f"one each, {kind}" for kind in KINDS], indirect=True)
OF_RELAY = tuple(f"{when} {step}" for step in ("send 1", "note 1", "note 2") for when in ("before", "after"))
# Of an event on its way over NATS; what is published goes to the reader, and from there to the archive.
POINTS = (
    ("press.1", "before store 1"),
    ("press.1", "after store 1"),
    ("press.1", "before answer 1"),
    ("press.1", "after answer 1"),
    ("press.1", "before answer 2"),
    ("press.1", "after answer 2"),
    ("reader.1", "before store 1"),
    ("reader.1", "after store 1"),
    *(
        (subscriber, f"{when} {step} 1")
        for subscriber in ("reader.1", "archive.1")
        for step in ("take", "done")
        for when in ("before", "after")
    ),
)


class Kept(Protocol):
    async def lines(self, paper: str) -> tuple[int, ...]: ...


@pytest.fixture(
    params=[
        "one each, SQLite",
        "one each, PostgreSQL",
        "two each, PostgreSQL",
        "one each, SQLite over NATS",
        "two each, PostgreSQL over NATS",
    ]
)
async def topology(request: pytest.FixtureRequest, tmp_path: Path) -> Topology:
    many, _, kind = request.param.partition(" each, ")
    how: dict[str, Any] = {}
    if kind.startswith("PostgreSQL"):
        how["storage"] = await request.getfixturevalue("postgres").storage(assemble(app), tmp_path / "passwords")
    if kind.endswith("NATS"):
        broker: Nats = request.getfixturevalue("nats_server")
        await broker.start()
        how["broker"] = Broker(broker.url)
    return in_groups(GROUPS, replicas=2 if many == "two" else 1, **how)


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


async def print_one(posts: Fleet, paper: str, number: int, is_over: Callable[[], bool]) -> None:
    """Once at least: what was killed may have printed it."""
    while not is_over():
        with suppress(CallError):
            await posts.client(Press).print(paper, (number,))
            return
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
    points = product(("reader.1", "archive.1"), ("before commit 1", "after commit 1") * 2)
    await die_at_each(topology, tmp_path, tuple(points))


@ALONE
async def test_a_relay_dies_between_its_steps(topology: Topology, tmp_path: Path) -> None:
    async with fleet(APP, topology, tmp_path) as posts:
        for (name, dies), paper in zip(product(("press.1", "reader.1"), OF_RELAY), cycle(PAPERS), strict=False):
            posts.kill(name, dies=dies)
            dying = asyncio.create_task(posts.until_dead(name))
            await print_until(posts, paper, dying.done)
            await dying
            posts.ended(name)
        await until(lambda: all_arrived(posts))
        await check(posts)
        assert posts.kills == 4 * len(OF_RELAY)


@pytest.mark.parametrize("topology", ["one each, SQLite over NATS"], indirect=True)
async def test_any_of_them_dies_at_each_step_of_an_event_over_nats(topology: Topology, tmp_path: Path) -> None:
    await die_at_each(topology, tmp_path, POINTS)


async def die_at_each(topology: Topology, tmp_path: Path, points: Sequence[tuple[str, str]]) -> None:
    """One event for each point, of a paper that does not wait for the one before."""
    async with fleet(APP, topology, tmp_path) as posts:
        for number, ((name, dies), paper) in enumerate(zip(points, cycle(PAPERS), strict=False)):
            posts.kill(name, dies=dies)
            dying = asyncio.create_task(posts.until_dead(name))
            await print_one(posts, paper, number, dying.done)
            await dying
            posts.ended(name)
        await until(lambda: all_arrived(posts))
        await check(posts)
        assert posts.kills == 2 * len(points)


@ALONE
@pytest.mark.parametrize("dies", ["before commit 7", "after commit 11"])
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
        # One that was dropped at first is done, too.
        await until(lambda: keeper.has("press", "SELECT count(*) = 0 FROM plures_failures"))
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
