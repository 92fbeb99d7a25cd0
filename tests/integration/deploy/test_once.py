"""What is done once: by one replica of all, and by another one when that dies."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from plures.deploy import local_processes
from plures.topology import parse

APPLICATION = "tests.integration.deploy.once_app:app"
TOPOLOGY = """
[application]
import = "tests.integration.deploy.once_app:app"
[topology.two]
clock = { capabilities = ["clock"], replicas = 2 }
"""


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not is_so():  # noqa: ASYNC110 - another process writes the file
            await asyncio.sleep(0.02)


async def test_one_replica_does_it_and_another_one_takes_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = tmp_path / "notes"
    monkeypatch.setenv("NOTES", str(notes))

    def said(what: str) -> list[str]:
        return [line.split()[1] for line in notes.read_text().splitlines() if line.startswith(what)]

    async with local_processes(parse(TOPOLOGY).topology("two"), APPLICATION, data=tmp_path) as running:
        assert len(running.pids) == 2
        first = notes.read_text().split()[0]
        assert (first, len(said("migrates")), len(said("starts"))) == ("migrates", 1, 2)
        [leader] = said("schedules")
        assert said("migrates") == [leader]
        replica = next(name for name, pid in running.pids.items() if str(pid) == leader)
        running.kill("clock", int(replica.rpartition(".")[2]))
        await until(lambda: len(said("schedules")) == 2)
        assert said("schedules")[1] in {str(pid) for pid in running.pids.values()} - {leader}
        await running.restart("clock")
        await until(lambda: said("schedules")[-1] in {str(pid) for pid in running.pids.values()})
        assert len(said("migrates")) == 1
