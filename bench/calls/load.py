"""Closed-loop load on one call: one call in flight for latency, many for throughput."""

import asyncio
import gc
import os
from time import perf_counter, perf_counter_ns

from bench.accounting import cpu_s
from bench.calls.rival import Call
from bench.samples import percentile


async def latency(call: Call, *, seconds: float) -> dict[str, float]:
    """p50 and p99 in microseconds, with one call in flight."""
    await _for(seconds / 4, call)
    samples: list[float] = []
    gc.collect()
    end = perf_counter() + seconds
    while perf_counter() < end:
        began = perf_counter_ns()
        await call()
        samples.append((perf_counter_ns() - began) / 1_000)
    return {"p50_us": percentile(samples, 0.50), "p99_us": percentile(samples, 0.99)}


async def throughput(call: Call, *, in_flight: int, seconds: float, server: int) -> dict[str, float]:
    """Calls per second of ``in_flight`` callers, who each wait for their answer before they ask again.

    It also gives the processor time of a call, in microseconds, in this process and in the process ``server``.
    """
    await _many(call, in_flight, seconds / 4)
    gc.collect()
    sides = (os.getpid(), server)
    began, before = perf_counter(), [cpu_s([side]) for side in sides]
    done = await _many(call, in_flight, seconds)
    passed, after = perf_counter() - began, [cpu_s([side]) for side in sides]
    client_us, server_us = ((end - start) / done * 1e6 for start, end in zip(before, after, strict=True))
    return {"calls_per_s": done / passed, "client_cpu_us": client_us, "server_cpu_us": server_us}


async def _many(call: Call, in_flight: int, seconds: float) -> int:
    return sum(await asyncio.gather(*(_for(seconds, call) for _ in range(in_flight))))


async def _for(seconds: float, call: Call) -> int:
    done, end = 0, perf_counter() + seconds
    while perf_counter() < end:
        await call()
        done += 1
    return done
