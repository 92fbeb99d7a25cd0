"""Measures one subject in a process of its own: ``python -m bench.sagas.worker SUBJECT KIND STORE SAGAS IDLE_S``.

It prints its figures as a line of JSON. A server of PostgreSQL is started afresh, and its processor time is counted apart.
"""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import cast
from uuid import uuid4

import msgspec

from bench.accounting import cpu_s, tree
from bench.postgres import connect, served
from bench.processes import run_worker
from bench.sagas.subject import OWNER, TOGETHER, Caller, Kind, Store, Subject
from bench.samples import percentile
from plures.data import Server

_SUBJECTS = {
    "Plures": "bench.sagas.ours:plures",
    "DBOS, async": "bench.sagas.dbos_rival:in_tasks",
    "DBOS, threads": "bench.sagas.dbos_rival:in_own_threads",
}
# Half of ours write, the other half read.
_CONNECTIONS = 2 * TOGETHER


async def measure(name: str, kind: Kind, store: Store, sagas: int, idle_s: float) -> None:
    """Print the figures of one subject."""
    module, _, function = _SUBJECTS[name].partition(":")
    subject = cast("Subject", getattr(import_module(module), function))
    with TemporaryDirectory() as folder:
        async with _place(store, Path(folder)) as (place, server), subject(kind, place) as call:
            # Code and caches are warm, connections are open.
            await _together(call, max(sagas // 4, 1))
            figures = await _singly(call, sagas, server) | await _together(call, sagas)
            await asyncio.sleep(min(idle_s, 2.0))
            before = cpu_s([os.getpid()])
            await asyncio.sleep(idle_s)
            figures["idle_ms"] = (cpu_s([os.getpid()]) - before) / idle_s * 1e3
    print(msgspec.json.encode(figures).decode())


async def _singly(call: Caller, sagas: int, server: int) -> dict[str, float]:
    """One after the other."""
    ours, theirs = cpu_s([os.getpid()]), cpu_s(_processes(server))
    samples = await call(_ids(sagas))
    return {
        "p50_ms": percentile(samples, 0.5) * 1e3,
        "p99_ms": percentile(samples, 0.99) * 1e3,
        "cpu_ms": (cpu_s([os.getpid()]) - ours) / sagas * 1e3,
        "server_cpu_ms": (cpu_s(_processes(server)) - theirs) / sagas * 1e3,
    }


async def _together(call: Caller, sagas: int) -> dict[str, float]:
    """By many callers at once."""
    callers = min(sagas, TOGETHER)
    began, cpu = perf_counter(), cpu_s([os.getpid()])
    done = sum(map(len, await asyncio.gather(*(call(_ids(sagas // callers)) for _ in range(callers)))))
    return {"per_s": done / (perf_counter() - began), "cpu_together_ms": (cpu_s([os.getpid()]) - cpu) / done * 1e3}


def _ids(number: int) -> list[str]:
    return [str(uuid4()) for _ in range(number)]


def _processes(server: int) -> list[int]:
    return tree([server]) if server else []


@asynccontextmanager
async def _place(store: Store, folder: Path) -> AsyncGenerator[tuple[Path | Server, int]]:
    """Where the data lies, and the process of the server, or 0."""
    if store is Store.SQLITE:
        yield folder, 0
        return
    async with served(folder, most_connections=_CONNECTIONS) as server:
        connection = await connect(server.url)
        # A capability refuses to be a superuser; DBOS does not.
        await connection.execute(f"CREATE ROLE {OWNER} LOGIN; CREATE SCHEMA {OWNER} AUTHORIZATION {OWNER}")
        await connection.close()
        yield server, int((folder / "postmaster.pid").read_text().split()[0])


if __name__ == "__main__":
    subject, kind, store, sagas, idle_s = sys.argv[1:]
    run_worker(None, measure(subject, Kind(kind), Store(store), int(sagas), float(idle_s)))
