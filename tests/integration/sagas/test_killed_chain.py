"""Events begin sagas, and steps of sagas publish events, while any process is killed: one saga for each event, and one event for each step."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from plures import CallError
from plures.application import assemble
from plures.topology import Broker, Topology
from tests.fleet import Fleet, Keeper, fleet, in_groups, kill_at_random
from tests.nats import Nats
from tests.postgres import postgres

from .chain import Depot, Diary, Shop, app

__all__ = ["postgres"]

APP = "tests.integration.sagas.chain:app"
KILLS = 24
# On PostgreSQL a saga waits for the lease of the replica that was killed with it.
PATIENCE_S = 90
GROUPS = {"shop": ["shop"], "depot": ["depot"], "diary": ["diary"]}


@pytest.fixture(params=["one each, SQLite", "two each, PostgreSQL", "one each, SQLite over NATS"])
async def topology(request: pytest.FixtureRequest, tmp_path: Path) -> Topology:
    many, _, kind = request.param.partition(" each, ")
    how: dict[str, Any] = {}
    if kind == "PostgreSQL":
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
            with suppress(CallError):
                if await is_so():
                    return
            await asyncio.sleep(0.05)


async def parcels(chain: Fleet) -> list[str]:
    """Two for each order that was committed."""
    ordered = await chain.client(Shop).lines()
    assert len(ordered) == len(set(ordered))
    return sorted([*ordered, *(f"{each}:gift" for each in ordered)])


async def all_arrived(chain: Fleet) -> bool:
    return len(await chain.client(Diary).lines()) >= len(await parcels(chain))


async def order_until(chain: Fleet, is_over: Callable[[], bool]) -> None:
    for number in count():
        if is_over():
            return
        with suppress(CallError):
            # It may have run, so it is not repeated: what was ordered is asked for in the end.
            await chain.client(Shop).order((f"{number}a", f"{number}b"))
        await asyncio.sleep(0.05)


async def check(chain: Fleet, keeper: Keeper) -> None:
    expected = await parcels(chain)
    assert list(await chain.client(Depot).lines()) == expected
    assert list(await chain.client(Diary).lines()) == expected
    begun = [one for (one,) in await keeper.rows("depot", "SELECT id FROM begun")]
    assert sorted(begun) == sorted(await chain.client(Shop).lines())
    await until(lambda: keeper.has("depot", "SELECT count(*) = 0 FROM plures_sagas WHERE state <> 'completed'"))
    sagas = [one for (one,) in await keeper.rows("depot", "SELECT id FROM plures_sagas")]
    assert sorted(sagas) == sorted(begun)


async def test_any_of_them_is_killed_at_any_time(topology: Topology, tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    print("seed", seed)  # noqa: T201
    async with fleet(APP, topology, tmp_path) as chain:
        killing = asyncio.create_task(kill_at_random(chain, chain.replicas, KILLS, random.Random(seed), 0.1))
        await asyncio.gather(killing, order_until(chain, killing.done))
        await until(lambda: all_arrived(chain))
        await check(chain, Keeper(topology, tmp_path))
        assert chain.kills == KILLS


@pytest.mark.parametrize("topology", ["one each, SQLite", "one each, SQLite over NATS"], indirect=True)
async def test_the_handler_dies_around_the_commit_that_begins_the_saga(topology: Topology, tmp_path: Path) -> None:
    """Before it, there is neither inbox row nor saga; after it, both are, and the event that comes again begins no other."""
    async with fleet(APP, topology, tmp_path) as chain:
        for number, dies in enumerate(
            ("before commit 1", "after commit 1", "before commit 1", "after commit 1", "after commit 2")
        ):
            chain.kill("depot.1", dies=dies)
            await chain.client(Shop).order((f"{number}a", f"{number}b"))
            await chain.until_dead("depot.1")
            chain.ended("depot.1")
        await until(lambda: all_arrived(chain))
        await check(chain, Keeper(topology, tmp_path))
