"""Replicas that start in no time, so that a test can kill many: each is forked from a process that has imported everything.

They are hosted and served as in production. Their waits are short, and their sockets stay open while they are dead, as under the supervisor.
"""

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from socket import socket
from typing import Any, TypeVar

import asyncpg  # type: ignore[import-untyped]
from typing_extensions import TypeForm

from plures.application import Assembly, assemble, load
from plures.deploy import ListenAddress, ServedHost, listen
from plures.events import Pace, Relay
from plures.host import Host, Placement
from plures.topology import PlacedTelemetry, Process, Replicas, TelemetrySettings, Topology, check
from tests.dying import die

T = TypeVar("T")
PACE = Pace(
    retry_first_s=0.01,
    retry_most_s=0.1,
    attempts=10_000,
    unreachable_first_s=0.01,
    unreachable_most_s=0.1,
    position_s=0.02,
    look_s=0.05,
    lease_s=0.3,
)
_AT_START = 0.1
_FORKING = get_context("forkserver")
_FORKING.set_forkserver_preload(["asyncpg", "tests.fleet", "marketplace.app"])


@dataclass(frozen=True)
class Replica:
    """What a process is told.

    Attributes:
        dies: At which step, as `tests.dying` names it; empty for never.
    """

    application: str
    placement: Placement
    socket: socket
    url: str
    ready: Connection
    dies: str = ""


class Fleet:
    """The replicas of an application, by names like `inventory.2`.

    Args:
        keeps: Whether they keep traces, each second, in the data folder.

    Attributes:
        kills: So many were killed, by SIGKILL.
    """

    def __init__(self, application: str, topology: Topology, data: Path, *, keeps: bool = False) -> None:
        self.kills = 0
        self._keeps = keeps
        self._application = application
        self._assembly: Assembly = assemble(load(application))
        self._resolved = check(topology, self._assembly.facts)
        self._data = data
        self._listening = {
            f"{name}.{number}": listen(ListenAddress(port=0))
            for name, process in self._resolved.processes.items()
            for number in range(1, process.replicas.min + 1)
        }
        self._processes: dict[str, Any] = {}
        self._ready: dict[str, Connection] = {}
        self._client = Host(self._assembly, Placement(frozenset(), edge=False, data=data, endpoints=self._homes()))

    @property
    def replicas(self) -> Sequence[str]:
        return tuple(self._listening)

    def client(self, contract: TypeForm[T]) -> T:
        python: Any = contract
        client: T = self._client.client(python)
        return client

    def kill(self, replica: str, *, dies: str = "") -> None:
        """SIGKILL; another process takes its place at once."""
        self._processes[replica].kill()
        self.ended(replica, dies=dies)

    def ended(self, replica: str, *, dies: str = "") -> None:
        """Count one that was killed, or has killed itself, and replace it."""
        process = self._processes[replica]
        process.join(60)
        assert process.exitcode == -signal.SIGKILL, (replica, process.exitcode)
        process.close()
        self._ready[replica].close()
        self.kills += 1
        self._start(replica, dies)

    def check(self) -> None:
        """Fail where a replica has ended by itself. What it has written says why."""
        ended = {replica: process.exitcode for replica, process in self._processes.items()}
        assert {replica: code for replica, code in ended.items() if code not in (None, -signal.SIGKILL)} == {}

    def pid(self, replica: str) -> int:
        return int(self._processes[replica].pid)

    @asynccontextmanager
    async def frozen(self, replica: str) -> AsyncIterator[None]:
        """Stop its process meanwhile, by SIGSTOP: its sockets take connections, and it answers nothing."""
        process = self._processes[replica]
        os.kill(process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            # Not one that took its place.
            if self._processes[replica] is process:
                os.kill(process.pid, signal.SIGCONT)

    async def until_ready(self, replica: str) -> None:
        async with asyncio.timeout(60):
            while not self._ready[replica].poll():
                self.check()
                await asyncio.sleep(0.005)

    async def until_dead(self, replica: str) -> None:
        async with asyncio.timeout(60):
            while self._processes[replica].is_alive():  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.005)

    async def start(self) -> None:
        for replica in self._listening:
            self._start(replica)
        await self._client.start()

    async def stop(self) -> None:
        for process in self._processes.values():
            process.kill()
        for process in self._processes.values():
            process.join(60)
            process.close()
        for ready in self._ready.values():
            ready.close()
        await self._client.stop()
        for listening in self._listening.values():
            listening.close()

    def _start(self, replica: str, dies: str = "") -> None:
        process = self._resolved.processes[replica.partition(".")[0]]
        hosted = frozenset(process.capabilities)
        elsewhere = {name: urls for name, urls in self._homes().items() if name not in hosted}
        name, _, number = replica.partition(".")
        placement = Placement(
            hosted,
            edge=False,
            data=self._data,
            endpoints=elsewhere,
            databases=process.databases,
            broker=process.broker,
            telemetry=PlacedTelemetry(self._data, name, int(number), TelemetrySettings()) if self._keeps else None,
        )
        listening = self._listening[replica]
        self._ready[replica], ready = _FORKING.Pipe(duplex=False)
        told = Replica(self._application, placement, listening.socket, listening.url, ready, dies)
        self._processes[replica] = _FORKING.Process(target=serve, args=(told,), name=replica, daemon=True)
        self._processes[replica].start()
        ready.close()

    def _homes(self) -> Mapping[str, tuple[str, ...]]:
        return {
            capability: tuple(self._listening[f"{name}.{number}"].url for number in range(1, process.replicas.min + 1))
            for name, process in self._resolved.processes.items()
            for capability in process.capabilities
        }


@asynccontextmanager
async def fleet(application: str, topology: Topology, data: Path, *, keeps: bool = False) -> AsyncIterator[Fleet]:
    started = Fleet(application, topology, data, keeps=keeps)
    try:
        await started.start()
        yield started
    finally:
        await started.stop()


async def kill_at_random(some: Fleet, victims: Sequence[str], kills: int, random: Random, longest_s: float) -> None:
    """Kill one after the other: now and then one that starts, else one that has been at work for a moment."""
    while some.kills < kills:
        victim = random.choice(victims)
        if random.random() < _AT_START:
            await asyncio.sleep(random.uniform(0, longest_s))
        else:
            await some.until_ready(victim)
            await asyncio.sleep(random.uniform(0, longest_s))
        some.check()
        some.kill(victim)
    for replica in some.replicas:
        await some.until_ready(replica)
    some.check()


def in_groups(groups: Mapping[str, Sequence[str]], replicas: int = 1, **options: Any) -> Topology:
    processes = [Process(name, tuple(each), Replicas(replicas, replicas)) for name, each in groups.items()]
    return Topology("fleet", tuple(processes), **options)


class Keeper:
    """Looks into the databases of capabilities, and changes them behind their backs."""

    def __init__(self, topology: Topology, data: Path) -> None:
        self._storage = topology.storage
        self._data = data

    async def has(self, capability: str, query: str) -> bool:
        """Whether the first value of the first row is true."""
        return bool((await self.rows(capability, query))[0][0])

    async def rows(self, capability: str, statement: str) -> list[tuple[Any, ...]]:
        if not self._storage.servers:
            with closing(sqlite3.connect(self._data / f"{capability}.sqlite3")) as connection, connection:
                return connection.execute(statement).fetchall()
        url = self._storage.servers[self._storage.default].url.replace("//", "//postgres:@", 1)
        connection = await asyncpg.connect(url, server_settings={"search_path": capability})
        try:
            return [tuple(row) for row in await connection.fetch(statement)]
        finally:
            await connection.close()


def serve(told: Replica) -> None:
    """Be a replica, until the test is over."""
    asyncio.run(_serve(told))


async def _serve(told: Replica) -> None:
    parent = parent_process()
    assert parent is not None
    asyncio.get_running_loop().add_reader(parent.sentinel, lambda: os._exit(0))
    Relay.__init__.__kwdefaults__["pace"] = PACE
    if told.dies:
        die(told.dies)
    host = Host(assemble(load(told.application)), told.placement)
    told.socket.setblocking(False)
    listening = listen(ListenAddress(port=0))
    listening.close()
    served = ServedHost(host, type(listening)(told.socket, told.url), None, 5.0)
    await served.start()
    told.ready.send(True)
    await asyncio.Event().wait()
