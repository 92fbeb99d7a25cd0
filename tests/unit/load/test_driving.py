"""The open loop: what is due begins, whatever the others do; what cannot begin is counted."""

import asyncio
from time import perf_counter

from plures.load import Arrival, Bounds, drive


async def test_one_that_hangs_holds_nobody_up() -> None:
    begun: list[str] = []
    stop = asyncio.Event()

    async def begin(arrival: Arrival[str], due: float) -> None:
        begun.append(arrival.what)
        if arrival.what == "hangs":
            await asyncio.Event().wait()

    due = [Arrival(0.0, "hangs"), *(Arrival(number / 100, "quick") for number in range(5))]
    driven = await drive(due, begin, lambda *_: None, Bounds(drain_s=0.05), stop)
    assert begun == ["hangs", *["quick"] * 5]
    assert (driven.given_up, driven.is_interrupted) == (1, False)


async def test_what_is_due_beyond_the_bound_is_not_sent_and_counted() -> None:
    unsent: list[tuple[str, str]] = []
    free = asyncio.Event()

    async def begin(arrival: Arrival[int], due: float) -> None:
        await free.wait()

    def told(arrival: Arrival[int], why: str) -> None:
        unsent.append((str(arrival.what), why))
        free.set()

    driven = await drive(
        [Arrival(0.0, number) for number in range(4)], begin, told, Bounds(in_flight=3), asyncio.Event()
    )
    assert unsent == [("3", "too many in flight")]
    assert driven.given_up == 0


async def test_latency_would_count_from_when_it_was_due() -> None:
    """The generator itself stalls: what was due meanwhile begins late, and is told when it was due."""
    told: list[tuple[float, float]] = []
    unsent: list[str] = []
    began = perf_counter()

    async def begin(arrival: Arrival[int], due: float) -> None:
        told.append((due, perf_counter()))
        if arrival.what == 0:
            # The code of a journey that blocks.
            while perf_counter() < began + 0.2:
                pass

    due = [Arrival(0.0, 0), *(Arrival(number / 100, number) for number in range(1, 10))]
    await drive(due, begin, lambda _, why: unsent.append(why), Bounds(late_s=0.12), asyncio.Event())
    assert unsent
    assert set(unsent) == {"the generator was too slow"}
    assert len(unsent) + len(told) == 10
    assert all(moment - intended >= 0.08 for intended, moment in told[1:])


async def test_who_is_told_to_stop_waits_for_nothing() -> None:
    stop = asyncio.Event()
    ended: list[str] = []

    async def begin(arrival: Arrival[int], due: float) -> None:
        try:
            stop.set()
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    driven = await drive([Arrival(0.0, 1), Arrival(3600.0, 2)], begin, lambda *_: None, Bounds(), stop)
    assert (driven.is_interrupted, driven.given_up, ended) == (True, 1, ["cancelled"])
    nothing = await drive([], begin, lambda *_: None, Bounds(), asyncio.Event())
    assert nothing.given_up == 0
