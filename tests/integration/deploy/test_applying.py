"""A topology becomes another one while it is called: real processes, a database that is a file, and no call lost."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from plures.application import assemble, load
from plures.deploy import RunningProcesses, local_processes
from plures.deploy.errors import ReplicaDied
from plures.deploy.supervisor.backoff import BackoffPolicy
from plures.deploy.supervisor.supervisor import Supervisor, SupervisorOptions
from plures.topology import Process, Topology, check
from tests.integration.deploy.support import Journal

APP = "greeting_app:app"
ALL = Topology("all", (Process("main", ("*",), edge=True),))
CLERK = Topology("clerk", (Process("office", ("clerk",)), Process("main", ("*",), edge=True)))
APART = Topology(
    "apart",
    (Process("office", ("clerk",)), Process("desk", ("greeter",)), Process("main", (), edge=True)),
)


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parent)


class Run:
    def __init__(self, processes: RunningProcesses, http: httpx.AsyncClient) -> None:
        self.processes, self._http = processes, http
        facts = assemble(load(APP)).facts
        self._facts, self.applied = facts, processes.changing(check(ALL, facts), facts)
        self.answers: list[str] = []
        self._asking: list[asyncio.Task[None]] = []
        self._is_over = False

    async def apply(self, topology: Topology) -> list[str]:
        said: list[str] = []
        await self.applied.apply(check(topology, self._facts), said.append)
        return said

    async def ask(self, path: str = "Ada") -> list[str]:
        answer = await self._http.get(f"{self.processes.public_url}/{path}")
        assert answer.status_code == 200, answer.text
        self.answers.append(answer.text.split()[3])
        # Number, clerk, greeter, edge.
        return answer.text.split()[3:]

    async def answers_now(self) -> bool:
        """Whether the edge reaches the clerk, who is asked for a name that is not entered."""
        return (await self._http.get(f"{self.processes.public_url}/")).status_code != 503

    @asynccontextmanager
    async def asked(self) -> AsyncGenerator[None]:
        """Visitors come all the time while the context lasts."""

        async def keep_asking() -> None:
            while not self._is_over:
                await self.ask()

        asking = [asyncio.create_task(keep_asking()) for _ in range(3)]
        try:
            yield
        finally:
            self._is_over = True
            await asyncio.gather(*asking)


@asynccontextmanager
async def run_all(data: Path, http: httpx.AsyncClient, journal: Journal) -> AsyncGenerator[Run]:
    options = SupervisorOptions(backoff=BackoffPolicy(first_s=0.05, most_s=0.5))
    async with local_processes(ALL, APP, data=data, lines=journal, options=options) as processes:
        yield Run(processes, http)


async def started_again(run: Run, before: set[int]) -> None:
    """All answer and know where the others do, and none of them is one of those before."""
    processes = run.processes
    while before & set(processes.pids.values()) or not all(processes.endpoints.values()):  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0.05)
    while not await run.answers_now():  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0.05)


async def test_apart_and_together_again_while_visitors_come(
    tmp_path: Path, http: httpx.AsyncClient, journal: Journal
) -> None:
    async with run_all(tmp_path, http, journal) as run:
        async with run.asked():
            assert await run.apply(APART) == [
                "clerk is in office now, and no longer in main",
                "greeter is in desk now, and no longer in main",
            ]
            clerk, greeter, edge = (await run.ask())[1:]
            assert len({clerk, greeter, edge}) == 3
            assert {int(clerk), int(greeter), int(edge)} == set(run.processes.pids.values())
            assert len(await run.apply(ALL)) == 2
        assert set((await run.ask())[1:]) == {edge}
        assert list(run.processes.pids) == ["main.1"]
    # Each was entered once, into one file.
    assert sorted(map(int, run.answers)) == list(range(1, len(run.answers) + 1))


async def test_a_call_under_way_ends_where_it_began(tmp_path: Path, http: httpx.AsyncClient, journal: Journal) -> None:
    async with run_all(tmp_path, http, journal) as run:
        slow = asyncio.create_task(run.ask("0.5/Ada"))
        await run.apply(CLERK)
        assert (await slow)[0] == "1"
        assert (await run.ask())[0] == "2"


async def test_what_cannot_start_elsewhere_stays(tmp_path: Path, http: httpx.AsyncClient, journal: Journal) -> None:
    async with run_all(tmp_path, http, journal) as run:
        before = await run.ask()
        turn = Supervisor.turn

        async def failing(self: Supervisor, process: str) -> None:
            if "clerk" in self.plan.processes[process].capabilities and process == "office":
                raise ReplicaDied("office.1", "exited with status 1")
            await turn(self, process)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Supervisor, "turn", failing)
            with pytest.raises(ReplicaDied):
                await run.apply(CLERK)
            assert run.applied.topology.homes["clerk"] == "main"
        assert (await run.ask())[1:] == before[1:]
        assert await run.apply(CLERK) == ["clerk is in office now, and no longer in main"]
        assert (await run.ask())[0] == "3"


async def test_what_dies_later_starts_again_as_what_it_became(
    tmp_path: Path, http: httpx.AsyncClient, journal: Journal
) -> None:
    async with run_all(tmp_path, http, journal) as run:
        await run.apply(CLERK)
        before = await run.ask()
        killed = set(run.processes.pids.values())
        run.processes.kill("office")
        run.processes.kill("main")
        await started_again(run, killed)
        after = await run.ask()
        assert after[0] == "2"
        assert not set(before[1:]) & set(after[1:])
        await run.processes.restart("office")
        assert (await run.ask())[0] == "3"
