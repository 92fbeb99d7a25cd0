"""The supervisor as a program of its own: signals, exit status, and what happens when it is killed."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.integration.deploy.support import PATIENCE_S, alive, until

PROGRAM = str(Path(__file__).with_name("supervising.py"))


class Supervising:
    """The program, and what it has printed so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.output = ""
        self._reading = asyncio.create_task(self._read())

    async def up(self) -> None:
        await until(lambda: "the application: http" in self.output)

    @property
    def url(self) -> str:
        return re.search(r"the application: (\S+)", self.output)[1]

    @property
    def pids(self) -> list[int]:
        return [int(pid) for pid in re.findall(r"ready, process (\d+)", self.output)]

    async def status(self) -> int:
        async with asyncio.timeout(PATIENCE_S):
            await self._reading
            return await self.process.wait()

    async def _read(self) -> None:
        while chunk := await self.process.stdout.read(65536):
            self.output += chunk.decode()


@pytest.fixture
async def supervising(tmp_path: Path) -> AsyncIterator[Supervising]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, PROGRAM, str(tmp_path), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    it = Supervising(process)
    try:
        await it.up()
        yield it
    finally:
        if process.returncode is None:
            process.kill()
        await it.status()
        await until(lambda: not any(alive(pid) for pid in it.pids))


def descendants(pids: list[int]) -> list[int]:
    """What these processes have started, and what those have."""
    children = [int(child) for pid in pids for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return children + descendants(children) if children else []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_signal_answers_what_is_in_flight(supervising: Supervising, http, number):
    asking = [asyncio.create_task(http.get(f"{supervising.url}/slow?s=1")) for _ in range(20)]
    await http.get(supervising.url)
    await asyncio.sleep(0.3)
    supervising.process.send_signal(number)
    answers = await asyncio.gather(*asking)
    assert [answer.status_code for answer in answers] == [200] * 20
    assert await supervising.status() == 0
    assert not any(alive(pid) for pid in supervising.pids)
    assert "Traceback" not in supervising.output


async def test_a_second_signal_hurries(supervising: Supervising, http):
    asking = asyncio.create_task(http.get(f"{supervising.url}/slow?s=3600"))
    await http.get(supervising.url)
    await asyncio.sleep(0.3)
    supervising.process.send_signal(signal.SIGINT)
    await until(lambda: "stopping" in supervising.output)
    supervising.process.send_signal(signal.SIGINT)
    with pytest.raises(httpx.HTTPError):
        await asking
    assert await supervising.status() == 130
    assert not any(alive(pid) for pid in supervising.pids)


async def test_a_killed_supervisor_leaves_no_orphans(supervising: Supervising):
    foreign = descendants(supervising.pids)
    assert len(supervising.pids) == 3
    assert len(foreign) == 2
    supervising.process.kill()
    assert await supervising.status() == -signal.SIGKILL
    await until(lambda: not any(alive(pid) for pid in [*supervising.pids, *foreign]))


async def test_replicas_answer_what_is_in_flight_though_their_supervisor_was_killed(supervising: Supervising, http):
    asking = asyncio.create_task(http.get(f"{supervising.url}/slow?s=1"))
    await http.get(supervising.url)
    await asyncio.sleep(0.3)
    supervising.process.kill()
    assert (await asking).status_code == 200


async def test_output_has_whole_prefixed_lines(supervising: Supervising):
    supervising.process.send_signal(signal.SIGTERM)
    await supervising.status()
    lines = supervising.output.splitlines()
    assert all(re.match(r"(plures|shop\.[12]|tax\.1) +\| ", line) for line in lines)
    assert "tax.1  | foreign service is up" in lines
    assert "\x1b" not in supervising.output
