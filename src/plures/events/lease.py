"""Who delivers. On PostgreSQL one of the replicas holds a lease; on SQLite the process that has the file open is the only one.

Each lease has an epoch, one above the last. Whatever the holder writes, it writes while it has the row of the lease locked and the epoch is
still its own: a holder that was stopped and wakes up after another has taken over is refused. The clock is the server's.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Final

from plures.data import Connection, Database, Dialect

from .errors import LeaseLost

LEASE_S: Final = 6.0

_NOW: Final = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
# A lease that ends later than any could is one of a clock that was wrong.
_TAKE: Final = f"""
UPDATE plures_relay SET epoch = epoch + 1, holder = :holder, expires_at = {_NOW} + :lease_ms
WHERE expires_at <= {_NOW} OR expires_at > {_NOW} + 10 * :lease_ms
RETURNING epoch"""  # noqa: S608
_RENEW: Final = f"UPDATE plures_relay SET expires_at = {_NOW} + :lease_ms WHERE epoch = :epoch"  # noqa: S608
_GIVE_UP: Final = "UPDATE plures_relay SET expires_at = 0, holder = '' WHERE epoch = :epoch"
LOCK: Final = "SELECT epoch FROM plures_relay FOR UPDATE"
"""Makes others wait who change what a relay changes."""


class Lease:
    """The right to deliver."""

    def __init__(self, database: Database, capability: str, epoch: int, lease_s: float) -> None:
        self._database = database
        self._capability = capability
        self._lease_s = lease_s
        self._renew_at = monotonic() + lease_s / 3
        self.epoch = epoch

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[Connection]:
        """A transaction of the holder. A crash of the server may undo it, with those after it: then they are done again.

        Raises:
            LeaseLost: Another replica has taken over; nothing was written.
        """
        async with self._database.plain_write(lasts=False) as connection:
            await lock(connection, self._database.dialect, self)
            yield connection

    def lost(self) -> LeaseLost:
        return LeaseLost(self._capability)

    async def renew(self, connection: Connection) -> None:
        """Renew it where a third of its time is over; called at each look. Raises `LeaseLost`."""
        if monotonic() < self._renew_at:
            return
        values = {"epoch": self.epoch, "lease_ms": int(self._lease_s * 1000)}
        if (await connection.execute(_RENEW, values)).rowcount == 0:
            raise self.lost()
        self._renew_at = monotonic() + self._lease_s / 3

    async def give_up(self) -> None:
        """Let another replica take over at once."""
        if self._database.dialect is Dialect.POSTGRESQL:
            async with self._database.plain_write() as connection:
                await connection.execute(_GIVE_UP, {"epoch": self.epoch})


async def take(database: Database, capability: str, holder: str, lease_s: float = LEASE_S) -> Lease | None:
    """The lease, or None while another replica holds it."""
    if database.dialect is Dialect.SQLITE:
        return Lease(database, capability, 0, lease_s)
    async with database.plain_write() as connection:
        epoch = await connection.scalar(_TAKE, {"holder": holder, "lease_ms": int(lease_s * 1000)})
    return None if epoch is None else Lease(database, capability, epoch, lease_s)


async def lock(connection: Connection, dialect: Dialect, lease: Lease | None = None) -> int:
    """Until the transaction ends, no other changes what relays change: the epoch. Raises `LeaseLost` where a lease was taken over."""
    if dialect is Dialect.SQLITE:
        return 0
    epoch: int = await connection.scalar(LOCK)
    if lease is not None and epoch != lease.epoch:
        raise lease.lost()
    return epoch
