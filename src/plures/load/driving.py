"""An open loop: each journey begins when it is due, even where earlier ones still wait. It knows nothing of what they do."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from time import perf_counter
from typing import Final, TypeVar

from .arrivals import Arrival

T = TypeVar("T")

Begin = Callable[[Arrival[T], float], Awaitable[object]]
"""What makes one journey, told the moment at which it is due, by `perf_counter`. It raises nothing."""
Unsent = Callable[[Arrival[T], str], object]
"""Is told of a journey that does not begin, and why."""

TOO_MANY: Final = "too many in flight"
TOO_LATE: Final = "the generator was too slow"


@dataclass(frozen=True)
class Bounds:
    """What a load may take of its own machine.

    Attributes:
        in_flight: Journeys at once; what is due beyond is not sent, and counted.
        late_s: What is due is not begun later than that, and counted.
        drain_s: How long those in flight may still take after the last has begun.
    """

    in_flight: int = 1_000
    late_s: float = 10.0
    drain_s: float = 30.0


@dataclass(frozen=True)
class Driven:
    """How a load ended.

    Attributes:
        lasted_s: Until the last journey ended.
        is_interrupted: Whether it was told to stop.
        given_up: Journeys that were still in flight in the end.
    """

    lasted_s: float
    is_interrupted: bool
    given_up: int


async def drive(
    due: Iterable[Arrival[T]], begin: Begin[T], unsent: Unsent[T], bounds: Bounds, stop: asyncio.Event
) -> Driven:
    """Begin each journey when it is due, and wait for those in flight.

    Args:
        stop: Ends the load where it is set: nothing more begins, and nothing is waited for.
    """
    began = perf_counter()
    running: set[asyncio.Task[object]] = set()
    stopping = asyncio.ensure_future(stop.wait())
    try:
        for arrival in due:
            wait = began + arrival.due_s - perf_counter()
            # Where we are late, answers are read in between all the same.
            await (asyncio.wait((stopping,), timeout=wait) if wait > 0 else asyncio.sleep(0))
            if stop.is_set():
                break
            if -wait > bounds.late_s:
                unsent(arrival, TOO_LATE)
            elif len(running) >= bounds.in_flight:
                unsent(arrival, TOO_MANY)
            else:
                task = asyncio.ensure_future(begin(arrival, began + arrival.due_s))
                running.add(task)
                task.add_done_callback(running.discard)
        if running and not stop.is_set():
            ending = asyncio.ensure_future(asyncio.wait(set(running)))
            await asyncio.wait((stopping, ending), timeout=bounds.drain_s, return_when=asyncio.FIRST_COMPLETED)
            ending.cancel()
    finally:
        stopping.cancel()
        left = [*running]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
    return Driven(perf_counter() - began, stop.is_set(), len(left))
