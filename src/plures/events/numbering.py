"""Numbers the events that can be seen, on PostgreSQL.

Transactions commit in another order than they insert, so a row may come into sight below others that were read already. A reader that goes
on from the last number would pass it by. The sequence is given after the commit, row by row, and has no such gaps.
"""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from plures.data import Connection, Database, Dialect

from .lease import Lease

AT_ONCE: Final = 2_000
Row: TypeAlias = Any

# One statement, whose update of the lease's row is the lock and the check of the epoch. Where nothing is to be numbered, it writes nothing.
NUMBER: Final = """
WITH fresh AS MATERIALIZED (
    SELECT number, row_number() OVER (ORDER BY number) AS place FROM plures_events WHERE sequence IS NULL ORDER BY number LIMIT :most
), counted AS (
    SELECT count(*) AS fresh FROM fresh
), mine AS (
    UPDATE plures_relay SET last_sequence = last_sequence + counted.fresh FROM counted WHERE epoch = :epoch AND counted.fresh > 0
    RETURNING last_sequence - counted.fresh AS base
), given AS (
    UPDATE plures_events e SET sequence = mine.base + fresh.place FROM fresh, mine WHERE e.number = fresh.number RETURNING e.type
)
SELECT counted.fresh AS fresh, (SELECT count(*) FROM given) AS given, (SELECT array_agg(DISTINCT type) FROM given) AS types FROM counted"""


async def number(database: Database, lease: Lease, most: int = AT_ONCE) -> tuple[int, Sequence[str]]:
    """Number the oldest events that have no sequence yet: how many, and their types.

    Raises:
        LeaseLost: Another replica has taken over.
    """
    # The positions that are written later last only if this does.
    async with database.plain_write(lasts=False) as connection:
        await lease.renew(connection)
        row = await _number(connection, lease.epoch, most)
    if row.fresh != row.given:
        raise lease.lost()
    return row.fresh, row.types or ()


async def number_all(connection: Connection, epoch: int) -> None:
    """Number all that can be seen, in a transaction that has the row of the lease locked."""
    while (await _number(connection, epoch, AT_ONCE)).fresh:
        pass


async def _number(connection: Connection, epoch: int, most: int) -> Row:
    return (await connection.execute(NUMBER, {"most": most, "epoch": epoch})).one()


_LAST: Final = "SELECT seq FROM sqlite_sequence WHERE name = 'plures_events'"


class Look:
    """Finds new events: gives them their numbers on PostgreSQL; on SQLite they have them, so it sees whether there are any."""

    def __init__(self, database: Database, lease: Lease) -> None:
        self._database = database
        self._lease = lease
        self._last = -1

    async def new(self, *, is_woken: bool) -> tuple[bool, Sequence[str] | None]:
        """Whether there may be more, and the types of new ones; None for all types.

        Args:
            is_woken: Something was published, as far as this process knows.

        Raises:
            LeaseLost: Another replica has taken over.
        """
        if self._database.dialect is Dialect.POSTGRESQL:
            count, types = await number(self._database, self._lease)
            return count == AT_ONCE, types
        if is_woken:
            return False, None
        async with self._database.read() as connection:
            last = await connection.scalar(_LAST)
        is_new, self._last = last != self._last, last
        return False, None if is_new else ()
