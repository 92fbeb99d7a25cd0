"""An open-loop load: each request starts when it is due, even if earlier ones still wait. Latency counts from then."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

from bench.samples import percentile
from bench.shop.traffic.arrivals import Arrival

Send = Callable[[str], Awaitable[object]]


@dataclass(frozen=True)
class Seen:
    """One request.

    Attributes:
        due_s: When it was due, in seconds after the start.
        took_s: How long it took from then on.
        problem: Why it failed; empty where it did not.
    """

    page: str
    due_s: float
    took_s: float
    problem: str = ""

    @property
    def is_fine(self) -> bool:
        return not self.problem


class Observations:
    """All requests of a load."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []

    @property
    def latencies_ms(self) -> Mapping[str, Sequence[float]]:
        """Of those that were answered, by page."""
        found: dict[str, list[float]] = {}
        for each in self.seen:
            if each.is_fine:
                found.setdefault(each.page, []).append(each.took_s * 1_000)
        return found

    @property
    def failures(self) -> Sequence[str]:
        return [f"{each.page}: {each.problem}" for each in self.seen if not each.is_fine]

    def figures(self) -> dict[str, float]:
        """Percentiles over all pages, and how many requests failed."""
        samples = [each.took_s * 1_000 for each in self.seen if each.is_fine]
        if not samples:
            raise NothingAnswered(self.failures[:3])
        return {
            "requests": float(len(samples)),
            "failures": float(len(self.seen) - len(samples)),
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
            group.create_task(_one(arrival, began, send, seen))
    return seen


async def _one(arrival: Arrival, began: float, send: Send, seen: Observations) -> None:
    problem = ""
    try:
        await send(arrival.page)
    except Exception as error:  # noqa: BLE001 - a failure is a result here
        problem = str(error) or type(error).__name__
    seen.seen.append(Seen(arrival.page, arrival.due_s, perf_counter() - began - arrival.due_s, problem))
