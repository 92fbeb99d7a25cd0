"""Serves one subscription: reads on from its position, has the events delivered, and notes how far it is and what failed.

One task alone reads and writes, so that what it finds in the database and what it has in hand never contradict.
"""

import logging
from asyncio import CancelledError, timeout
from collections.abc import Callable, Sequence
from contextlib import suppress
from time import monotonic
from typing import Final

import msgspec

from plures.errors import PluresError

from .deliveries import AT_ONCE, Deliver, Deliveries
from .errors import EventParked
from .failures import Failures
from .lease import Lease
from .outbox import Pages, Stored, page
from .pace import Pace
from .subscriptions import move_to, position_of
from .window import Changes, Window

_PAGE: Final = 256
_FOLLOWERS: Final = 32
_NEVER: Final = float("inf")
_LOG: Final = logging.getLogger("plures.events")


class Forgotten(Exception):
    """An operator has forgotten the subscription while it was served."""


class Subscription(msgspec.Struct, frozen=True):
    """Who gets events.

    Attributes:
        type: Of the events.
    """

    name: str
    type: str
    deliver: Deliver


class Feed:
    """One subscription, served under a lease."""

    def __init__(
        self, pages: Pages, lease: Lease, subscription: Subscription, clock: Callable[[], float], pace: Pace
    ) -> None:
        """Prepare.

        Args:
            pages: Of the database in which it is; shared with other feeds.
            clock: Seconds since 1970.
        """
        self.subscription = subscription
        self._pages = pages
        self._database = database = pages.database
        self._lease = lease
        self._clock = clock
        self._pace = pace
        # Until `run` knows the position.
        self._window = window = Window()
        self._deliveries = Deliveries(window, subscription.deliver, clock, pace)
        self._failures = Failures(subscription.name, database.dialect)
        # There may be events behind the last that was read.
        self._has_more = True
        self._look_at = 0.0
        self._write_at = _NEVER

    def wake(self) -> None:
        """There are new events."""
        self._has_more = True
        self._deliveries.settled.set()

    def look(self) -> None:
        """An operator may have changed failures; where there are none, none but this feed makes one."""
        if self._look_at != _NEVER:
            self._look_at = 0.0
            self._deliveries.settled.set()

    async def run(self) -> None:
        """Deliver until cancelled; deliveries in flight then come to their end.

        Raises:
            LeaseLost: Another replica delivers now.
            Forgotten: There is no such subscription.
        """
        async with self._database.read() as connection:
            position = await position_of(connection, self.subscription.name)
        if position is None:
            raise Forgotten
        self._window.begin(position)
        try:
            while True:
                await self._turn()
                await self._wait()
        except CancelledError:
            await self._finish()
            raise
        finally:
            await self._deliveries.cancel()

    async def _turn(self) -> None:
        """All that can be done now."""
        window = self._window
        self._deliveries.settled.clear()
        if window.must_write or self._write_at <= monotonic():
            await self._write()
        if self._look_at <= monotonic() and window.room:
            await self._take_due()
        for key in list(window.wanting):
            await self._take_followers(key)
        # What failed meanwhile is written first: the page tells what is blocked.
        if self._reads_on() and not window.must_write:
            await self._read_on()
        if window.is_changed and self._write_at == _NEVER:
            self._write_at = monotonic() + self._pace.position_s
        self._deliveries.start()

    async def _wait(self) -> None:
        """Until there is something to do."""
        window, deliveries = self._window, self._deliveries
        if window.must_write or window.wanting or self._reads_on():
            return
        until = self._write_at
        if until == self._look_at == _NEVER and not deliveries.is_paused:
            await deliveries.settled.wait()
            return
        if window.room:
            until = min(until, self._look_at)
        if deliveries.is_paused and (window.ready or self._has_more):
            until = min(until, deliveries.resume_at)
        with suppress(TimeoutError):
            async with timeout(None if until == _NEVER else max(0.0, until - monotonic())):
                await deliveries.settled.wait()

    def _reads_on(self) -> bool:
        return self._has_more and self._window.wants_more and not self._deliveries.is_paused

    async def _read_on(self) -> None:
        most = min(_PAGE, self._window.room)
        self._has_more = False
        found = await self._next(most)
        self._window.add(found)
        self._has_more = self._has_more or len(found) == most

    async def _next(self, most: int) -> Sequence[tuple[Stored, bool]]:
        of_type, after = self.subscription.type, self._window.read_to
        if self._look_at == _NEVER:
            return [(event, False) for event in await self._pages.after(of_type, after, most)]
        async with self._database.read() as connection:
            return await page(
                connection,
                self._database.dialect,
                subscription=self.subscription.name,
                of_type=of_type,
                after=after,
                most=most,
            )

    async def _take_due(self) -> None:
        now = self._now()
        async with self._database.read() as connection:
            has_rows, next_at = await self._failures.next_due(connection, now)
            if has_rows:
                most = min(AT_ONCE, self._window.room) + self._window.retrying
                self._window.add_retries(await self._failures.due(connection, now, self._pace, most))
        wait_s = self._pace.look_s if has_rows else _NEVER
        if next_at is not None:
            wait_s = min(wait_s, max(0.0, (next_at - now) / 1000))
        self._look_at = monotonic() + wait_s

    async def _take_followers(self, key: str) -> None:
        most = max(1, min(_FOLLOWERS, self._window.room))
        async with self._database.read() as connection:
            found = await self._failures.followers(connection, key, self._window.wanting[key], most)
        self._window.add_followers(key, found)

    async def _write(self) -> None:
        changes = self._window.changes()
        self._write_at = _NEVER
        async with self._lease.write() as connection:
            if not await move_to(connection, self.subscription.name, changes.position):
                raise Forgotten
            if not changes.is_only_position:
                await self._failures.write(connection, changes, self._now())
        self._window.written(changes)
        if not changes.is_only_position:
            self._look_at = 0.0
        self._tell_parked(changes)

    def _tell_parked(self, changes: Changes) -> None:
        for item, failure in changes.failed:
            if failure.due_at is None:
                event, name = item.event, self.subscription.name
                told = EventParked(name, event.sequence, event.type, event.id, failure.attempts, failure.error)
                _LOG.error("%s", told)

    async def _finish(self) -> None:
        """Wait for what is in flight, and note how far it came."""
        await self._deliveries.finish()
        if self._window.is_changed:
            # What is not noted is delivered again.
            with suppress(PluresError, Forgotten, TimeoutError):
                async with timeout(self._pace.end_s):
                    await self._write()

    def _now(self) -> int:
        return int(self._clock() * 1000)
