"""A call within one process, compared with awaiting the method: ``python -m bench.calls.in_process CALLS``.

It measures both in turn, many times, in one task, with the garbage collector on; each figure is the median.
"""

import gc
import sys
from collections.abc import Awaitable, Callable
from statistics import median
from time import monotonic, perf_counter_ns

import msgspec

from bench.calls.answer import LIMIT, TEXT
from bench.calls.contract import Findings, Search, SearchService, app
from bench.calls.rivals.plures_remote import placed
from bench.processes import CLIENT_CORE, run_worker
from plures.application import assemble
from plures.host import Host
from plures.runtime import CallContext, current

_BATCH = 2_000
_ROOT_DEADLINE_S = 60.0


async def measure(calls: int) -> None:
    """Print the nanoseconds of a direct await and of a call, as a line of JSON."""
    replica = Host(assemble(app), placed("search"))
    await replica.start()
    # Except in scripts, a call is always part of a request that an edge or another service answers.
    current.set(CallContext(monotonic() + _ROOT_DEADLINE_S, 0))
    service, client = SearchService(), replica.client(Search)
    assert await client.find(TEXT, LIMIT) is await service.find(TEXT, LIMIT)
    direct, plures = await _compare(service.find, client.find, batches=calls // _BATCH)
    await replica.stop()
    figures = {"call_ns": direct, "over_direct_ns": 0.0}, {"call_ns": plures, "over_direct_ns": plures - direct}
    print(msgspec.json.encode(figures).decode())


async def _compare(
    one: Callable[..., Awaitable[Findings]], other: Callable[..., Awaitable[Findings]], *, batches: int
) -> tuple[float, float]:
    for warm in (one, other):
        await _batch_ns(warm)
    gc.collect()
    times = [(await _batch_ns(one), await _batch_ns(other)) for _ in range(batches)]
    return median(first for first, _ in times), median(second for _, second in times)


async def _batch_ns(find: Callable[..., Awaitable[Findings]]) -> float:
    began = perf_counter_ns()
    for _ in range(_BATCH):
        await find(TEXT, LIMIT)
    return (perf_counter_ns() - began) / _BATCH


if __name__ == "__main__":
    run_worker(CLIENT_CORE, measure(int(sys.argv[1])))
