"""Replicas of two versions, read again and again until it is decided."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from time import monotonic

import msgspec

from plures.canary import Decision, Figures, Limits, Memory, Sample, Verdict, decide

from .reading import Address, Unread, read, since


class Seen(msgspec.Struct, frozen=True):
    """One look at both versions, and what was decided."""

    sample: Sample
    decision: Decision


class _Watched:
    """One replica: what it had counted when it was first seen, and has done since."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._first: Figures | None = None
        self._done: Figures = Figures()
        self.figures = Figures()

    async def look(self) -> bool:
        """Read it; whether it answered, and went on. What one has done that begins anew still counts."""
        try:
            now = await read(self.address)
        except Unread:
            return False
        if self._first is None:
            self._first = now
            return True
        done = since(self._first, now)
        if done is None:
            self._done, self._first = self.figures, Figures()
            self.figures = _added(self._done, now)
            return False
        self.figures = _added(self._done, done)
        return True


async def watch(
    new: Sequence[Address], old: Sequence[Address], limits: Limits, *, every_s: float, at_most_s: float
) -> AsyncIterator[Seen]:
    """Look until a new version goes on or is halted, or the time is over."""
    news, olds = [_Watched(each) for each in new], [_Watched(each) for each in old]
    memory, began = Memory(), monotonic()
    await _look(news, olds)
    while True:
        await asyncio.sleep(every_s)
        answered = await _look(news, olds)
        silent = sum(not each for each in answered[: len(news)])
        for_s = monotonic() - began
        sample = Sample(for_s, tuple(each.figures for each in news), tuple(each.figures for each in olds), silent)
        decision = decide(limits, memory, sample)
        memory = decision.memory
        yield Seen(sample, decision)
        if decision.verdict is not Verdict.WAIT or for_s >= at_most_s:
            return


async def _look(news: Sequence[_Watched], olds: Sequence[_Watched]) -> list[bool]:
    return await asyncio.gather(*(each.look() for each in (*news, *olds)))


def _added(one: Figures, other: Figures) -> Figures:
    bounds = sorted({*one.took, *other.took})
    took = {bound: one.took.get(bound, 0) + other.took.get(bound, 0) for bound in bounds}
    return Figures(one.calls + other.calls, one.faults + other.faults, took)
