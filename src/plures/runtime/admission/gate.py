"""Who enters a capability, or the edge, who waits for a moment, and who is refused."""

import asyncio
from time import monotonic
from typing import Final

from plures.contract import Criticality
from plures.errors import DeadlineExceeded, Outcome, Overloaded
from plures.runtime.context import CallContext
from plures.runtime.policy import Policy

from .capacity import Capacity
from .hold import Hold
from .lane import Lane

_MOST_NAMES: Final = 256
_PATIENCE: Final = {Criticality.CRITICAL: 10.0, Criticality.NORMAL: 1.0, Criticality.SHEDDABLE: 0.5}
"""How long calls wait for a place, by how much they matter."""

_EARLY_S: Final = 0.002
"""A timer of uvloop counts whole milliseconds, and may go off before its moment."""


class Gate:
    """The admission of calls to one capability in one process, or of requests to its edge.

    Attributes:
        refused: So many were refused so far.
        lanes: Name → the calls of this kind.
        hold: What keeps calls out for a while, whatever place there is; None for nothing.
    """

    def __init__(self, policy: Policy, capacity: Capacity) -> None:
        self._queue_s = policy.queue_s
        self._least = policy.least_at_once
        self._most = policy.most_at_once
        self._capacity = capacity
        self.refused = 0
        self.lanes: dict[str, Lane] = {}
        self.hold: Hold | None = None

    @property
    def inside(self) -> int:
        """Calls under way."""
        return sum(lane.inside for lane in self.lanes.values())

    def enter(self, name: str, criticality: Criticality) -> float | None:
        """Let the call of this name enter at once; the moment, or None where it has to `wait`."""
        lane = self.lanes.get(name) or self._lane(name)
        if self._capacity.has_place(criticality) and not lane.is_full(criticality) and self.hold is None:
            self._capacity.enter(lane)
            return monotonic()
        return None

    def refuses(self, criticality: Criticality) -> bool:
        """Whether a call that came now would wait in vain; it counts as refused then."""
        is_hopeless = self._capacity.is_hopeless(criticality, self._queue_s * _PATIENCE[criticality])
        self.refused += is_hopeless
        return is_hopeless

    async def wait(self, name: str, context: CallContext) -> float:
        """Enter as soon as others have left, and nothing holds it; the moment.

        Raises:
            Overloaded: None did in time; the call did not start.
            DeadlineExceeded: Its time was over before it could start.
        """
        lane, criticality = self._lane(name), context.criticality
        longest_s = self._queue_s * _PATIENCE[criticality]
        try:
            while True:
                await self._held(context)
                if self._capacity.has_place(criticality) and not lane.is_full(criticality):
                    self._capacity.enter(lane)
                else:
                    await self._capacity.turn(lane, criticality, min(longest_s, context.deadline - monotonic()))
                if self.hold is None or self.hold.lets_pass(context):
                    return monotonic()
                # It was held while it waited for its turn.
                self._capacity.leave(lane)
        except TimeoutError:
            if context.deadline - monotonic() > _EARLY_S:
                self.refused += 1
                why = "it has as much to do as it can"
                raise Overloaded(_shown(name), why, outcome=Outcome.NOT_SENT) from None
            why, is_inherited = "its deadline passed before it could start", context.is_inherited
            raise DeadlineExceeded(_shown(name), why, outcome=Outcome.NOT_SENT, is_inherited=is_inherited) from None

    async def _held(self, context: CallContext) -> None:
        if self.hold is not None and not self.hold.lets_pass(context):
            async with asyncio.timeout(context.deadline - monotonic()):
                await self.hold.wait()

    def leave(self, name: str, entered: float | None, *, is_fine: bool = True) -> None:
        """A call that has entered is over.

        Args:
            entered: The moment; None where the time that it took says nothing: that of a stream, which takes as long as its reader.
            is_fine: Whether it has the answer that it was made for. Of a failure, only a long time says something.
        """
        lane = self._lane(name)
        if entered is not None:
            now = monotonic()
            if is_fine or now - entered > lane.limit.usual_s:
                lane.limit.observe(now - entered, now, lane.inside)
        self._capacity.leave(lane)

    def _lane(self, name: str) -> Lane:
        lane = self.lanes.get(name)
        if lane is None:
            # Names may come from outside.
            name = name if len(self.lanes) < _MOST_NAMES else ""
            lane = self.lanes.get(name)
            if lane is None:
                lane = self.lanes[name] = Lane(self._least, self._most)
                self._capacity.watch(lane)
        return lane


def _shown(name: str) -> str:
    """The full name of an operation is its path without the slash."""
    return name.removeprefix("/")
