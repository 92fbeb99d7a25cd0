"""One schema of a PostgreSQL server, as seen by one replica."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Final

from plures.data.errors import DatabaseLocked
from plures.data.place import Server
from plures.data.store import Dialect

from .alchemy import lending
from .driver import Held, connect
from .pool import Pool
from .transaction import ITSELF, PostgresTransaction
from .translate import CANNOT_CONNECT, FAILURES, translated, unopened

_LOOKS: Final = 30
_BETWEEN_S: Final = 0.1

_READ: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WRITE: Final = "BEGIN ISOLATION LEVEL SERIALIZABLE"
_TAKE: Final = "SELECT pg_try_advisory_lock($1)"
_OTHERS: Final = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND application_name = 'plures' AND pid <> ALL($1::int[])"""
# A process that is stopped inside must not hold its locks for as long.
_PLAIN: Final = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = '10s'"
_HEARS_FROM: Final = 4
_PASSING: Final = f"{_PLAIN}; SET LOCAL synchronous_commit = off"


class PostgresStore:
    """Connections to one schema. Each is opened by the first transaction that needs it."""

    @property
    def dialect(self) -> Dialect:
        """As `Store.dialect`."""
        return Dialect.POSTGRESQL

    def __init__(self, server: Server, capability: str) -> None:
        """Prepare.

        Args:
            server: Whose schema exists.
            capability: The owner, for error messages.
        """
        self._server = server
        self._capability = capability
        self._pool = Pool(self._connect, server.most_connections)
        self._lending = lending(capability, self._connect)
        # Those of our connections on the server.
        self._processes: set[int] = set()

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[PostgresTransaction]:
        """As `Store.read`."""
        async with self._transaction(_READ, self._pool.readers) as transaction:
            yield transaction
            await transaction.roll_back()

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[PostgresTransaction]:
        """As `Store.write`. Serializable: it means what it would mean if writes came one at a time."""
        async with self._transaction(_WRITE, self._pool.writers) as transaction:
            yield transaction
            await transaction.commit()

    @asynccontextmanager
    async def plain_write(self, *, lasts: bool) -> AsyncGenerator[PostgresTransaction]:
        """As `Store.plain_write`. The server ends one in which nothing happens for ten seconds."""
        async with self._transaction(_PLAIN if lasts else _PASSING, self._pool.writers) as transaction:
            yield transaction
            await transaction.commit()

    @asynccontextmanager
    async def plain_statement(self) -> AsyncGenerator[PostgresTransaction]:
        """As `Store.plain_statement`: the server commits the statement when it has run."""
        async with self._transaction(ITSELF, self._pool.writers) as transaction:
            yield transaction
            transaction.has_committed()

    @asynccontextmanager
    async def hearing(self, call: Callable[[], None]) -> AsyncGenerator[asyncio.Event]:
        """As `Store.hearing`, on a connection of those that read; where they are few, nothing is heard."""
        lost = asyncio.Event()

        def ended(*_: object) -> None:
            lost.set()

        if self._server.most_connections < _HEARS_FROM:
            yield lost
            return
        async with self._pool.borrowed() as held:
            connection = held.connection
            try:
                await connection.add_listener(self._channel, lambda *_: call())
            except FAILURES as error:
                raise translated(error, self._capability, "LISTEN", is_closed=connection.is_closed()) from error
            connection.add_termination_listener(ended)
            try:
                yield lost
            finally:
                # It would hear on.
                connection.terminate()

    async def tell(self) -> None:
        """As `Store.tell`. `NOTIFY` locks something of the whole server until its commit, so it has a transaction of its own."""
        async with self._transaction(_PASSING, self._pool.writers) as transaction:
            await transaction.execute("SELECT pg_notify(:channel, '')", {"channel": self._channel})
            await transaction.commit()

    @asynccontextmanager
    async def alone(self) -> AsyncGenerator[None]:
        """As `Store.alone`, by a lock that the server lets go when the process dies."""
        async with self._pool.borrowed() as held:
            await held.connection.execute("SELECT pg_advisory_lock($1)", self._key("migrates"))
            yield
            await held.connection.execute("SELECT pg_advisory_unlock($1)", self._key("migrates"))

    @asynccontextmanager
    async def taken(self) -> AsyncGenerator[None]:
        """As `Store.taken`, by another such lock."""
        async with self._pool.borrowed() as held:
            if not await _soon(lambda: held.connection.fetchval(_TAKE, self._key("moves"))):
                raise DatabaseLocked(self._capability, str(self._server), "another move")
            yield
            await held.connection.execute("SELECT pg_advisory_unlock($1)", self._key("moves"))

    @property
    def sessions(self) -> Collection[int]:
        """As `Store.sessions`."""
        return self._processes

    async def other_users(self, known: Collection[int] = ()) -> str:
        """As `Store.other_users`: connections of the same role that Plures has opened."""
        async with self._pool.borrowed() as held:
            others = [*self._processes, *known]
            if await _soon(lambda: held.connection.fetchval(f"SELECT ({_OTHERS}) = 0", others)):
                return ""
            count = await held.connection.fetchval(_OTHERS, others)
        return f"{count} connection{'' if count == 1 else 's'} of an application"

    def rebuilding(self) -> AbstractAsyncContextManager[None]:
        """As `Store.rebuilding`. Tables are changed in place."""
        return nullcontext()

    async def has_schema(self) -> bool:
        """Whether the schema exists, and the role may use it."""
        async with self._pool.borrowed() as held:
            return await held.connection.fetchval("SELECT current_schema()") is not None

    async def close(self) -> None:
        """As `Store.close`."""
        await self._lending.close()
        await self._pool.close()

    @asynccontextmanager
    async def _transaction(self, begin: str, turn: asyncio.Semaphore) -> AsyncGenerator[PostgresTransaction]:
        # Callers wait as long as their deadline lets them.
        await turn.acquire()
        try:
            held = await self._pool.take()
        except BaseException:
            turn.release()
            raise
        transaction = PostgresTransaction(self._capability, held, begin, self._pool, self._lending)
        try:
            yield transaction
        finally:
            if transaction.is_at_rest:
                self._pool.give_back(transaction.held)
                turn.release()
            else:
                await self._pool.end(transaction.held, turn)
            await transaction.leave_sqlalchemy()

    async def _connect(self) -> Held:
        try:
            held = await connect(self._server.url, self._server.schema, self._server.patience_s)
        except CANNOT_CONNECT as error:
            explained = unopened(error, self._capability, self._server)
            # asyncpg's own words about a URL may hold a part of it.
            raise explained from (error if isinstance(error, OSError) else None)
        self._processes.add(held.connection.get_server_pid())
        return held

    @property
    def _channel(self) -> str:
        # Channels are those of the whole database, and names in it are short.
        return f"plures {self._key('tells')}"

    def _key(self, purpose: str) -> int:
        digest = hashlib.sha256(f"plures {purpose} {self._server.schema}".encode()).digest()
        return int.from_bytes(digest[:8], signed=True)


async def _soon(is_so: Callable[[], Awaitable[bool]]) -> bool:
    """Whether it is so, or becomes so: the server takes a moment to notice that a process was killed."""
    for _ in range(_LOOKS):
        if await is_so():
            return True
        await asyncio.sleep(_BETWEEN_S)
    return False
