"""What one piece of work, such as a call of an operation, does with one database: whether it committed, and a commit that it holds back."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from contextvars import ContextVar
from types import TracebackType
from typing import Final, Self, TypeAlias

from .connection import Connection
from .statement_errors import CommitUnknown, StatementFailed

Begin: TypeAlias = Callable[[], AbstractAsyncContextManager[Connection]]
"""Begins a transaction that commits on leaving."""

_current: Final[ContextVar["Work | None"]] = ContextVar("plures_work", default=None)


class Work:
    """The work of one call on one database.

    Attributes:
        has_committed: Whether a write of this work has been committed, or may have been.
        turn: Held by the task of this work that writes.
    """

    def __init__(self, database: object) -> None:
        self._database = database
        self._has_ended = False
        self.has_committed = False
        self.turn = asyncio.Lock()

    def under_way(self) -> Self:
        """To be entered: what runs meanwhile, also in tasks that it starts, is this work."""
        return self

    def __enter__(self) -> None:
        self._token = _current.set(self)

    def __exit__(self, *_: object) -> None:
        self._has_ended = True
        _current.reset(self._token)

    def is_on(self, database: object) -> bool:
        """Whether it is under way, and on this database."""
        return self._database is database and not self._has_ended

    def may_be_repeated_after(self, error: Exception) -> bool:
        """Whether the work may run again after an error that ended its last transaction, as far as that transaction goes."""
        # Any other error is one of opening a connection.
        return not isinstance(error, StatementFailed) or error.may_be_repeated

    def write(self, begin: Begin) -> AbstractAsyncContextManager[Connection]:
        """A transaction of this work."""
        return _Counted(self, begin())

    async def commit_held(self) -> None:
        """Commit what is held back; called before the work does anything that may rely on it."""


class HoldingWork(Work):
    """Holds the commit of its last write back until its end, so that its answer can be written into the same transaction."""

    def __init__(self, database: object) -> None:
        super().__init__(database)
        self._writing = 0
        self._held: _Open | None = None
        self._committing = asyncio.Lock()

    def may_be_repeated_after(self, error: Exception) -> bool:
        """Also after a commit that may have happened: the next attempt finds the answer then."""
        return super().may_be_repeated_after(error) or isinstance(error, CommitUnknown)

    def write(self, begin: Begin) -> AbstractAsyncContextManager[Connection]:
        """A transaction that stays open after its block, unless other tasks of this work write as well."""
        return _Holding(self, begin())

    async def writes(self) -> None:
        """A task begins to write."""
        await self.commit_held()
        self._writing += 1

    def holds(self, connection: Connection, transaction: AbstractAsyncContextManager[Connection]) -> bool:
        """A task comes to the end of what it writes: whether the commit is held back."""
        is_held = self._writing == 1 and not self._has_ended
        if is_held:
            connection.is_held = True
            self._held = _Open(connection, transaction)
        return is_held

    def has_written(self) -> None:
        """A task that wrote is done with it."""
        self._writing -= 1

    async def commit_held(self) -> None:
        """Commit what is held back."""
        async with self._committing:
            if self._held is None:
                return
            held, self._held = self._held, None
            try:
                async with held:
                    pass
            except BaseException as error:
                self.has_committed = self.has_committed or _may_have_committed(error)
                raise
            self.has_committed = True

    async def end(self, begin: Begin, write_answer: Callable[[Connection], Awaitable[None]]) -> None:
        """Write the answer of the work, in the transaction that is held back or in one of its own. What fails leaves nothing of it.

        Raises:
            CommitUnknown: The answer tells whether the transaction was committed. So `has_committed` does not count it.
        """
        async with self._committing:
            if self._held is not None:
                held, self._held = self._held, None
                async with held as connection:
                    await write_answer(connection)
            else:
                async with begin() as connection:
                    await write_answer(connection)
            self.has_committed = True

    @property
    def is_holding(self) -> bool:
        """Whether a commit is held back."""
        return self._held is not None

    async def give_up(self) -> None:
        """Roll back what is held back: the work has no answer."""
        async with self._committing:
            if self._held is None:
                return
            held, self._held = self._held, None
            with suppress(_GivenUp):
                async with held:
                    raise _GivenUp


class _Open(AbstractAsyncContextManager[Connection]):
    """A transaction that is open: its block only ends it."""

    def __init__(self, connection: Connection, transaction: AbstractAsyncContextManager[Connection]) -> None:
        self._connection = connection
        self._transaction = transaction

    async def __aenter__(self) -> Connection:
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._transaction.__aexit__(kind, error, traceback)


class _Counted(AbstractAsyncContextManager[Connection]):
    """A transaction of a work, which notes whether it was committed, or may have been."""

    def __init__(self, work: Work, transaction: AbstractAsyncContextManager[Connection]) -> None:
        self._work = work
        self._transaction = transaction

    async def __aenter__(self) -> Connection:
        return await self._transaction.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        work, is_commit = self._work, error is None
        try:
            await self._transaction.__aexit__(kind, error, traceback)
        except BaseException as failure:
            work.has_committed = work.has_committed or (is_commit and _may_have_committed(failure))
            raise
        work.has_committed = work.has_committed or is_commit


class _Holding(_Counted):
    """Such a transaction whose commit is held back where it can be."""

    def __init__(self, work: HoldingWork, transaction: AbstractAsyncContextManager[Connection]) -> None:
        super().__init__(work, transaction)
        self._holder = work

    async def __aenter__(self) -> Connection:
        await self._holder.writes()
        try:
            self._connection = await super().__aenter__()
        except BaseException:
            self._holder.has_written()
            raise
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if error is not None or not self._holder.holds(self._connection, self._transaction):
                await super().__aexit__(kind, error, traceback)
        finally:
            self._holder.has_written()


class _GivenUp(Exception):
    """Rolls a transaction back."""


def work_on(database: object) -> Work | None:
    """The work that the running code is part of, when it is one on this database."""
    work = _current.get()
    return work if work is not None and work.is_on(database) else None


async def commit_held() -> None:
    """Commit what the running code holds back on a database: something is about to leave the process."""
    work = _current.get()
    if work is not None:
        await work.commit_held()


def _may_have_committed(error: BaseException) -> bool:
    """Whether a commit that failed with this may have happened: it was cancelled, or the store does not know."""
    return not isinstance(error, StatementFailed) or error.may_have_happened
