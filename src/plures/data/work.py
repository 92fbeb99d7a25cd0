"""What one piece of work, such as a call of an operation, does with one database: whether it committed, and a commit that it holds back."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from typing import Final, TypeAlias

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

    @contextmanager
    def under_way(self) -> Generator[None]:
        """What runs meanwhile, also in tasks that it starts, is this work."""
        token = _current.set(self)
        try:
            yield
        finally:
            self._has_ended = True
            _current.reset(token)

    def is_on(self, database: object) -> bool:
        """Whether it is under way, and on this database."""
        return self._database is database and not self._has_ended

    def may_be_repeated_after(self, error: Exception) -> bool:
        """Whether the work may run again after an error that ended its last transaction, as far as that transaction goes."""
        # Any other error is one of opening a connection.
        return not isinstance(error, StatementFailed) or error.may_be_repeated

    @asynccontextmanager
    async def write(self, begin: Begin) -> AsyncGenerator[Connection]:
        """A transaction of this work."""
        is_commit = False
        try:
            async with begin() as connection:
                yield connection
                is_commit = True
        except BaseException as error:
            self.has_committed = self.has_committed or (is_commit and _may_have_committed(error))
            raise
        self.has_committed = True

    async def commit_held(self) -> None:
        """Commit what is held back; called before the work does anything that may rely on it."""


class HoldingWork(Work):
    """Holds the commit of its last write back until its end, so that its answer can be written into the same transaction."""

    def __init__(self, database: object) -> None:
        super().__init__(database)
        self._writing = 0
        self._held: tuple[Connection, AsyncExitStack] | None = None
        self._committing = asyncio.Lock()

    def may_be_repeated_after(self, error: Exception) -> bool:
        """Also after a commit that may have happened: the next attempt finds the answer then."""
        return super().may_be_repeated_after(error) or isinstance(error, CommitUnknown)

    @asynccontextmanager
    async def write(self, begin: Begin) -> AsyncGenerator[Connection]:
        """A transaction that stays open after its block, unless other tasks of this work write as well."""
        await self.commit_held()
        self._writing += 1
        is_commit = False
        try:
            async with AsyncExitStack() as stack:
                connection = await stack.enter_async_context(begin())
                yield connection
                if self._writing == 1 and not self._has_ended:
                    connection.is_held = True
                    self._held = connection, stack.pop_all()
                else:
                    is_commit = True
            self.has_committed = self.has_committed or is_commit
        except BaseException as error:
            self.has_committed = self.has_committed or (is_commit and _may_have_committed(error))
            raise
        finally:
            self._writing -= 1

    async def commit_held(self) -> None:
        """Commit what is held back."""
        async with self._committing:
            if self._held is None:
                return
            transaction, self._held = self._held[1], None
            try:
                await transaction.aclose()
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
                (connection, transaction), self._held = self._held, None
                async with transaction:
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
            transaction, self._held = self._held[1], None
            with suppress(_GivenUp):
                async with transaction:
                    raise _GivenUp


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
