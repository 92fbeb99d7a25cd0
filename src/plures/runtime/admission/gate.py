"""Who enters a capability, who waits for a moment, and who is refused."""

import asyncio
from collections import deque
from time import monotonic
from typing import Final

from plures.contract import Criticality
from plures.errors import DeadlineExceeded, Outcome, Overloaded
from plures.runtime.context import CallContext
from plures.runtime.policy import Policy

from .limit import AdaptiveLimit, Usual
from .pressure import Pressure

_SHARES: Final = {Criticality.CRITICAL: 1.0, Criticality.NORMAL: 0.85, Criticality.SHEDDABLE: 0.6}
"""The part of the limit that calls may fill."""
_LAST_FIRST: Final = (Criticality.SHEDDABLE, Criticality.NORMAL, Criticality.CRITICAL)

_MOST_NAMES: Final = 256


class Gate:
    """The admission of calls to one capability in one process, or of requests to its edge.

    Attributes:
        inside: Calls under way.
        refused: So many were refused so far.
        usual: Name → how long such calls take.
    """

    def __init__(self, policy: Policy, pressure: Pressure) -> None:
        self._queue_s = policy.queue_s
        self._least = policy.least
        self._pressure = pressure
        self.limit = AdaptiveLimit(policy.least, policy.most)
        self.inside = 0
        self.refused = 0
        self.usual: dict[str, Usual] = {}
        self._are_waiting = 0
        self._waiting: dict[Criticality, deque[asyncio.Future[None]]] = {each: deque() for each in Criticality}

    def enter(self, name: str, criticality: Criticality) -> float | None:
        """Let the call of this name enter at once; the moment, or None where it has to `wait`. Raises `Overloaded`."""
        pressure = self._pressure
        # What began in this turn may have ended in it, or still be inside.
        is_pressed = pressure.level and max(self.inside, pressure.begun) >= self._least
        if is_pressed and pressure.refuses(criticality):
            raise self._refusal(name, "its process has more to do than it can")
        if pressure.begun:
            pressure.begun += 1
        else:
            pressure.begin()
        if self.inside >= self._least and self._is_full(criticality):
            return None
        self.inside += 1
        return monotonic()

    async def wait(self, name: str, context: CallContext) -> float:
        """Enter as soon as others have left; the moment.

        Raises:
            Overloaded: None did in time; the call did not start.
            DeadlineExceeded: Its time was over before it could start.
        """
        await self._turn(name, context)
        return monotonic()

    def leave(self, name: str, entered: float | None) -> None:
        """A call that has entered is over.

        Args:
            entered: The moment; None where the time that it took says nothing: that of a failure, or of a stream, which takes as long
                as its reader.
        """
        if entered is not None:
            now = monotonic()
            self.limit.observe(self._usual_of(name), now - entered, now, self.inside)
        self.inside -= 1
        if self._are_waiting:
            self._let_in()

    def _is_full(self, criticality: Criticality) -> bool:
        return self.inside >= max(self._least, self.limit.value * _SHARES[criticality])

    async def _turn(self, name: str, context: CallContext) -> None:
        ticket = asyncio.get_running_loop().create_future()
        queue = self._waiting[context.criticality]
        queue.append(ticket)
        self._are_waiting += 1
        try:
            async with asyncio.timeout(min(self._queue_s, context.deadline - monotonic())):
                await ticket
        except TimeoutError:
            if ticket.done() and not ticket.cancelled():
                # It was let in at the same moment.
                return
            if context.deadline <= monotonic():
                why = "its deadline passed before it could start"
                raise DeadlineExceeded(
                    name.removeprefix("/"), why, outcome=Outcome.NOT_SENT, is_inherited=context.is_inherited
                ) from None
            raise self._refusal(name, "it has as many calls as it can work on") from None
        except asyncio.CancelledError:
            if ticket.done() and not ticket.cancelled():
                self.inside -= 1
                self._let_in()
            raise
        finally:
            self._are_waiting -= 1
            if ticket in queue:
                queue.remove(ticket)

    def _let_in(self) -> None:
        for criticality in reversed(_LAST_FIRST):
            queue = self._waiting[criticality]
            while queue and not self._is_full(criticality):
                ticket = queue.popleft()
                if not ticket.done():
                    self.inside += 1
                    ticket.set_result(None)

    def _usual_of(self, name: str) -> Usual:
        usual = self.usual.get(name)
        if usual is None:
            # Names may come from outside.
            name = name if len(self.usual) < _MOST_NAMES else ""
            usual = self.usual.setdefault(name, Usual())
        return usual

    def _refusal(self, name: str, why: str) -> Overloaded:
        self.refused += 1
        return Overloaded(name.removeprefix("/"), why, outcome=Outcome.NOT_SENT)
