"""Stopping and restarting answer everything that was asked. Answers are counted, time is not."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field

import httpx
import pytest

from plures.deploy.errors import ReplicaFailed
from plures.deploy.serving.served_host import CONTROL
from tests.integration.deploy.support import client_of, endpoints_seen_by, until

from .plans import process


@dataclass
class Load:
    """Clients that ask again as soon as they are answered, each on a connection that it keeps."""

    url: str
    asked: int = 0
    pids: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    async def run(self, clients: int, stop: asyncio.Event) -> None:
        await asyncio.gather(*(self._client(stop) for _ in range(clients)))

    async def _client(self, stop: asyncio.Event) -> None:
        # Less than a replica that stops waits for one that is silent: the machine may hold up this process, too.
        async with client_of(self.url, keeps_s=CONTROL.linger_s / 2) as http:
            while not stop.is_set():
                self.asked += 1
                try:
                    answer = await http.post("/who")
                    self.pids[answer.json()["pid"]] += 1
                except (httpx.HTTPError, json.JSONDecodeError) as error:
                    self.failures.append(repr(error))


async def test_stop_answers_what_is_in_flight(supervisor, http):
    it = supervisor(process("search", replicas=2), process("shop", edge=True), layers=["search", "shop"])
    await it.start()
    urls = [*it.endpoints["search"], it.addresses.public.url, it.addresses.public.url]
    asking = [asyncio.create_task(http.get(f"{url}/slow?s=1")) for url in urls * 5]
    # Connections that are open and idle must not keep it, nor be a reason to lose the others.
    await asyncio.gather(*(http.get(f"{url}/who") for url in urls))
    await asyncio.sleep(0.3)
    await it.stop()
    answers = await asyncio.gather(*asking)
    assert [answer.status_code for answer in answers] == [200] * 20


async def test_stop_lets_the_edge_finish_with_the_help_of_others(supervisor, http):
    """The public is answered before any process stops, also by processes that form a circle with the edge's."""
    it = supervisor(process("search"), process("shop", edge=True), layers=["search shop"])
    await it.start()
    search = it.endpoints["search"][0]
    asking = asyncio.create_task(http.get(f"{it.addresses.public.url}/relay?s=0.8&to={search}"))
    await http.get(f"{search}/who")
    await asyncio.sleep(0.3)
    await it.stop()
    assert (await asking).status_code == 200


@pytest.mark.parametrize("exclusive", [False, True], ids=["overlapping", "taking turns"])
async def test_restart_under_load(run, exclusive):
    running = await run(process("shop", edge=True, exclusive=exclusive), process("caller"))
    before = running.pids["shop.1"]
    [peer] = (await endpoints_seen_by(running.endpoints["caller"][0]))["shop"]
    loads = [Load(running.public_url), Load(running.endpoints["shop"][0]), Load(peer)]
    stop = asyncio.Event()
    asking = asyncio.gather(*(load.run(8, stop) for load in loads))
    await until(lambda: all(load.pids[before] > 50 for load in loads))
    await running.restart("shop")
    after = running.pids["shop.1"]
    await until(lambda: all(load.pids[after] > 50 for load in loads))
    stop.set()
    await asking
    for load in loads:
        assert load.failures == []
        assert sum(load.pids.values()) == load.asked
        assert set(load.pids) == {before, after}


async def test_rolling_restart_of_several_replicas_under_load(run):
    running = await run(process("shop", edge=True, replicas=2))
    before = set(running.pids.values())
    load, stop = Load(running.public_url), asyncio.Event()
    asking = asyncio.create_task(load.run(8, stop))
    await until(lambda: sum(load.pids.values()) > 100)
    await running.restart("shop")
    after = set(running.pids.values())
    seen = sum(load.pids.values())
    await until(lambda: sum(load.pids.values()) > seen + 100)
    stop.set()
    await asking
    assert load.failures == []
    assert sum(load.pids.values()) == load.asked
    assert after.isdisjoint(before)
    assert len(after) == 2


async def test_exclusive_replicas_never_overlap(run, journal):
    running = await run(process("search", exclusive=True))
    await running.restart("search")
    assert [event for event, _ in journal.events] == [
        "starting",
        "started",
        "draining",
        "stopped",
        "starting",
        "started",
    ]


async def test_others_overlap(run, journal):
    running = await run(process("search"))
    await running.restart("search")
    assert [event for event, _ in journal.events] == [
        "starting",
        "started",
        "starting",
        "started",
        "draining",
        "stopped",
    ]


async def test_a_restart_that_fails_keeps_the_old_one(run, tmp_path, http):
    running = await run(process("search"), script={"fail_if": str(tmp_path / "broken")})
    (tmp_path / "broken").touch()
    before = running.pids
    with pytest.raises(ReplicaFailed, match=r"search\.1 cannot start: it was broken"):
        await running.restart("search")
    assert running.pids == before
    assert (await http.get(f"{running.endpoints['search'][0]}/who")).json()["pid"] == before["search.1"]


async def test_grace_is_bounded(supervisor, http):
    it = supervisor(process("search"), grace_s=0.2)
    await it.start()
    asking = asyncio.create_task(http.get(f"{it.endpoints['search'][0]}/slow?s=3600"))
    await asyncio.sleep(0.3)
    await it.stop()
    with pytest.raises(httpx.HTTPError):
        await asking
