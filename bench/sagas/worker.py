"""Measures one subject in a process of its own: ``python -m bench.sagas.worker SUBJECT KIND SAGAS IDLE_S [URL PID]``.

It prints its figures as a line of JSON. On the server of PostgreSQL with this URL it makes a database for itself; the processor time of the
server, which has this process id, is counted apart. Without a server it uses SQLite.
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
from bench.postgres import connect
from bench.processes import run_worker
from bench.sagas.subject import OWNER, TOGETHER, Caller, Kind, Subject
from bench.samples import percentile
from plures.data import Server

_SUBJECTS = {
    "Plures": "bench.sagas.ours:plures",
    "DBOS, async": "bench.sagas.dbos_rival:in_tasks",
    "DBOS, threads": "bench.sagas.dbos_rival:in_own_threads",
}
Served = tuple[str, int]
"""The URL of a server, and its process; empty and 0 for SQLite."""
# Half of ours write, the other half read.
_CONNECTIONS = 2 * TOGETHER


async def measure(name: str, kind: Kind, sagas: int, idle_s: float, served: Served) -> None:
    """Print the figures of one subject."""
    url, server = served
    module, _, function = _SUBJECTS[name].partition(":")
    subject = cast("Subject", getattr(import_module(module), function))
    with TemporaryDirectory() as folder:
        async with _place(Path(folder), url) as place, subject(kind, place) as call:
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
async def _place(folder: Path, url: str) -> AsyncGenerator[Path | Server]:
    """Where the data lies."""
    if not url:
        yield folder
        return
    name = f"bench_{uuid4().hex}"
    await _run(url, f"CREATE DATABASE {name}")
    own = url.replace("/postgres?", f"/{name}?")
    await _run(own, f"CREATE SCHEMA {OWNER} AUTHORIZATION {OWNER}")
    yield Server(own, OWNER, _CONNECTIONS)
    await _run(url, f"DROP DATABASE {name} WITH (FORCE)")


async def _run(url: str, statement: str) -> None:
    connection = await connect(url)
    await connection.execute(statement)
    await connection.close()


if __name__ == "__main__":
    subject, kind, sagas, idle_s, *on_server = sys.argv[1:]
    url, pid = on_server or ("", "0")
    run_worker(None, measure(subject, Kind(kind), int(sagas), float(idle_s), (url, int(pid))))
