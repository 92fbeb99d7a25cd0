"""One SQLite file: one connection that writes, and a few that can neither write nor checkpoint.

SQLite before 3.51.3 can corrupt a write-ahead log when two connections write or checkpoint at once. So exactly one
connection does either, and readers open the file read-only.
Source: docs/adr/0004-embedded-data.md
"""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Generator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from plures.data.lent import Lending
from plures.data.statement import spread
from plures.data.store import Dialect, Parameters, Rows
from plures.errors import PluresError

from .alchemy import lending
from .driver import DriverConnection
from .leash import Leash
from .translate import translated, unopened

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

READERS: Final = 4
BUSY_S: Final = 5.0
"""Only tools outside Plures can make us wait for a lock."""

_WRITER_PRAGMAS: Final = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL")
_READER_PRAGMAS: Final = ("PRAGMA wal_autocheckpoint = 0", "PRAGMA query_only = ON")
_Translate = Callable[[Exception, str], PluresError]


_FAILURES: Final = (sqlite3.Error, sqlite3.Warning, OverflowError)
"""What the `sqlite3` module raises; the bare Warning is Python 3.11's, for two statements in one."""


class SqliteStore:
    """The connections of one file. Each is opened by its first transaction."""

    def __init__(
        self,
        path: Path,
        capability: str,
        release: Callable[[], None],
        *,
        keeps_references: bool = True,
        is_ours: bool = True,
    ) -> None:
        """Prepare.

        Args:
            path: Created where there is none.
            capability: The owner, for error messages.
            release: Called once, after all connections are closed.
            keeps_references: Whether foreign keys are checked.
            is_ours: Else the file stays in the mode in which its owner keeps it.
        """
        self._release = release
        self._translate: _Translate = lambda error, statement: translated(error, capability, path, statement)
        self._lending = lending(capability, self._translate)
        owner, leash = (capability, path), Leash()
        self._foreign_keys = f"PRAGMA foreign_keys = {'ON' if keeps_references else 'OFF'}"
        opening = partial(
            _open, str(path), (*(_WRITER_PRAGMAS if is_ours else _WRITER_PRAGMAS[1:]), self._foreign_keys)
        )
        self._writers = _Connections(
            partial(_connect, owner, opening, leash, begin="BEGIN IMMEDIATE", read_only=False), most=1
        )
        # What a program that was killed has begun there, only one that may write takes back.
        mode = "ro" if is_ours else "rw"
        opening = partial(_open, f"{path.absolute().as_uri()}?mode={mode}", _READER_PRAGMAS)
        self._readers = _Connections(
            partial(_connect, owner, opening, leash, begin="BEGIN", read_only=True), most=READERS
        )

    @property
    def dialect(self) -> Dialect:
        """As `Store.dialect`."""
        return Dialect.SQLITE

    def read(self) -> "SqliteTransaction":
        """As `Store.read`."""
        return SqliteTransaction(self._readers, self._lending, self._translate, commits=False)

    def write(self) -> "SqliteTransaction":
        """As `Store.write`. Holds SQLite's write lock from the first statement on."""
        return SqliteTransaction(self._writers, self._lending, self._translate, commits=True)

    def plain_write(self, *, lasts: bool) -> AbstractAsyncContextManager["SqliteTransaction"]:
        """As `Store.plain_write`. Writes come one at a time here anyway, and last."""
        del lasts
        return self.write()

    def plain_statement(self) -> AbstractAsyncContextManager["SqliteTransaction"]:
        """As `Store.plain_statement`."""
        return self.write()

    def hearing(self, call: Callable[[], None]) -> AbstractAsyncContextManager[asyncio.Event]:
        """As `Store.hearing`. No other process uses the file."""
        del call
        return nullcontext(asyncio.Event())

    async def tell(self) -> None:
        """As `Store.tell`."""

    def alone(self) -> AbstractAsyncContextManager[None]:
        """As `Store.alone`. The process lock sees to it."""
        return nullcontext()

    def taken(self) -> AbstractAsyncContextManager[None]:
        """As `Store.taken`. The process lock sees to it."""
        return nullcontext()

    @property
    def sessions(self) -> Collection[int]:
        """As `Store.sessions`."""
        return ()

    async def other_users(self, known: Collection[int] = ()) -> str:
        """As `Store.other_users`. The process lock keeps them out."""
        del known
        return ""

    @asynccontextmanager
    async def rebuilding(self) -> AsyncGenerator[None]:
        """As `Store.rebuilding`. Dropping a table would delete its rows, and those that refer to them."""
        await self._set("PRAGMA foreign_keys = OFF")
        try:
            yield
        finally:
            await self._set(self._foreign_keys)

    async def close(self) -> None:
        """As `Store.close`."""
        await self._lending.close()
        # SQLite checkpoints when the last connection closes, and that must be the writer.
        await self._readers.close()
        await self._writers.close()
        self._release()

    async def _set(self, pragma: str) -> None:
        connection = await self._writers.take()
        try:
            await connection.set(pragma)
        finally:
            self._writers.give_back(connection)


class SqliteTransaction(AbstractAsyncContextManager["SqliteTransaction"]):
    """One transaction, on a connection that it takes when it is entered and gives back in the end."""

    def __init__(self, connections: "_Connections", lending: Lending, translate: _Translate, *, commits: bool) -> None:
        self._connections = connections
        self._lending = lending
        self._translate = translate
        self._commits = commits
        self._lent: AsyncConnection | None = None

    async def __aenter__(self) -> Self:
        self._connection = await self._connections.take()
        return self

    async def __aexit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        try:
            if self._commits and error is None:
                await self._commit()
        finally:
            try:
                if not self._connection.is_at_rest:
                    await self._connection.rollback()
                if self._lent is not None:
                    await self._lending.end(self._lent)
            finally:
                self._connections.give_back(self._connection)

    async def execute(self, sql: str, parameters: Parameters, *, is_last: bool = False) -> Rows:  # noqa: ARG002
        """As `Transaction.execute`. SQLite undoes a statement that fails by itself."""
        # As `explaining`, which would take a tenth of the time of a short statement.
        try:
            return await self._connection.execute(*spread(sql, parameters))
        except _FAILURES as error:
            raise self._translate(error, sql) from error

    async def execute_many(self, sql: str, parameters: Sequence[Parameters]) -> Rows:
        """As `Transaction.execute_many`."""
        try:
            return await self._connection.execute_many(sql, parameters)
        except _FAILURES as error:
            raise self._translate(error, sql) from error

    async def fill(self, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """As `Transaction.fill`."""
        names = ", ".join('"' + name.replace('"', '""') + '"' for name in (table, *columns)).partition(", ")
        sql = f"INSERT INTO {names[0]} ({names[2]}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - names, quoted
        with self.explaining(sql):
            await self._connection.execute_many(sql, rows)

    async def stream(self, sql: str, parameters: Parameters, at_once: int) -> AsyncGenerator[Rows]:
        """As `Transaction.stream`."""
        with self.explaining(sql):
            async for rows in self._connection.stream(*spread(sql, parameters), at_once):
                yield rows

    async def sqlalchemy(self) -> "AsyncConnection":
        """As `Transaction.sqlalchemy`."""
        if self._lent is None:
            self._lent = await self._lending.lend(self._connection)
        return self._lent

    async def _commit(self) -> None:
        if self._lent is not None:
            # SQLAlchemy may take it for ended.
            self._lending.check(self._lent)
        try:
            await self._connection.commit(is_awaited=self._connections.awaited > 0)
        except _FAILURES as error:
            raise self._translate(error, "COMMIT") from error

    @contextmanager
    def explaining(self, statement: str) -> Generator[None]:
        """Raise our errors instead of SQLite's."""
        try:
            yield
        except _FAILURES as error:
            raise self._translate(error, statement) from error


class _Connections:
    """Connections that transactions take and give back. The last to be used is the first to be taken: it is warm."""

    def __init__(self, connect: Callable[[], Awaitable[DriverConnection]], *, most: int) -> None:
        self._connect = connect
        self._free = asyncio.Semaphore(most)
        # So many wait for one.
        self.awaited = 0
        self._idle: list[DriverConnection] = []

    async def take(self) -> DriverConnection:
        """A connection, which has to be given back. Callers wait as long as their deadline lets them."""
        self.awaited += 1
        try:
            await self._free.acquire()
        finally:
            self.awaited -= 1
        try:
            return self._idle.pop() if self._idle else await self._connect()
        except BaseException:
            self._free.release()
            raise

    def give_back(self, connection: DriverConnection) -> None:
        self._idle.append(connection)
        self._free.release()

    async def close(self) -> None:
        """Called when all are idle."""
        for connection in self._idle:
            await connection.close()


async def _connect(
    owner: tuple[str, Path], opening: Callable[[], sqlite3.Connection], leash: Leash, *, begin: str, read_only: bool
) -> DriverConnection:
    connection = DriverConnection(opening, begin=begin, read_only=read_only, leash=leash)
    try:
        await connection.open(owner[0])
    except sqlite3.Error as error:
        raise unopened(error, *owner) from error
    return connection


def open_writer(path: Path) -> sqlite3.Connection:
    """A connection for code that blocks: the only one that writes while it is in use. It may pass from thread to thread."""
    return _open(str(path), (*_WRITER_PRAGMAS, "PRAGMA foreign_keys = ON"))


def _open(address: str, pragmas: tuple[str, ...]) -> sqlite3.Connection:
    connection = sqlite3.connect(
        address,
        uri=address.startswith("file:"),
        timeout=BUSY_S,
        # The driver connection begins transactions, not the sqlite3 module.
        isolation_level=None,
        # Cursors are made and closed in the event loop.
        check_same_thread=False,
    )
    # ATTACH could open the file of another capability.
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    try:
        for pragma in pragmas:
            connection.execute(pragma)
    except sqlite3.Error:
        connection.close()
        raise
    return connection
