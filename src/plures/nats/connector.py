"""Keeps a connection to the servers: makes one, has it used until it breaks, and makes the next, with pauses in between.

It tells once that events wait, and once that they travel again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from time import monotonic
from typing import Any, Final

from plures.logs import tell

from .address import Address
from .driver import Connection, connect
from .pace import Pace
from .stream import Stream
from .trouble import Trouble

Prepare = Callable[[Connection], Awaitable[None]]
Use = Callable[[Connection], Coroutine[Any, Any, None]]

# Longer than a connection takes to be closed.
_STOP_S: Final = 3.0
_LOG: Final = logging.getLogger("plures.nats")


class Connector:
    """The connection of one replica.

    Attributes:
        connection: The present one, ready to be used; None while there is none.
        why: Why there is none.
    """

    def __init__(self, address: Address, stream: Stream, pace: Pace = Pace()) -> None:  # noqa: B008 - it cannot be changed
        self.connection: Connection | None = None
        self.why = f"there is no connection to NATS at {address} yet"
        self._address = address
        self._stream = stream
        self._pace = pace
        self._preparing: list[Prepare] = []
        self._using: list[Use] = []
        self._running: asyncio.Task[None] | None = None
        self._failures = 0
        # A cluster that has just lost a server carries events long before it makes streams again.
        self._is_set_up = False
        self._making = asyncio.Lock()
        self._is_told = False
        self._is_stopped = False

    def prepare(self, prepare: Prepare) -> None:
        """Have something done with each connection before it is used."""
        self._preparing.append(prepare)

    def use(self, use: Use) -> None:
        """Have something run as long as each connection lasts."""
        self._using.append(use)

    def start(self) -> None:
        """Begin to connect. The servers need not be there."""
        self._running = asyncio.create_task(self._run(), name="nats")

    async def stop(self) -> None:
        """Close the connection, and make no other."""
        self._is_stopped = True
        # nats-py may swallow it while it connects, and be connected then.
        while self._running is not None and not self._running.done():
            self._running.cancel()
            await asyncio.wait((self._running,), timeout=_STOP_S)

    async def request(self, subject: str, body: bytes, headers: dict[str, str], timeout_s: float) -> bytes:
        """Ask over the present connection; raises `Trouble`."""
        if self.connection is None:
            raise Trouble(self.why)
        return await self.connection.request(subject, body, headers, timeout_s)

    async def make_stream(self, connection: Connection) -> None:
        """Make the stream that is gone; raises `Trouble`. Those that ask at once wait for one that does it."""
        is_waiting = self._making.locked()
        async with self._making:
            if not is_waiting:
                await self._stream.set_up(connection)

    async def _run(self) -> None:
        while not self._is_stopped:
            began = monotonic()
            try:
                await self._connect_and_use()
            except Exception as error:  # noqa: BLE001 - whatever it was, it is told, and the next connection is tried
                if monotonic() - began > self._pace.lasting_s:
                    self._failures = 0
                self._note(error)
            await asyncio.sleep(self._pace.again_s(self._failures))

    async def _connect_and_use(self) -> None:
        """Until it breaks, which is told as `Trouble`."""
        connection = await connect(self._address, f"plures {self._stream.name}")
        users: list[asyncio.Task[None]] = []
        try:
            if not self._is_set_up:
                await self._stream.set_up(connection)
                self._is_set_up = True
            for prepare in self._preparing:
                await prepare(connection)
            self.connection = connection
            if self._is_told:
                self._is_told = False
                _LOG.info("events travel over NATS at %s again", self._address)
            users = [asyncio.create_task(use(connection)) for use in self._using]
            await connection.lasts()
        finally:
            self.connection = None
            for user in users:
                user.cancel()
            await asyncio.gather(*users, return_exceptions=True)
            await connection.close()
        message = "the connection broke"
        raise Trouble(message)

    def _note(self, error: Exception) -> None:
        self._failures += 1
        self.why = f"no connection to NATS at {self._address}: {error}"
        if not isinstance(error, Trouble):
            tell(_LOG, error, "the connection to NATS at %s failed; it is made anew", self._address, again=True)
        # The first time, and rarer the longer it lasts.
        elif self._failures.bit_count() == 1:
            self._is_told = True
            _LOG.warning("events wait for NATS at %s: %s", self._address, error)
