"""What a capability gets: reads that see a snapshot, and one write at a time."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from .errors import DatabaseClosed, NestedWrite


class Database:
    """A capability's own database, open and migrated. The host builds and closes it."""

    def __init__(
        self, capability: str, *, reader: AsyncEngine, writer: AsyncEngine, release: Callable[[], None]
    ) -> None:
        """Take over two open engines.

        Args:
            capability: The owner, for error messages.
            reader: Its transactions cannot change anything.
            writer: Its transactions may.
            release: Called once, after both are closed.
        """
        self._capability = capability
        self._reader = reader
        self._writer = writer
        self._release = release
        self._turn = asyncio.Lock()
        self._writing: asyncio.Task[object] | None = None
        self._reads = 0
        self._unread = asyncio.Event()
        self._unread.set()
        self._closed = False

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        """A connection that sees the database as it was at its first statement, and cannot change it.

        Raises:
            ReadOnly: From a statement that would change something.
            DatabaseClosed: The capability has stopped.
        """
        self._check_open()
        self._reads += 1
        self._unread.clear()
        try:
            async with self._reader.connect() as connection:
                yield connection
        finally:
            self._reads -= 1
            if not self._reads:
                self._unread.set()

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[AsyncConnection]:
        """The only connection that may change the database; waits until earlier writes have ended.

        Commits on leaving. Rolls back on an exception and on cancellation; when the commit itself is cancelled, it may
        have happened.

        Raises:
            NestedWrite: This task is already writing.
            DatabaseClosed: The capability has stopped.
        """
        if self._writing is not None and self._writing is asyncio.current_task():
            raise NestedWrite(self._capability)
        async with self._turn:
            self._check_open()
            self._writing = asyncio.current_task()
            try:
                async with self._writer.begin() as connection:
                    yield connection
            finally:
                self._writing = None

    async def close(self) -> None:
        """Wait for reads and writes in progress, then close; the write-ahead log is merged into the file."""
        if self._closed:
            return
        self._closed = True
        await self._unread.wait()
        async with self._turn:
            # SQLite checkpoints when the last connection closes, and that must be the writer.
            await self._reader.dispose()
            await self._writer.dispose()
        self._release()

    def _check_open(self) -> None:
        if self._closed:
            raise DatabaseClosed(self._capability)
