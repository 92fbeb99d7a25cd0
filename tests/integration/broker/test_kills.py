"""Real processes around a real server, killed, stopped and restarted at random: each event takes effect once, in order."""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from parcels_app import Depot, Porter, Shop, app
from post import numbers, parcels

from plures import CallError
from plures.testing import Running, Where, assemble, run
from plures.topology import Broker, Process, Replicas, Topology
from tests.nats import Nats
from tests.postgres import Postgres

PATIENCE_S = 90
ROUNDS = 8
SPLIT = Topology(
    "split", (Process("shop", ("shop",)), Process("depot", ("depot",)), Process("porter", ("porter",), Replicas(3, 3)))
)


@asynccontextmanager
async def running(data: Path, server: Nats, topology: Topology = SPLIT) -> AsyncIterator[Running]:
    placed = replace(topology, broker=Broker(server.url, name=f"kills-{next(numbers)}"))
    async with run("parcels_app:app", Where.LOCAL_PROCESSES, data=data, topology=placed) as started:
        yield started


async def send(shop: Running, street: str, many: int) -> list[int]:
    """Those whose transaction is known to have been committed."""
    (*sent,) = parcels(many, street)
    try:
        await shop.client(Shop).send(tuple(sent))
    except CallError:
        return []
    return [parcel.number for parcel in sent]


async def arrive(shop: Running, sent: dict[str, list[int]]) -> None:
    wanted = {number for those in sent.values() for number in those}
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                found = await shop.client(Depot).taken()
            except CallError:
                found = ()
            if wanted <= {parcel.number for parcel in found}:
                break
            await asyncio.sleep(0.05)
    assert max(Counter(parcel.number for parcel in found).values()) == 1
    for street in sent:
        there = [parcel.number for parcel in found if parcel.street == street]
        assert there == sorted(there), "also those whose commit was not heard of"


async def test_whatever_is_killed_no_event_is_lost_or_comes_twice_or_out_of_order(
    nats_server: Nats, tmp_path: Path
) -> None:
    await nats_server.start()
    at_random = random.Random(11)
    sent: dict[str, list[int]] = {"a": [], "b": [], "c": []}
    async with running(tmp_path / "data", nats_server) as shop:
        for number in range(ROUNDS):
            for street in sent:
                sent[street] += await send(shop, street, 10)
            await asyncio.sleep(at_random.uniform(0, 0.3))
            match number % 4:
                case 0:
                    shop.processes.kill("shop")
                case 1:
                    shop.processes.kill("depot")
                case 2:
                    nats_server.kill()
                    await nats_server.start()
                case _:
                    nats_server.kill()
                    nats_server.lose_everything()
                    await nats_server.start()
        await arrive(shop, sent)
    assert sum(map(len, sent.values())) > ROUNDS * 10


async def test_a_subscriber_that_stands_still_gets_everything_when_it_goes_on(
    shared_nats: Nats, tmp_path: Path
) -> None:
    async with running(tmp_path / "data", shared_nats) as shop:
        sent = {"a": await send(shop, "a", 3)}
        await arrive(shop, sent)
        pid = shop.processes.pids["depot.1"]
        os.kill(pid, signal.SIGSTOP)
        sent["a"] += await send(shop, "a", 20)
        sent["b"] = await send(shop, "b", 20)
        await asyncio.sleep(6)
        os.kill(pid, signal.SIGCONT)
        await arrive(shop, sent)


async def test_a_publisher_that_stands_still_leaves_nothing_half_done(shared_nats: Nats, tmp_path: Path) -> None:
    async with running(tmp_path / "data", shared_nats) as shop:
        sent = {"a": await send(shop, "a", 200), "b": await send(shop, "b", 200)}
        pid = shop.processes.pids["shop.1"]
        for pause_s in (0.1, 3.0):
            os.kill(pid, signal.SIGSTOP)
            await asyncio.sleep(pause_s)
            os.kill(pid, signal.SIGCONT)
            await asyncio.sleep(0.2)
        await arrive(shop, sent)


def lines_of(book: Path) -> list[list[str]]:
    return [line.split() for line in book.read_text().splitlines()] if book.exists() else []


async def test_replicas_share_the_work(shared_nats: Nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = tmp_path / "book"
    monkeypatch.setenv("PORTERS_BOOK", str(book))
    async with running(tmp_path / "data", shared_nats) as shop:
        await shop.client(Porter).pid()
        sent = [number for n in range(60) for number in await send(shop, f"street {n}", 5)]
        async with asyncio.timeout(PATIENCE_S):
            while len(lines := lines_of(book)) < len(sent):  # noqa: ASYNC110 - other processes write it
                await asyncio.sleep(0.05)
        assert sorted(int(number) for _, number in lines) == sorted(sent)
        by = Counter(pid for pid, _ in lines)
        assert len(by) == 3
        assert min(by.values()) > len(sent) / 10


async def test_replicas_on_postgresql_take_over_from_one_that_is_killed(
    shared_nats: Nats, postgres: Postgres, tmp_path: Path
) -> None:
    storage = await postgres.storage(assemble(app), tmp_path / "passwords")
    twice = Topology(
        "twice",
        (Process("shop", ("shop",), Replicas(2, 2)), Process("depot", ("depot", "porter"), Replicas(2, 2))),
        storage=storage,
    )
    async with running(tmp_path / "data", shared_nats, twice) as shop:
        sent: dict[str, list[int]] = {"a": [], "b": [], "c": []}
        for process, number in (("depot", 1), ("shop", 1), ("depot", 2), ("shop", 2)):
            for street in sent:
                sent[street] += await send(shop, street, 40)
            await asyncio.sleep(0.1)
            shop.processes.kill(process, number)
            await asyncio.sleep(0.3)
        await arrive(shop, sent)
