"""An open-loop load as `plures load` drives it, in which each request is kept, and none is left out."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from time import perf_counter

import plures.load
from bench.samples import percentile
from plures.load import Arrival, Bounds

Send = Callable[[str], Awaitable[object]]

_UNBOUNDED = Bounds(in_flight=1_000_000, late_s=inf, drain_s=600)


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


class NeverAnswered(Exception):
    """A request has neither an answer nor an error."""


async def drive(due: Iterable[Arrival[str]], send: Send) -> Observations:
    """Send each request when it is due, and wait for all answers. Latency counts from when it was due."""
    seen = Observations()

    async def one(arrival: Arrival[str], due_at: float) -> None:
        problem = ""
        try:
            await send(arrival.what)
        except Exception as error:  # noqa: BLE001 - a failure is a result here
            problem = str(error) or type(error).__name__
        seen.seen.append(Seen(arrival.what, arrival.due_s, perf_counter() - due_at, problem))

    driven = await plures.load.drive(due, one, _never_unsent, _UNBOUNDED, asyncio.Event())
    if driven.given_up:
        raise NeverAnswered(driven.given_up)
    return seen


def _never_unsent(arrival: Arrival[str], why: str) -> None:
    raise NeverAnswered(f"{arrival.what}: {why}")
