"""Moving a capability's database while processes use it.

These processes note which rows change, while all rows are copied; then the changed ones are copied, again and again, until few are left.
Writes wait while the last of them are copied and both ends are compared. Then the source is sealed, by one row in its ledger, and the
processes go on with the copy.
Source: docs/adr/0022-moving-while-running.md
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from time import monotonic
from typing import Any, Final, Protocol

from plures.data import tracking
from plures.data.handover import LEASE_S, HandoverRefused
from plures.data.ledger import MARK, ledger_of, mark, mark_in, read_ledger
from plures.data.migration import Migrations
from plures.data.place import Folder
from plures.data.sqlite import open_beside
from plures.data.statement_errors import DatabaseBusy
from plures.data.store import Dialect, Store, Transaction
from plures.errors import PluresError

from .engine import Engine, Furnish, Values
from .errors import CannotMove, MoveDiffers
from .move import End, Moved, check_ends, mark_of, migrations_for, opened, require_tables, take_target
from .owners import Owners
from .progress import Tell

_FEW: Final = 200
"""So many changed rows are copied while writes wait."""

_MOST_PASSES: Final = 20
_ATTEMPTS: Final = 8
_PAUSE_S: Final = 0.5
_PING_S: Final = 20.0
_LET_GO: Final = "SET LOCAL lock_timeout = '300ms'"
_AGAIN: Final = frozenset({"data.writes_under_way", "data.handover_refused"})


class Users(Protocol):
    """The processes that have the database open. They raise `PluresError`, with the code of what was wrong there."""

    @property
    def count(self) -> int: ...

    async def first(self, step: str) -> Mapping[str, Any]:
        """Let one of them take a step of a `Handover`."""
        ...

    async def each(self, step: str) -> Sequence[Mapping[str, Any]]:
        """Let all of them take a step, at the same time."""
        ...


async def move_live(
    owners: Owners,
    capability: str,
    ends: tuple[End, End],
    users: Users,
    tell: Tell,
    *,
    furnish: Furnish | None = None,
) -> Moved:
    """Move a database that processes use. Run again after a kill, it begins again, with the rows that are there already.

    Args:
        ends: The source, which they use, and the target.
        tell: Hears of the progress.
        furnish: As for `move`.

    Raises:
        UnknownCapability, NothingToCopy, CannotMove, TrackingRefused, DatabaseLocked, DatabaseNewer, MigrationChanged: Nothing was changed.
        PluresError: The processes go on with the database where it was; run it again.
    """
    source, target = ends
    check_ends(owners, capability, source, target)
    if users.count > 1 and isinstance(target.place, Folder):
        reason = f"{users.count} processes use it, and a file belongs to one process"
        raise CannotMove(capability, target.where, reason, "Run one replica, or name a database on a server.")
    async with _beside(source, capability) as here, here.taken(), AsyncExitStack() as stack:
        await require_tables(here, capability, source)
        there = await stack.enter_async_context(opened(target, capability))
        await stack.enter_async_context(there.taken())
        engine = Engine(capability, target.where, here, there, tell)
        one = _Live(engine, ends, users, owners, furnish)
        try:
            return await one.run(stack)
        except BaseException:
            if not one.is_sealed:
                with suppress(PluresError, asyncio.CancelledError):
                    await users.each("give_up")
            raise


@asynccontextmanager
async def _beside(source: End, capability: str) -> AsyncGenerator[Store]:
    """The source, which other processes have open. A file is only read."""
    if not isinstance(source.place, Folder):
        async with opened(source, capability) as server:
            yield server
        return
    store = open_beside(source.place.path, capability)
    try:
        yield store
    finally:
        await store.close()


class _Live:
    """One move.

    Attributes:
        is_sealed: From here it only goes forward, whatever happens.
    """

    def __init__(
        self, engine: Engine, ends: tuple[End, End], users: Users, owners: Owners, furnish: Furnish | None
    ) -> None:
        self._engine = engine
        self._source, self._target = ends
        self._users = users
        self._owners = owners
        self._migrations: Migrations = ()
        self._furnish = furnish
        self._said = mark_of(self._target)
        self._applied: dict[int, str] = {}
        self._changes = tracking.Changes(engine.source.dialect, ())
        self._is_target_closed = False
        self.is_sealed = False

    async def run(self, target: AsyncExitStack) -> Moved:
        """Do all of it.

        Args:
            target: Closes the target.
        """
        if await self._was_sealed():
            self.is_sealed = True
            await mark(self._engine.target, None)
            return self._moved({}, None)
        await self._begin()
        pinging = asyncio.create_task(self._ping())
        try:
            await self._copy()
            await self._users_alone()
            return await self._end_soon(target)
        finally:
            pinging.cancel()
            await asyncio.gather(pinging, return_exceptions=True)

    async def _was_sealed(self) -> bool:
        """Whether an earlier move was killed at its very end, with the processes, so that the copy is not yet taken for what it is."""
        async with self._engine.source.read() as read:
            self._applied = await ledger_of(read)
        return self._applied.get(MARK) == self._said and MARK in await read_ledger(self._engine.target)

    async def _begin(self) -> None:
        engine = self._engine
        if MARK in self._applied:
            what, _, advice = self._applied[MARK].partition("\n")
            raise CannotMove(engine.capability, engine.place, f"it is {what}", advice)
        self._migrations = await migrations_for(engine, self._owners, self._applied)
        await take_target(engine, self._source, self._target, None)
        # What was left there when the database was moved away from it.
        await tracking.forget(engine.target)
        await self._users.first("track")
        await engine.make_tables(self._migrations, self._furnish)
        async with engine.source.read() as read:
            tables = await tracking.noted(read, engine.source.dialect)
            if not await tracking.covers(read, engine.source.dialect, tables):
                reason = f"the application that runs does not use {self._source.where}"
                remedy = "Let plures.toml name the place of the database that it uses, or stop it."
                raise CannotMove(engine.capability, engine.place, reason, remedy)
        self._changes = tracking.Changes(engine.source.dialect, tables)

    async def _copy(self) -> None:
        async with self._engine.source.read() as read:
            moment = await self._changes.now(read)
            await self._engine.copy_all(read)
        await self._engine.verify()
        self._changes.go_on(moment)

    async def _users_alone(self) -> None:
        """Connect the processes to the target; refuse a source that processes use which take no part."""
        answers = await self._users.each("prepare")
        sessions = [int(number) for answer in answers for number in answer.get("sessions", ())]
        others = await self._engine.source.other_users([*sessions, *self._engine.target.sessions])
        if others:
            reason = f"{others} has it open, and does not run on this machine from this folder"
            raise CannotMove(self._engine.capability, self._engine.place, reason, "Stop that application first.")

    async def _end_soon(self, target: AsyncExitStack) -> Moved:
        """End it when few rows are left to copy and no write takes long."""
        for attempt in range(1, _ATTEMPTS):
            await self._catch_up()
            try:
                return await self._end(target)
            except PluresError as error:
                is_late = isinstance(error, DatabaseBusy) or error.code in _AGAIN
                if self.is_sealed or self._is_target_closed or not is_late:
                    raise
            await self._users.each("release")
            await asyncio.sleep(_PAUSE_S * attempt)
            # What was put back in the target is in the way again.
            await self._engine.make_tables(self._migrations, self._furnish)
        await self._catch_up()
        return await self._end(target)

    async def _catch_up(self) -> None:
        """Copy what has changed until it is little."""
        for _ in range(_MOST_PASSES):
            if await self._pass() <= _FEW:
                return

    async def _pass(self) -> int:
        """Copy the rows that have changed since the last time; how many."""
        async with self._engine.source.read() as read:
            moment = await self._changes.now(read)
            changed: dict[str, Sequence[Values]] = {}
            for table in self._changes.tables:
                if table.key:
                    columns = self._engine.key_columns(table.name)
                    changed[table.name] = await self._changes.keys(read, table, columns)
            count = sum(map(len, changed.values()))
            if count:
                await self._engine.copy_keys(read, changed)
                await self._engine.verify_keys(read, changed)
        self._changes.go_on(moment)
        return count

    async def _end(self, target: AsyncExitStack) -> Moved:
        began = monotonic()
        await self._users.each("hold")
        async with self._locked() as lock:
            await self._pass()
            async with self._engine.source.read() as read:
                await self._check_same(read)
                await self._engine.copy_whole(read, [table.name for table in self._changes.tables if not table.key])
                counts = await self._engine.count(read)
                await self._engine.complete(read)
            if monotonic() - began > LEASE_S:
                raise HandoverRefused(self._engine.capability, "the last rows took too long")
            if isinstance(self._target.place, Folder):
                # A file belongs to one process: now to the one that goes on with it.
                self._is_target_closed = True
                await target.aclose()
            await self._seal(lock)
        self.is_sealed = True
        answers = await self._users.each("switch")
        return self._moved(counts, max((float(answer["held_s"]) for answer in answers), default=0.0))

    @asynccontextmanager
    async def _locked(self) -> AsyncGenerator[Transaction | None]:
        """On a server, also processes that take no part cannot write meanwhile."""
        if self._engine.source.dialect is Dialect.SQLITE:
            yield None
            return
        async with self._engine.source.write() as lock:
            await lock.execute(_LET_GO, {})
            names = ", ".join('"' + table.name.replace('"', '""') + '"' for table in self._changes.tables)
            if names:
                await lock.execute(f"LOCK TABLE {names} IN SHARE MODE", {})
            yield lock

    async def _seal(self, lock: Transaction | None) -> None:
        """From here on the copy is what counts. A file is sealed by the process that writes it, if it still holds the writes."""
        if lock is None:
            await self._users.first("seal")
            return
        await mark_in(lock, self._said)
        said = self._said.partition("\n")[0]
        for table in self._changes.tables:
            await lock.execute(tracking.sealing(table, f"the database is {said}"), {})

    async def _check_same(self, read: Transaction) -> None:
        dialect = self._engine.source.dialect
        noted = await tracking.noted(read, dialect)
        is_same = await ledger_of(read) == self._applied and noted == self._changes.tables
        if not is_same or not await tracking.covers(read, dialect, noted):
            reason = "its tables, or what is noted of them, have changed meanwhile"
            raise MoveDiffers(self._engine.capability, self._engine.place, reason)

    async def _ping(self) -> None:
        """Let the processes know that the move goes on."""
        while True:
            await asyncio.sleep(_PING_S)
            # One that starts again takes part once it has.
            with suppress(PluresError):
                await self._users.first("track")

    def _moved(self, counts: dict[str, int], held_s: float | None) -> Moved:
        return Moved(self._engine.capability, self._engine.place, counts, self._engine.resumed, held_s)
