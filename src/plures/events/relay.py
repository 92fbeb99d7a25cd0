"""The relay of one capability that publishes: takes the lease, numbers what is new, serves the subscriptions, deletes what is old."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from time import monotonic, time
from typing import Final, TypeAlias, cast

from plures.data import Database, Dialect, is_outage
from plures.errors import PluresError

from .deliveries import Deliver
from .errors import LeaseLost
from .feed import Feed, Forgotten, Subscription
from .lease import Lease, take
from .numbering import Look
from .outbox import Pages
from .pace import Pace
from .retention import sweep
from .tables import prepare

Subscriptions: TypeAlias = Mapping[str, tuple[str, Deliver]]
"""Name → type of the events, and what delivers one."""

_BETWEEN_S: Final = 0.02
"""A replica tells of what it published once in so long, at most."""

_LOG: Final = logging.getLogger("plures.events")


class Relay:
    """Delivers what a capability publishes, while its replica is the one that does."""

    def __init__(
        self,
        database: Database,
        subscriptions: Subscriptions,
        *,
        capability: str,
        owner: str,
        clock: Callable[[], float] = time,
        pace: Pace = Pace(),  # noqa: B008 - it cannot be changed
    ) -> None:
        """Prepare.

        Args:
            database: With the tables that `prepare` makes, and the subscriptions registered.
            subscriptions: All that the code has.
            capability: The one that publishes, for messages.
            owner: This replica, for those who look into the database.
            clock: Seconds since 1970.
            pace: Shorter in tests.
        """
        self._database = database
        self._subscriptions = subscriptions
        self._capability = capability
        self._owner = owner
        self._clock = clock
        self._pace = pace
        self._woken = asyncio.Event()
        self._outages = 0
        # A database may move to another kind of server while it is used.
        self._dialect: Dialect | None = None

    def wake(self) -> None:
        """Called after a commit that published, and after an operator has changed failures."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver until cancelled. Deliveries in flight come to their end then, and another replica may take over."""
        while True:
            wait_s = await self._hold()
            await self._stand_by(monotonic() + wait_s)

    async def _stand_by(self, until: float) -> None:
        """Until the next try, let the replica that delivers know of what is published here."""
        while (left_s := until - monotonic()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(left_s):
                    await self._woken.wait()
            if self._woken.is_set():
                self._woken.clear()
                # Where it fails, the other finds the events when it looks.
                with suppress(PluresError, OSError):
                    await self._database.store.tell()
                await asyncio.sleep(_BETWEEN_S)

    async def _hold(self) -> float:
        """Deliver as long as the lease is ours; how long to wait before the next try, in seconds."""
        dialect = self._database.dialect
        try:
            if dialect is not self._dialect:
                await prepare(self._database)
                self._dialect = dialect
            lease = await take(self._database, self._capability, self._owner, self._pace.lease_s)
            if lease is not None:
                try:
                    await self._serve(lease)
                finally:
                    with suppress(PluresError, OSError):
                        async with asyncio.timeout(self._pace.end_s):
                            await lease.give_up()
        except Exception as error:
            cause = _cause(error)
            if isinstance(cause, LeaseLost):
                _LOG.warning("%s", cause)
            elif self._database.dialect is not dialect:
                _LOG.info("the database of %s has moved; its events go on there", self._capability)
            elif is_outage(cause):
                return self._pause_s(cause)
            else:
                raise
        return self._pace.look_s * (0.5 + self._pace.random())

    async def _serve(self, lease: Lease) -> None:
        pages = Pages(self._database)
        feeds = [
            Feed(pages, lease, Subscription(name, type_, deliver), self._clock, self._pace)
            for name, (type_, deliver) in self._subscriptions.items()
        ]
        # Whatever fails ends all of it. What is in the database is all that is needed to begin again.
        async with asyncio.TaskGroup() as group:
            group.create_task(self._look(lease, feeds, pages))
            group.create_task(self._sweep(lease))
            group.create_task(self._hear())
            for feed in feeds:
                group.create_task(self._feed(feed))

    async def _look(self, lease: Lease, feeds: Sequence[Feed], pages: Pages) -> None:
        look = Look(self._database, lease)
        while True:
            is_woken = self._woken.is_set()
            self._woken.clear()
            has_more, types = await look.new(is_woken=is_woken)
            self._outages = 0
            pages.forget()
            for feed in feeds:
                if types is None or feed.subscription.type in types:
                    feed.wake()
                if is_woken:
                    feed.look()
            if not has_more:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pace.look_s):
                        await self._woken.wait()

    async def _hear(self) -> None:
        """What other replicas publish."""
        while True:
            store = self._database.store
            with suppress(PluresError, OSError):
                async with store.hearing(self._woken.set) as lost:
                    # Some may have been published before.
                    self._woken.set()
                    # A server that was left must not take this for another application that uses it.
                    while store is self._database.store and not lost.is_set():
                        with suppress(TimeoutError):
                            async with asyncio.timeout(self._pace.look_s):
                                await lost.wait()
            await asyncio.sleep(self._pace.look_s)

    async def _sweep(self, lease: Lease) -> None:
        while True:
            await sweep(self._database, lease, self._clock)
            await asyncio.sleep(self._pace.sweep_s)

    async def _feed(self, feed: Feed) -> None:
        try:
            await feed.run()
        except Forgotten:
            _LOG.warning(
                "%s of %s was forgotten while it ran: the next start begins anew",
                feed.subscription.name,
                self._capability,
            )

    def _pause_s(self, error: BaseException) -> float:
        """How long to wait for the database; told the first time, and rarer the longer it lasts."""
        self._outages += 1
        if self._outages.bit_count() == 1:
            _LOG.warning("the events of %s wait for the database: %s", self._capability, error)
        return self._pace.unreachable_s(self._outages)


def _cause(error: Exception) -> BaseException:
    """The error of a group that says most: the lease is lost before all."""
    errors = list(_all(error))
    lost = [each for each in errors if isinstance(each, LeaseLost)]
    others = [each for each in errors if not is_outage(each)]
    return (lost or others or errors)[0]


def _all(error: BaseException) -> Iterator[BaseException]:
    if not isinstance(error, BaseExceptionGroup):
        yield error
        return
    for each in cast("BaseExceptionGroup[BaseException]", error).exceptions:
        yield from _all(each)
