"""One database that is being moved, in a process that uses it.

Until the source is sealed, which is one row in its ledger, the process can go back at any moment: writes that wait go on in the source. They
do so by themselves when the lease ends, since the program that moves the database may be gone. From then on it can only go forward, and
does that by itself as well: what is sealed is copied completely.
Source: docs/adr/0022-moving-while-running.md
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from time import monotonic
from typing import Final, TypeAlias

from plures.data.database import Database
from plures.data.ledger import mark, read_mark
from plures.data.opening import open_store
from plures.data.place import Folder, Place
from plures.data.statement_errors import StatementFailed, WriteConflict
from plures.data.store import Store
from plures.data.tracking import forget, note
from plures.errors import PluresError

from .errors import HandoverRefused

Settle: TypeAlias = Callable[[Database], Awaitable[None]]
_LOG: Final = logging.getLogger("plures.data")
PATIENCE_S: Final = 0.8
"""Most time for writes that have begun when writes are to be held."""

LEASE_S: Final = 2.0
"""Most time for which writes are held before the source is sealed."""

_AGAIN_S: Final = 0.5
_UNUSED_S: Final = 120.0
"""How long a move may be silent before its preparations are undone."""


class Handover:
    """The steps, in their order: `track`, `prepare`, `hold`, `seal` (where the source is a file), `switch`. `release` and `give_up` go back.

    Attributes:
        database: That is moved.
        is_over: The process uses the copy.
    """

    def __init__(
        self, capability: str, database: Database, place: Place, said: str, *, settle: Settle | None = None
    ) -> None:
        """Nothing happens yet.

        Args:
            place: Where the copy is.
            said: What the ledger of the source says once it is sealed.
            settle: Makes the copy ready before the first write goes on there; may run again, and in several processes at once.
        """
        self._capability = capability
        self.database = database
        self._source = database.store
        self._place = place
        self._said = said
        self._settle = settle
        self._target: Store | None = None
        self._held_at: float | None = None
        self._lease: asyncio.TimerHandle | None = None
        self._going: asyncio.Task[None] | None = None
        # One step at a time, and none while the end of the lease is dealt with.
        self._turn = asyncio.Lock()
        self._is_sealed = False
        self._is_tracked = False
        self.is_over = False

    @property
    def sessions(self) -> Collection[int]:
        """The connections of this process, as their servers number them."""
        return [*self._source.sessions, *(() if self._target is None else self._target.sessions)]

    async def track(self) -> None:
        """Note from now on which rows change. To be called again now and then, else that ends after two minutes.

        Raises:
            TrackingRefused, DatabaseBusy: As `tracking.note` says.
        """
        async with self._turn:
            self._is_tracked = True
            await note(self._source, self._capability)
            if self._held_at is None:
                self._ends_after(_UNUSED_S)

    async def prepare(self) -> None:
        """Connect to the target, if it is on a server: that takes time, and can fail. Raises as `open_database`."""
        async with self._turn:
            if self._target is None and not isinstance(self._place, Folder):
                self._target = await open_store(self._place, self._capability)
            if self._held_at is None:
                self._ends_after(_UNUSED_S)

    async def hold(self, patience_s: float = PATIENCE_S, lease_s: float = LEASE_S) -> None:
        """Let writes wait, at most until the lease ends.

        Args:
            patience_s: Most time for writes that have begun.
            lease_s: From now on.

        Raises:
            WritesUnderWay: They take longer, and nothing is held.
        """
        async with self._turn:
            began = monotonic()
            await self.database.hold(patience_s)
            self._held_at = began
            self._ends_after(began + lease_s - monotonic())

    async def seal(self) -> None:
        """Write into the source that it is the copy that counts.

        Raises:
            HandoverRefused: The lease has ended, so there may be later writes than were copied.
        """
        async with self._turn:
            if self._held_at is None:
                raise HandoverRefused(self._capability, "its writes are not held any more")
            self._stay()
            try:
                await mark(self._source, self._said)
                self._is_sealed = True
            finally:
                # Also a commit that fails may have happened: what the source says counts.
                self._ends_after(_AGAIN_S)

    async def switch(self) -> float:
        """Go on with the target. For how many seconds writes were held.

        Raises:
            HandoverRefused: The source is not sealed; the process goes on with it.
            PluresError: The target cannot be opened. Writes wait, and it is tried again and again.
        """
        async with self._turn:
            if self.is_over:
                return 0.0
            if self._held_at is None:
                began = monotonic()
                await self.database.hold(_UNUSED_S)
                self._held_at = began
            self._stay()
            if not await self._sealed():
                await self._go_back()
                raise HandoverRefused(self._capability, "its writes were not held any more when the copy was complete")
            try:
                return await self._go_forward()
            except PluresError:
                self._going = asyncio.create_task(self._keep_going())
                raise

    async def release(self) -> None:
        """Go back to the source: writes that wait go on there.

        Raises:
            HandoverRefused: It is sealed.
        """
        async with self._turn:
            if await self._sealed():
                raise HandoverRefused(self._capability, "the copy is what counts already")
            await self._go_back()

    async def give_up(self) -> None:
        """As `release`; besides, nothing is noted any more."""
        await self.release()
        async with self._turn:
            self._stay()
            await self._leave()

    async def close(self) -> None:
        """The process ends, or takes part in another move of the same database."""
        if self._going is not None:
            self._going.cancel()
            await asyncio.wait([self._going])
        self._stay()
        if self._held_at is not None and not self.is_over and not self._is_sealed:
            self.database.release()
        await self._drop_target()

    async def _sealed(self) -> bool:
        if not self._is_sealed:
            async with self._source.read() as read:
                self._is_sealed = await read_mark(read) == self._said
        return self._is_sealed

    async def _go_forward(self) -> float:
        """Raises `PluresError`, and can be called again."""
        if self._target is None:
            self._target = await open_store(self._place, self._capability, is_checked=True)
        if self._settle is not None:
            await self._settle(Database(self._capability, self._target))
        await _unmark(self._target)
        held_s = monotonic() - (self._held_at or monotonic())
        self.database.switch(self._target)
        self._target = None
        self.is_over = True
        _LOG.info("the database of %s is at its new place; writes waited %.2f s", self._capability, held_s)
        return held_s

    async def _go_back(self) -> None:
        if self._held_at is not None:
            self._held_at = None
            self.database.release()
            self._ends_after(_UNUSED_S)

    async def _leave(self) -> None:
        await self._drop_target()
        if self._is_tracked:
            self._is_tracked = False
            await forget(self._source)

    async def _drop_target(self) -> None:
        target, self._target = self._target, None
        if target is not None:
            await target.close()

    def _ends_after(self, seconds: float) -> None:
        self._stay()
        loop = asyncio.get_running_loop()
        self._lease = loop.call_later(max(seconds, 0.0), self._lease_ended)

    def _stay(self) -> None:
        if self._lease is not None:
            self._lease.cancel()
            self._lease = None

    def _lease_ended(self) -> None:
        self._going = asyncio.create_task(self._alone())

    async def _alone(self) -> None:
        """What to do when no more steps come."""
        async with self._turn:
            if self._lease is None or self._lease.when() > asyncio.get_running_loop().time():
                # A step has come meanwhile.
                return
            self._lease = None
            if self._held_at is None:
                await self._leave()
                return
            try:
                is_sealed = await self._sealed()
            except StatementFailed:
                # Then the server does not answer to writes either; and once sealed, it refuses them.
                is_sealed = False
            if not is_sealed:
                await self._go_back()
                return
        await self._keep_going()

    async def _keep_going(self) -> None:
        while not self.is_over:
            try:
                async with self._turn:
                    if not self.is_over:
                        await self._go_forward()
            except PluresError as error:
                _LOG.warning(
                    "the database of %s was moved, and cannot be opened there yet: %s", self._capability, error.why
                )
                await asyncio.sleep(_AGAIN_S)


async def _unmark(target: Store) -> None:
    """Let applications open the copy. Another replica may do the same now."""
    async with target.read() as read:
        is_marked = await read_mark(read) is not None
    if is_marked:
        try:
            await mark(target, None)
        except WriteConflict:
            await _unmark(target)
