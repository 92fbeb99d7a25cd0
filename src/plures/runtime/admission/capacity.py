"""How many calls a process works on at once, so that each gets its turn of the event loop soon; and who waits for a place.

Work that computes makes turns long, and a call that takes a hundred turns is late by a hundred times that. Work that only waits for
others makes turns short, whatever its number. So the length of a turn says how many calls may be inside; and whether the loop has time
left says it where work waits for threads, as on SQLite, and turns stay short although the process can do no more.
"""

import asyncio
from collections import deque
from time import monotonic, thread_time
from typing import Final

from plures.contract import Criticality

from .lane import SHARES, Lane
from .waits import WaitForCpu

_LOOK_EVERY_S: Final = 0.02
_TURN_S: Final = 0.005
"""A turn of the loop may take so long."""
_BEGINS_AT: Final = 64.0
_BUSY: Final = 0.9
_HAS_TIME: Final = 0.75
"""Of the time of the event loop, so much is used where the process can do no more, and where it could."""
_GROWS_BY: Final = 1.5
_SHRINKS_SLOWLY_BY: Final = 0.02
ENOUGH: Final = 16
"""So many calls keep an event loop busy, although some of them wait for a disk or for others."""
_SHRINKS_BY: Final = 0.3
_SMOOTHING: Final = 0.1
_STANDING: Final = 0.25
"""The part of its time that a call waits, where calls have been waiting all along: a queue that stands serves no one."""
_FIRST_FIRST: Final = (Criticality.CRITICAL, Criticality.NORMAL, Criticality.SHEDDABLE)


class Capacity:
    """The places of one process. Lives on one event loop.

    Args:
        least: There are so many places in any case.

    Attributes:
        places: How many there are now.
        inside: Calls under way.
        entered: Calls that have entered so far.
    """

    def __init__(self, least: int) -> None:
        self._least = least
        self.places = _BEGINS_AT
        self.inside = self.entered = 0
        self._lanes: list[Lane] = []
        self._waiting: dict[Criticality, deque[tuple[asyncio.Future[None], Lane]]] = {
            each: deque() for each in Criticality
        }
        self.are_waiting = 0
        # On the average of the last ones, another call leaves after so many seconds.
        self._gap_s = self._left_at = self._queue_began_at = 0.0
        self._is_looking = False
        # The part of its time in which the event loop has something to do, on the average of the last looks.
        self._busy = 0.0
        self._is_late = False
        self._waits = WaitForCpu()

    def watch(self, lane: Lane) -> None:
        """Look from now on whether the calls of this kind end."""
        self._lanes.append(lane)

    def has_place(self, criticality: Criticality) -> bool:
        """Whether a call of this criticality may enter now."""
        inside = self.inside
        return inside < self._least or inside < self.places * SHARES[criticality]

    def enter(self, lane: Lane) -> None:
        """A call enters."""
        self.inside += 1
        self.entered += 1
        lane.inside += 1
        if not self._is_looking and self.inside > self._least:
            self._look_later()

    def leave(self, lane: Lane) -> None:
        """It is over; those that wait come in, as far as there is room: critical ones first."""
        self.inside -= 1
        lane.inside -= 1
        if self.are_waiting:
            now = monotonic()
            self._gap_s += (now - self._left_at - self._gap_s) * _SMOOTHING
            self._left_at = now
            self._let_in()

    def is_hopeless(self, criticality: Criticality, within_s: float) -> bool:
        """Whether so many calls wait that one which comes now would not be inside in time."""
        if not self.are_waiting or self.has_place(criticality):
            return False
        ahead = sum(len(self._waiting[each]) for each in _FIRST_FIRST[: _FIRST_FIRST.index(criticality) + 1])
        return ahead * self._gap_s > self._patience_s(within_s)

    async def turn(self, lane: Lane, criticality: Criticality, within_s: float) -> None:
        """Return when a call that waits is inside; raises `TimeoutError`, at once where so many wait that its turn would come too late.

        Args:
            within_s: The most that it waits; where calls have been waiting as long as that, a tenth of it.
        """
        if self.is_hopeless(criticality, within_s):
            raise TimeoutError
        if not self.are_waiting:
            self._left_at = self._queue_began_at = monotonic()
            self._gap_s = 0.0
        ticket = asyncio.get_running_loop().create_future()
        waiting, entry = self._waiting[criticality], (ticket, lane)
        waiting.append(entry)
        self.are_waiting += 1
        if not self._is_looking:
            self._look_later()
        try:
            async with asyncio.timeout(self._patience_s(within_s)):
                await ticket
        except TimeoutError:
            # It may have been let in at the same moment.
            if not ticket.done() or ticket.cancelled():
                raise
        except asyncio.CancelledError:
            if ticket.done() and not ticket.cancelled():
                self.leave(lane)
            raise
        finally:
            self.are_waiting -= 1
            if entry in waiting:
                waiting.remove(entry)

    def _patience_s(self, within_s: float) -> float:
        """How long a call waits that would wait so long in a queue that a burst has made."""
        return within_s if monotonic() - self._queue_began_at < within_s else within_s * _STANDING

    def observe(self, late_s: float, busy: float = 0.0) -> None:
        """A look at the loop came so late, and so much of its time it had something to do."""
        self._busy += (busy - self._busy) * _SMOOTHING
        was_late, self._is_late = self._is_late, late_s > _TURN_S
        if self._is_late:
            # One long turn alone, such as a garbage collection or some handshakes, costs some places for a moment: those that are inside
            # may be few, and none of them the reason. Where they are, the next turn is long too.
            most, least = (self.inside + 1, self._least) if was_late else (self.places, min(self.places, ENOUGH))
            # In proportion to how late it is.
            excess = (late_s - _TURN_S) / late_s
            self.places = max(least, min(self.places, most) * (1 - _SHRINKS_BY * excess))
        elif self._busy > _BUSY:
            # It can do no more: with fewer calls at once it does as much, and each of them takes less time. Where turns have become short
            # again it gets back as many as are enough.
            if self.places > ENOUGH:
                self.places = max(ENOUGH, self.places * (1 - _SHRINKS_SLOWLY_BY))
            elif self.places < ENOUGH:
                self.places = min(ENOUGH, self.places + 1)
                if self.are_waiting:
                    self._let_in()
        elif max(busy, self._busy) < _HAS_TIME and self.inside + 1 >= self.places * SHARES[Criticality.NORMAL]:
            self.places = self.places * _GROWS_BY if late_s < _TURN_S / 4 else self.places + 1
            if self.are_waiting:
                self._let_in()

    def close(self) -> None:
        """Hold no file any more. Calls are still let in and out."""
        self._waits.close()

    def _let_in(self) -> None:
        for criticality in _FIRST_FIRST:
            waiting = self._waiting[criticality]
            for entry in [*waiting]:
                if not self.has_place(criticality):
                    break
                ticket, lane = entry
                if not ticket.done() and not lane.is_full(criticality):
                    waiting.remove(entry)
                    self.enter(lane)
                    ticket.set_result(None)

    def _look_later(self) -> None:
        self._is_looking = True
        asyncio.get_running_loop().call_later(
            _LOOK_EVERY_S, self._look, monotonic(), thread_time(), self._waits.seconds()
        )

    def _look(self, since: float, computed_s: float, waited_s: float) -> None:
        now = monotonic()
        passed_s, computed_s = now - since, thread_time() - computed_s
        waited_s = self._waits.seconds() - waited_s
        self.observe(late_by_itself(passed_s, computed_s), (computed_s + waited_s) / passed_s if passed_s else 0.0)
        for lane in self._lanes:
            lane.look(now)
        self._is_looking = False
        if self.are_waiting or self.inside > self._least:
            self._look_later()
        else:
            self._is_late = False


def late_by_itself(passed_s: float, computed_s: float) -> float:
    """How late a look is for what this process has computed, and not for what others on the machine did meanwhile.

    Args:
        passed_s: Since the look was asked for.
        computed_s: What the event loop has computed since then.
    """
    return max(0.0, passed_s - _LOOK_EVERY_S) * min(1.0, computed_s / passed_s) if passed_s else 0.0
