"""Replicas that are forked from a process which has imported the application, against those that are started anew."""

import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from plures.application import assemble, load
from plures.deploy.errors import ReplicaFailed
from plures.deploy.supervisor.backoff import BackoffPolicy
from plures.deploy.supervisor.local_processes import RunningProcesses, running
from plures.deploy.supervisor.supervisor import Supervisor, SupervisorOptions
from plures.topology import Address, Process, Replicas, Settings, Topology, check, make_plan
from tests.access import shown

from .support import Journal, alive, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="replicas are forked on Linux alone")

CODE = '''
import os
import random
from typing import Protocol
from plures import Application, Capability, Message, contract, query

WORD = "first"
print("imported by", os.getpid(), flush=True)


class Told(Message):
    word: str
    pid: int
    chance: float
    color: str
    session: bool
    called: str


@contract("kin.left.v1", owner="tests")
class Left(Protocol):
    """Tells."""
    @query(deadline_s=30, criticality="critical")
    async def tell(self) -> Told: ...


@contract("kin.right.v1", owner="tests")
class Right(Protocol):
    """Tells."""
    @query(deadline_s=30, criticality="critical")
    async def tell(self) -> Told: ...


class Service:
    async def tell(self) -> Told:
        pid = os.getpid()
        with open("/proc/self/comm") as comm:
            called = comm.read().strip()
        return Told(
            word=WORD, pid=pid, chance=random.random(), color=os.environ.get("COLOR", ""),
            session=os.getsid(0) == pid, called=called,
        )


app = Application("kin", [Capability(Left, Service), Capability(Right, Service)])
'''
PAIR = Topology("pair", (Process("left", ("left",)), Process("right", ("right",))))


class Kin:
    def __init__(self, processes: RunningProcesses, module: Path, http: httpx.AsyncClient, journal: Journal) -> None:
        self.processes, self.module, self.journal, self._http = processes, module, journal, http

    async def told(self, capability: str) -> dict[str, Any]:
        (url,) = self.processes.endpoints[capability]
        answer = await self._http.post(
            f"{url}/kin.{capability}.v1.{capability.title()}/Tell", json={}, headers=shown(self.processes.tokens[url])
        )
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    @property
    def imports(self) -> dict[int, str]:
        """Process that has imported the application → under which name the log says so."""
        lines = [(source, line) for source, line in self.journal.lines if line.startswith("imported by")]
        return {int(line.split()[-1]): source for source, line in lines}

    async def killed(self, capability: str) -> None:
        """Kill the replica, and wait for the next one."""
        name = f"{capability}.1"
        dead = self.processes.pids[name]
        self.processes.kill(capability)
        await until(lambda: self.processes.pids.get(name, dead) != dead and bool(self.processes.endpoints[capability]))


@asynccontextmanager
async def run(
    folder: Path,
    http: httpx.AsyncClient,
    topology: Topology = PAIR,
    *,
    preload: bool = True,
    code: str = CODE,
    breaks: str = "",
    options: SupervisorOptions | None = None,
) -> AsyncGenerator[Kin]:
    """Run the application.

    Args:
        breaks: What its module says from the moment on at which the test has read it.
    """
    # No two tests have a module of the same name.
    module = folder / f"kin_{folder.name.replace('-', '_')}.py"
    module.write_text(code)
    journal = Journal(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        facts = assemble(load(f"{module.stem}:app")).facts
        if breaks:
            module.write_text(breaks)
        anywhere = Address("127.0.0.1", 0)
        settings = Settings(f"{module.stem}:app", folder / "data", anywhere, anywhere, {}, preload=preload)
        options = replace(options or SupervisorOptions(), backoff=BackoffPolicy(first_s=0.05, most_s=0.5))
        supervisor = Supervisor(make_plan(check(topology, facts), facts), settings, options, journal)
        async with running(supervisor) as processes:
            yield Kin(processes, module, http, journal)


async def test_one_import_for_all_and_each_a_process_of_its_own(tmp_path: Path, http: httpx.AsyncClient) -> None:
    async with run(tmp_path, http) as kin:
        left, right = await kin.told("left"), await kin.told("right")
        ((preloaded, source),) = kin.imports.items()
        assert source == "plures"
        assert preloaded not in {left["pid"], right["pid"], os.getpid()}
        assert {parent(left["pid"]), parent(right["pid"])} == {preloaded}
        assert (left["session"], right["session"]) == (True, True)
        assert (left["called"], right["called"]) == ("left.1", "right.1")
        # Generators that all processes had from one would give the same.
        assert left["chance"] != right["chance"]
        await kin.killed("left")
        assert "was killed by SIGKILL unexpectedly" in kin.journal.of("left.1")
        assert parent((await kin.told("left"))["pid"]) == preloaded
    assert not alive(preloaded)


async def test_replicas_outlive_what_they_were_forked_from(tmp_path: Path, http: httpx.AsyncClient) -> None:
    async with run(tmp_path, http) as kin:
        before = await kin.told("left"), await kin.told("right")
        (preloaded,) = kin.imports
        os.kill(preloaded, signal.SIGKILL)
        await until(
            lambda: any("replicas are forked from was killed by SIGKILL" in x for x in kin.journal.of("plures"))
        )
        assert [(await kin.told(it))["pid"] for it in ("left", "right")] == [it["pid"] for it in before]
        await kin.killed("left")
        # How it ended is known to its parent alone.
        assert "ended unexpectedly" in kin.journal.of("left.1")
        ended, now = preloaded, await kin.told("left")
        assert {parent(now["pid"]), ended} == kin.imports.keys()
        assert (await kin.told("right"))["pid"] == before[1]["pid"]
    assert not any(map(alive, kin.imports))


async def test_what_starts_runs_the_code_that_is_there(tmp_path: Path, http: httpx.AsyncClient) -> None:
    async with run(tmp_path, http) as kin:
        kin.module.write_text(CODE.replace('"first"', '"second"'))
        await kin.killed("left")
        assert [(await kin.told(it))["word"] for it in ("left", "right")] == ["second", "first"]
        assert len(kin.imports) == 2
        # A person who asks for it may mean files that modules have read.
        await kin.processes.restart("right")
        assert (await kin.told("right"))["word"] == "second"
        assert len(kin.imports) == 3
        first, *_, last = kin.imports
        # Nothing is left of those that no replica is of.
        await until(lambda: not alive(first))
        assert alive(last)


async def test_an_application_that_may_not_be_shared_is_imported_by_each_replica(
    tmp_path: Path, http: httpx.AsyncClient
) -> None:
    thread = "import threading\nthreading.Thread(target=threading.Event().wait, name='poll', daemon=True).start()\n"
    async with run(tmp_path, http, code=f"{CODE}{thread}") as kin:
        pids = {(await kin.told(it))["pid"] for it in ("left", "right")}
        assert pids < kin.imports.keys()
        (said,) = [line for line in kin.journal.of("plures") if "preloaded" in line]
        assert said.startswith("the application is not preloaded: its import leaves a thread (poll) behind")


async def test_unless_the_application_allows_it_only_plures_is_shared(tmp_path: Path, http: httpx.AsyncClient) -> None:
    red = Process("red", ("left",), environment={"COLOR": "red"})
    pair = Topology("odd", (red, Process("right", ("right",), replicas=Replicas(2, 2))))
    async with run(tmp_path, http, pair, preload=False) as kin:
        pids = kin.processes.pids
        assert kin.imports == {pid: name for name, pid in pids.items()}
        # One alone in its environment shares nothing.
        assert parent(pids["red.1"]) == os.getpid()
        assert (await kin.told("left"))["color"] == "red"
        assert parent(pids["right.1"]) == parent(pids["right.2"]) != os.getpid()


async def test_an_import_that_fails_is_told_as_ever(tmp_path: Path, http: httpx.AsyncClient) -> None:
    with pytest.raises(ReplicaFailed) as failed:
        async with run(tmp_path, http, breaks="x = 1\nraise RuntimeError('no depot')\n"):
            pass
    assert failed.value.reason == "application.not_loaded"
    assert failed.value.why.endswith(f"{tmp_path.name.replace('-', '_')}.py, line 2: RuntimeError: no depot")


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
