"""Deletes events that are old, that each of their subscriptions has had, and that no failure names."""

from collections.abc import Callable
from typing import Final

from plures.data import Database

from .lease import Lease

KEPT_S: Final = 7 * 24 * 3600
AT_ONCE: Final = 500

_STEP: Final = """
SELECT max(number) AS upto, min(published_at) AS oldest FROM (
    SELECT number, published_at FROM plures_events WHERE number > :after ORDER BY number LIMIT :most
) AS step"""
_DELETE: Final = """
DELETE FROM plures_events WHERE number > :after AND number <= :upto AND published_at < :oldest AND sequence IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM plures_subscriptions s WHERE s.type = plures_events.type AND s.position < plures_events.sequence)
AND NOT EXISTS (SELECT 1 FROM plures_failures f WHERE f.sequence = plures_events.sequence)"""


async def sweep(database: Database, lease: Lease, clock: Callable[[], float]) -> int:
    """Delete in small steps, so that publishers get their turn; how many."""
    oldest = int((clock() - KEPT_S) * 1000)
    after, deleted = 0, 0
    while True:
        async with database.read() as connection:
            step = (await connection.execute(_STEP, {"after": after, "most": AT_ONCE})).one()
        if step.upto is None or step.oldest >= oldest:
            return deleted
        async with lease.write() as connection:
            values = {"after": after, "upto": step.upto, "oldest": oldest}
            deleted += (await connection.execute(_DELETE, values)).rowcount
        after = step.upto
