"""One of two replicas is stopped by SIGSTOP: which calls wait, and how many after one second."""

import os
import signal
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from bench.calls.answer import LIMIT, TEXT
from bench.calls.contract import Search, app
from bench.shop.traffic.open_loop import drive
from plures.application import assemble
from plures.deploy import local_processes
from plures.host import Host, Placement
from plures.load import arrivals
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
            endpoints, access = running.endpoints, running.access
            placement = Placement(frozenset(), edge=False, data=Path(data), endpoints=endpoints, access=access)
            caller = Host(assembly, placement)
            await caller.start()
            search: Search = caller.client(Search)
            for _ in range(200):
                await search.find(TEXT, LIMIT)
            stopped = running.pids["search.1"]
            os.kill(stopped, signal.SIGSTOP)
            try:
                due = arrivals({"find": 1}, per_s=_PER_S, seconds=seconds, random=Random(1))
                seen = (await drive(due, lambda _: search.find(TEXT, LIMIT))).seen
            finally:
                os.kill(stopped, signal.SIGCONT)
            await caller.stop()
    late = [each.took_s for each in seen if each.due_s > 1]
    return {
        "calls": float(len(seen)),
        "failed %": 100 * sum(not each.is_fine for each in seen) / len(seen),
        "over 50 ms in the first second %": _slow([each.took_s for each in seen if each.due_s <= 1]),
        "over 50 ms after it %": _slow(late),
        "longest s": max(each.took_s for each in seen),
    }


def _slow(times: Sequence[float]) -> float:
    return 100 * sum(each > _WITHIN_S for each in times) / len(times)
