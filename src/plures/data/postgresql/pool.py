"""The connections of a capability to its server: so many that write, so many that read."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from .driver import Held
from .translate import FAILURES

_PATIENCE_S: Final = 1.0
"""How long the server may take to end a transaction that was given up, or a connection."""


class Pool:
    """Opens connections as they are needed, and keeps them. The last to be used is the first to be taken: it is warm."""

    def __init__(self, connect: Callable[[], Awaitable[Held]], most: int) -> None:
        """Prepare.

        Args:
            connect: Opens one.
            most: At least 2. Those that write and those that read are counted apart, so that neither waits for itself within the other.
        """
        self._connect = connect
        self.writers = asyncio.Semaphore(most // 2)
        self.readers = asyncio.Semaphore(most - most // 2)
        self._idle: list[Held] = []
        self._ending: set[asyncio.Task[None]] = set()

    async def take(self) -> Held:
        """A connection, within a turn of `writers` or `readers`."""
        while self._idle:
            held = self._idle.pop()
            if not held.connection.is_closed():
                return held
        return await self._connect()

    async def replace(self, lost: Held) -> Held:
        """A new one for one that is gone. Its neighbours probably are, too."""
        lost.connection.terminate()
        for held in self._idle:
            held.connection.terminate()
        self._idle.clear()
        return await self._connect()

    def give_back(self, held: Held) -> None:
        """Keep a connection that is at rest."""
        held.is_fresh = False
        if not held.connection.is_closed():
            self._idle.append(held)

    async def end(self, held: Held, turn: asyncio.Semaphore) -> None:
        """Roll back, then keep the connection and pass the turn on, even when the caller is cancelled meanwhile."""
        task = asyncio.create_task(self._end(held, turn))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
        await asyncio.shield(task)

    async def close(self) -> None:
        """Called when no transaction is open."""
        if self._ending:
            await asyncio.wait(self._ending)
        for held in self._idle:
            try:
                await held.connection.close(timeout=_PATIENCE_S)
            except FAILURES:
                held.connection.terminate()
        self._idle.clear()

    @asynccontextmanager
    async def borrowed(self) -> AsyncGenerator[Held]:
        """A connection outside of transactions; dropped when something fails."""
        async with self.readers:
            held = await self.take()
            try:
                yield held
            except BaseException:
                held.connection.terminate()
                raise
            self.give_back(held)

    async def _end(self, held: Held, turn: asyncio.Semaphore) -> None:
        try:
            # asyncpg waits first until the server has cancelled what was running. A request to cancel can overtake the statement that it is
            # for, and is lost then. The server ends the statement when it finds the connection closed.
            async with asyncio.timeout(_PATIENCE_S):
                await held.connection.execute("ROLLBACK")
        except FAILURES:
            held.connection.terminate()
        finally:
            self.give_back(held)
            turn.release()
