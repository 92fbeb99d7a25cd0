"""One transaction on one connection.

PostgreSQL ends a transaction at the first error in it, and SQLite undoes the statement alone. Here both mean the latter:

- Nothing is lost when the first statement fails: the transaction begins anew.
- Before a later statement that changes something, a savepoint is set, to which we go back. It costs a trip to the server.
- After a query that fails in between, the transaction can only be rolled back, and says so.
"""

import asyncio
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import contextmanager
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final

from plures.data.lent import Lending
from plures.data.migration import brief
from plures.data.statement import spread
from plures.data.statement_errors import CommitUnknown, ConnectionLost, StatementFailed, WriteConflict
from plures.data.store import Parameters, Rows

from .alchemy import lend
from .driver import Held, asyncpg
from .filling import copied
from .pool import Pool
from .translate import FAILURES, translated
from .words import Effect, Worded, worded

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

_SET: Final = "SAVEPOINT plures"
_MOVE: Final = "RELEASE SAVEPOINT plures; SAVEPOINT plures"
_GO_BACK: Final = "ROLLBACK TO SAVEPOINT plures"
ITSELF: Final = ""
"""Begins nothing: the statement is a transaction by itself, and the only one."""


class _State(Enum):
    NOT_BEGUN = auto()
    OPEN = auto()
    FAILED_AT_FIRST = auto()
    FAILED_AFTER_POINT = auto()


class PostgresTransaction:
    """Begins with its first statement."""

    def __init__(self, capability: str, held: Held, begin: str, pool: Pool, lending: Lending) -> None:
        """Prepare.

        Args:
            capability: The owner, for error messages.
            held: At rest.
            begin: The statement that begins the transaction.
            pool: Gives another connection when this one is found to be gone.
            lending: For those who ask for SQLAlchemy.
        """
        self.held = held
        self._capability = capability
        self._begin = begin
        self._pool = pool
        self._lending = lending
        # asyncpg refuses a statement while another one runs.
        self._turn = asyncio.Lock()
        self._state = _State.NOT_BEGUN
        self._doom: StatementFailed | None = None
        self._has_point = False
        self._is_first = False
        self._effect = Effect.READS
        self._lent: AsyncConnection | None = None

    @property
    def is_at_rest(self) -> bool:
        """Nothing is open on the connection."""
        return self._state is _State.NOT_BEGUN

    async def execute(self, sql: str, parameters: Parameters, *, is_last: bool = False) -> Rows:
        """As `Transaction.execute`. One after which nothing goes on needs no savepoint, like a query."""
        sql, parameters = spread(sql, parameters)
        statement = worded(sql)
        values = self._values(statement, parameters, sql)
        effect = Effect.READS if is_last else statement.effect
        async with self._turn:
            with self.explaining(sql):
                await self.ready(effect)
                try:
                    return await self._fetch(statement, values)
                except (asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError):
                    # Another process has migrated the schema since the statement was prepared.
                    self.held.forget()
                    if not self._is_first:
                        raise
                self._state = _State.FAILED_AT_FIRST
                await self.ready(effect)
                return await self._fetch(statement, values)

    async def execute_many(self, sql: str, parameters: Sequence[Parameters]) -> Rows:
        """As `Transaction.execute_many`. PostgreSQL does not count the rows."""
        statement = worded(sql)
        values = [self._values(statement, each, sql) for each in parameters]
        if not values:
            return Rows((), (), 0)
        async with self._turn:
            with self.explaining(sql):
                await self.ready(statement.effect)
                prepared, _ = await self.held.prepared(statement.sql)
                await prepared.executemany(values)
        return Rows((), (), -1)

    async def fill(self, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """As `Transaction.fill`, by COPY."""
        async with self._turn:
            with self.explaining(f"COPY {table}"):
                await self.ready(Effect.CHANGES)
                await self.held.connection.copy_to_table(table, source=copied(rows), columns=columns, format="text")

    async def stream(self, sql: str, parameters: Parameters, at_once: int) -> AsyncGenerator[Rows]:
        """As `Transaction.stream`, with a cursor on the server."""
        sql, parameters = spread(sql, parameters)
        statement = worded(sql)
        values = self._values(statement, parameters, sql)
        async with self._turn:
            with self.explaining(sql):
                await self.ready(statement.effect)
                prepared, columns = await self.held.prepared(statement.sql)
                cursor = await prepared.cursor(*values)
        while True:
            async with self._turn:
                with self.explaining(sql):
                    part = await cursor.fetch(at_once)
            if not part:
                return
            yield Rows(columns, part, -1)

    async def sqlalchemy(self) -> "AsyncConnection":
        """As `Transaction.sqlalchemy`."""
        if self._lent is None:
            async with self._turn:
                with self.explaining("BEGIN"):
                    await self.ready(Effect.READS)
            self._lent = await lend(self._lending, self)
        return self._lent

    async def leave_sqlalchemy(self) -> None:
        """Called once the transaction has ended."""
        if self._lent is not None:
            await self._lending.end(self._lent)

    async def commit(self) -> None:
        """Make all of it last. Raises a StatementFailed, and nothing of it remains, but for `CommitUnknown`."""
        async with self._turn:
            if self._doom is not None:
                raise self._doom
            if self._lent is not None:
                self._lending.check(self._lent)
            if self._state in (_State.NOT_BEGUN, _State.FAILED_AT_FIRST):
                return
            with self.explaining("COMMIT"):
                if self._state is _State.FAILED_AFTER_POINT:
                    await self.held.connection.execute(_GO_BACK)
                    self._state = _State.OPEN
                try:
                    answer = await self.held.connection.execute("COMMIT")
                except asyncpg.PostgresError:
                    self._state = _State.NOT_BEGUN
                    raise
            self._state = _State.NOT_BEGUN
            if answer != "COMMIT":
                raise StatementFailed(self._capability, "COMMIT", "a statement had failed, so it was rolled back")

    def has_committed(self) -> None:
        """Called where the statement was a transaction by itself, once it has succeeded."""
        if self._state is _State.OPEN:
            self._state = _State.NOT_BEGUN

    async def roll_back(self) -> None:
        """End a transaction that should leave nothing, while the connection answers."""
        if self._state is _State.OPEN and self._doom is None:
            with self.explaining("ROLLBACK"):
                await self.held.connection.execute("ROLLBACK")
            self._state = _State.NOT_BEGUN

    async def ready(self, effect: Effect) -> None:
        """Begin where nothing is open, and set a savepoint where the statement may fail alone."""
        if self._doom is not None:
            raise self._doom
        self._effect = effect
        connection = self.held.connection
        if self._state is _State.FAILED_AT_FIRST:
            await connection.execute("ROLLBACK")
            self._state = _State.NOT_BEGUN
        if self._state is _State.NOT_BEGUN:
            await self._start()
            return
        self._is_first = False
        if self._state is _State.FAILED_AFTER_POINT:
            await connection.execute(_GO_BACK)
            self._state = _State.OPEN
        elif effect is Effect.CHANGES:
            await connection.execute(_MOVE if self._has_point else _SET)
        # Savepoints of others may lie around ours, or end it.
        self._has_point = (self._has_point or effect is Effect.CHANGES) and effect is not Effect.SETS_A_POINT

    def failed(self, error: Exception, statement: str) -> StatementFailed:
        """Note that a statement failed with an error of the driver; the error to raise instead."""
        is_closed = self.held.connection.is_closed()
        explained = translated(error, self._capability, statement, is_closed=is_closed)
        if isinstance(explained, ConnectionLost) and self._begin == ITSELF:
            explained = CommitUnknown(explained.capability, explained.statement, explained.reason)
        if isinstance(explained, WriteConflict | ConnectionLost):
            self._doom = explained
        elif isinstance(error, asyncpg.PostgresError) and self._state is _State.OPEN:
            if self._is_first:
                self._state = _State.FAILED_AT_FIRST
            elif self._effect is Effect.CHANGES:
                self._state = _State.FAILED_AFTER_POINT
            else:
                self._doom = StatementFailed(
                    self._capability,
                    brief(statement),
                    f"it failed ({explained.reason}), and PostgreSQL undoes the whole transaction",
                )
        return explained

    @contextmanager
    def explaining(self, statement: str) -> Generator[None]:
        """Raise our errors instead of asyncpg's."""
        try:
            yield
        except FAILURES as error:
            raise self.failed(error, statement) from error

    async def _start(self) -> None:
        self._is_first = True
        self._has_point = False
        # Before it is: the caller may be cancelled while the server begins.
        self._state = _State.OPEN
        if self._begin == ITSELF:
            return
        try:
            await self.held.connection.execute(self._begin)
        except FAILURES as error:
            lost = translated(error, self._capability, self._begin, is_closed=self.held.connection.is_closed())
            if self.held.is_fresh or not isinstance(lost, ConnectionLost):
                raise
            # The server was started again since the connection was used last. Nothing has happened yet.
            self.held = await self._pool.replace(self.held)
            await self.held.connection.execute(self._begin)

    async def _fetch(self, statement: Worded, values: Sequence[object]) -> Rows:
        prepared, columns = await self.held.prepared(statement.sql)
        rows = await prepared.fetch(*values)
        return Rows(columns, rows, -1 if statement.effect is Effect.READS else _changed(prepared.get_statusmsg()))

    def _values(self, statement: Worded, parameters: Parameters, sql: str) -> Sequence[object]:
        try:
            return statement.values(parameters)
        except KeyError as missing:
            raise StatementFailed(self._capability, brief(sql), f"no value was given for :{missing.args[0]}") from None


def _changed(status: str) -> int:
    """Read "INSERT 0 3" and "UPDATE 2"."""
    word, _, counts = status.partition(" ")
    last = counts.rpartition(" ")[2]
    return int(last) if last.isdecimal() and word != "SELECT" else -1
