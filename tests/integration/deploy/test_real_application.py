"""The same application in one process and as local processes, through the real host."""

import asyncio
import os
from pathlib import Path

import httpx
import pytest

from plures.application import assemble, load
from plures.deploy import ANY_FREE_PORTS, hosting, local_processes
from plures.deploy.errors import ReplicaFailed
from plures.host import Mode, Placement
from plures.topology import Process, Replicas, Topology

from .support import Journal, open_descriptors, until

APP = "greeting_app:app"
SPLIT = Topology(
    "split",
    (
        Process("front", ("greeter",), edge=True, replicas=Replicas(2, 2)),
        Process("office", ("clerk",)),
    ),
)


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parent)


async def test_one_process(tmp_path, http):
    before = open_descriptors()
    placement = Placement(frozenset({"greeter", "clerk"}), edge=True, data=tmp_path, mode=Mode.DEVELOPMENT)
    async with hosting(assemble(load(APP)), placement, ANY_FREE_PORTS) as running:
        assert (await http.get(f"{running.public_url}/Ada")).text.startswith("Hello Ada, number 1")
        assert (await http.get(f"{running.control_url}/health/ready")).status_code == 200
        asking = [asyncio.create_task(http.get(f"{running.public_url}/1/Ada")) for _ in range(20)]
        await http.get(f"{running.public_url}/Ada")
        await asyncio.sleep(0.3)
    answers = await asyncio.gather(*asking)
    await http.aclose()
    assert sorted(int(answer.text.split()[3]) for answer in answers) == list(range(3, 23))
    assert open_descriptors() == before


async def test_local_processes(tmp_path, http, journal: Journal):
    async with local_processes(SPLIT, APP, data=tmp_path, lines=journal) as running:
        words = (await http.get(f"{running.public_url}/Ada")).text.split()
        assert words[:4] == ["Hello", "Ada,", "number", "1"]
        assert int(words[4]) == running.pids["office.1"]
        assert words[5] == words[6]
        assert int(words[5]) in (running.pids["front.1"], running.pids["front.2"])
        assert str(os.getpid()) not in words
        assert (await http.get(f"{running.endpoints['clerk'][0]}/health/ready")).status_code == 200

        clerk = running.pids["office.1"]
        running.kill("office")
        await until(lambda: running.pids.get("office.1", clerk) != clerk)
        await until(lambda: bool(running.endpoints["clerk"]))
        assert (await http.get(f"{running.public_url}/Ada")).text.startswith("Hello Ada, number 2")

        await running.restart("office")  # its database is open in one process at a time
        assert (await http.get(f"{running.public_url}/Ada")).text.startswith("Hello Ada, number 3")


async def test_restart_under_load(tmp_path, journal: Journal):
    async with local_processes(SPLIT, APP, data=tmp_path, lines=journal) as running:
        stop = asyncio.Event()
        counts: list[int] = []

        async def client(name: str) -> None:
            async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
                asked = 0
                while not stop.is_set():
                    answer = await http.post(f"{running.public_url}/{name}")
                    asked += 1
                    assert answer.status_code == 200, journal.lines
                    assert answer.text.startswith(f"Hello {name}, number {asked} ")
                counts.append(asked)

        asking = [asyncio.create_task(client(f"client{number}")) for number in range(4)]
        # Not "office" too: its database makes it take turns, which may take longer than the edge's deadline.
        for _ in range(2):
            await running.restart("front")
        stop.set()
        await asyncio.gather(*asking)
        assert len(counts) == 4


async def test_a_database_that_cannot_be_opened_is_a_sentence(tmp_path, journal: Journal):
    (tmp_path / "clerk.sqlite3").write_bytes(b"this is no database, as its first bytes show" * 100)
    with pytest.raises(
        ReplicaFailed, match=r"office\.1 cannot start: Cannot open the database of capability 'clerk'"
    ) as it:
        async with local_processes(SPLIT, APP, data=tmp_path, lines=journal):
            pass
    assert it.value.reason == "data.damaged"
    assert it.value.fix
    assert not any("Traceback" in line for _, line in journal.lines)
