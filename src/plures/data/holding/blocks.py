"""What `read()` and `write()` give: the way into a transaction, and out of it. Classes, since these are entered more often than all else."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from time import monotonic
from types import TracebackType

from plures.data.connection import Connection
from plures.data.errors import NestedWrite
from plures.data.store import Store, Transaction
from plures.data.work import Work

from .usage import Usage


class Reading(AbstractAsyncContextManager[Connection]):
    """A transaction that sees one snapshot."""

    def __init__(self, usage: Usage, work: Work | None) -> None:
        """Prepare.

        Args:
            work: What it is a part of.
        """
        self._usage = usage
        self._work = work

    async def __aenter__(self) -> Connection:
        if self._work is not None:
            await self._work.commit_held()
        self._task = asyncio.current_task()
        self._tenure = self._usage.enter(self._task)
        try:
            self._transaction = self._tenure.store.read()
            return Connection(await self._transaction.__aenter__(), self._usage.spent)
        except BaseException:
            self._tenure.leave(self._task)
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            await self._transaction.__aexit__(kind, error, traceback)
        finally:
            self._tenure.leave(self._task)


class Writing(AbstractAsyncContextManager[Connection]):
    """A transaction that commits on leaving."""

    def __init__(
        self,
        usage: Usage,
        begin: Callable[[Store], AbstractAsyncContextManager[Transaction]],
        turn: asyncio.Lock | None = None,
    ) -> None:
        """Prepare.

        Args:
            begin: Begins it.
            turn: Held meanwhile.
        """
        self._usage = usage
        self._begin = begin
        self._turn = turn

    async def __aenter__(self) -> Connection:
        task = self._task = asyncio.current_task()
        if task in self._usage.writing:
            raise NestedWrite(self._usage.capability)
        if self._turn is not None:
            await self._turn.acquire()
        try:
            while self._usage.hold is not None:
                await self._usage.hold.over.wait()
            self._tenure = self._usage.enter(task)
        except BaseException:
            self._end_turn()
            raise
        self._usage.writing[task] = None
        try:
            self._transaction = self._begin(self._tenure.store)
            self._connection = self._usage.writing[task] = Connection(
                await self._transaction.__aenter__(), self._usage.spent
            )
        except BaseException:
            self._leave()
            raise
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        began = monotonic()
        try:
            await self._transaction.__aexit__(kind, error, traceback)
        finally:
            self._usage.spent.database_s += monotonic() - began
            self._leave()
        if error is None:
            for call in self._connection.after_commit:
                call()

    def _leave(self) -> None:
        usage = self._usage
        del usage.writing[self._task]
        if usage.hold is not None and not usage.writing:
            usage.hold.still.set()
        self._tenure.leave(self._task)
        self._end_turn()

    def _end_turn(self) -> None:
        if self._turn is not None:
            self._turn.release()
