"""One of two replicas is stopped by SIGSTOP: which calls wait, and how many after one second."""

import asyncio
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.calls.answer import LIMIT, TEXT
from bench.calls.contract import Search, app
from plures.application import assemble
from plures.deploy import local_processes
from plures.host import Host, Placement
from plures.topology import Process, Replicas, Topology

_PER_S = 200.0
_WITHIN_S = 0.05


class _Silent:
    def write(self, source: str, line: str) -> None:
        """What replicas say is not measured."""


async def waits(seconds: float) -> dict[str, float]:
    """Shares of calls, in per cent."""
    assembly = assemble(app)
    topology = Topology("two", (Process("search", ("search",), Replicas(2, 2)),))
    with TemporaryDirectory() as data:
        async with local_processes(topology, "bench.calls.contract:app", data=Path(data), lines=_Silent()) as running:
            placement = Placement(frozenset(), edge=False, data=Path(data), endpoints=running.endpoints)
            caller = Host(assembly, placement)
            await caller.start()
            search: Search = caller.client(Search)
            for _ in range(200):
                await search.find(TEXT, LIMIT)
            stopped = running.pids["search.1"]
            os.kill(stopped, signal.SIGSTOP)
            try:
                seen = await _drive(search, seconds)
            finally:
                os.kill(stopped, signal.SIGCONT)
            await caller.stop()
    late = [took_s for due_s, took_s, _ in seen if due_s > 1]
    return {
        "calls": float(len(seen)),
        "failed %": 100 * sum(not is_fine for _, _, is_fine in seen) / len(seen),
        "over 50 ms in the first second %": _slow([took_s for due_s, took_s, _ in seen if due_s <= 1]),
        "over 50 ms after it %": _slow(late),
        "longest s": max(took_s for _, took_s, _ in seen),
    }


def _slow(times: Sequence[float]) -> float:
    return 100 * sum(each > _WITHIN_S for each in times) / len(times)


async def _drive(search: Search, seconds: float) -> list[tuple[float, float, bool]]:
    """Calls as they come, whether earlier ones are answered or not: when each was due, how long it took, whether it was answered."""
    seen: list[tuple[float, float, bool]] = []
    random, began, due_s = Random(1), perf_counter(), 0.0

    async def one(due_s: float) -> None:
        is_fine = True
        try:
            await search.find(TEXT, LIMIT)
        except Exception:  # noqa: BLE001 - a failure is a result here
            is_fine = False
        seen.append((due_s, perf_counter() - began - due_s, is_fine))

    async with asyncio.TaskGroup() as group:
        while due_s < seconds:
            await asyncio.sleep(max(0.0, began + due_s - perf_counter()))
            group.create_task(one(due_s))
            due_s += random.expovariate(_PER_S)
    return seen
