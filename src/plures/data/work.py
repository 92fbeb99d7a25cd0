"""What one piece of work, such as a call of an operation, does with one database: whether it committed, and a commit that it holds back."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Final, TypeAlias

from .connection import Connection

Begin: TypeAlias = Callable[[], AbstractAsyncContextManager[Connection]]
"""Begins a transaction that commits on leaving."""

_current: Final[ContextVar["Work | None"]] = ContextVar("plures_work", default=None)


class Work:
    """The work of one call on one database.

    Attributes:
        has_committed: Whether a write of this work has been committed.
    """

    def __init__(self, database: object) -> None:
        self._database = database
        self._has_ended = False
        self.has_committed = False

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

    @asynccontextmanager
    async def write(self, begin: Begin) -> AsyncGenerator[Connection]:
        """A transaction of this work."""
        async with begin() as connection:
            yield connection
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

    @asynccontextmanager
    async def write(self, begin: Begin) -> AsyncGenerator[Connection]:
        """A transaction that stays open after its block, unless other tasks of this work write as well."""
        await self.commit_held()
        self._writing += 1
        try:
            async with AsyncExitStack() as stack:
                connection = await stack.enter_async_context(begin())
                yield connection
                if self._writing == 1 and not self._has_ended:
                    self._held = connection, stack.pop_all()
            self.has_committed = self.has_committed or self._held is None
        finally:
            self._writing -= 1

    async def commit_held(self) -> None:
        """Commit what is held back."""
        async with self._committing:
            if self._held is not None:
                await self._commit(None)

    async def end(self, begin: Begin, write_answer: Callable[[Connection], Awaitable[None]]) -> None:
        """Write the answer of the work, in the transaction that is held back or in one of its own. What fails leaves nothing of it."""
        async with self._committing:
            if self._held is not None:
                await self._commit(write_answer)
                return
        async with begin() as connection:
            await write_answer(connection)
        self.has_committed = True

    async def _commit(self, write_answer: Callable[[Connection], Awaitable[None]] | None) -> None:
        held, self._held = self._held, None
        if held is None:
            return
        connection, transaction = held
        async with transaction:
            if write_answer is not None:
                await write_answer(connection)
        self.has_committed = True


def work_on(database: object) -> Work | None:
    """The work that the running code is part of, when it is one on this database."""
    work = _current.get()
    return work if work is not None and work.is_on(database) else None


async def commit_held() -> None:
    """Commit what the running code holds back on a database: something is about to leave the process."""
    work = _current.get()
    if work is not None:
        await work.commit_held()
