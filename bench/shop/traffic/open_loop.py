"""An open-loop load: each request starts when it is due, even if earlier ones still wait. Latency counts from then."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from time import perf_counter

from bench.samples import percentile
from bench.shop.traffic.arrivals import Arrival

Send = Callable[[str], Awaitable[None]]


class Observations:
    """Failures, and latencies in milliseconds for each page, from the time at which a request was due."""

    def __init__(self) -> None:
        self.latencies_ms: dict[str, list[float]] = {}
        self.failures: list[str] = []

    @property
    def done(self) -> int:
        return sum(map(len, self.latencies_ms.values()))

    def figures(self) -> dict[str, float]:
        """Percentiles over all pages, and how many requests failed."""
        samples = [sample for page in self.latencies_ms.values() for sample in page]
        if not samples:
            raise NothingAnswered(self.failures[:3])
        return {
            "requests": float(self.done),
            "failures": float(len(self.failures)),
            "p50_ms": percentile(samples, 0.50),
            "p99_ms": percentile(samples, 0.99),
        }


class NothingAnswered(Exception):
    """Not one request of a load succeeded."""


async def drive(arrivals: Iterable[Arrival], send: Send) -> Observations:
    """Send each request when it is due, and wait for all answers."""
    seen = Observations()
    began = perf_counter()
    async with asyncio.TaskGroup() as group:
        for arrival in arrivals:
            wait = began + arrival.due_s - perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            group.create_task(_one(arrival, began + arrival.due_s, send, seen))
    return seen


async def _one(arrival: Arrival, intended: float, send: Send, seen: Observations) -> None:
    try:
        await send(arrival.page)
    except Exception as problem:  # noqa: BLE001 - a failure is a result here
        seen.failures.append(f"{arrival.page}: {problem}")
    else:
        seen.latencies_ms.setdefault(arrival.page, []).append((perf_counter() - intended) * 1_000)
