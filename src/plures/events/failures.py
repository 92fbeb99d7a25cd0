"""The deliveries that failed, and those that wait behind them: one row each, until it is delivered or discarded.

Of the rows of one subscription and key, the first is to be retried, or parked; the others wait behind it. What has no key waits behind nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import takewhile
from typing import Any, Final

from plures.data import Connection, Dialect

from .outbox import COLUMNS, Stored, stored
from .pace import Pace
from .window import Changes, Failure, Item

FEW: Final = 5
"""After so many attempts the waits are still short."""


class State(StrEnum):
    """What becomes of a failed delivery."""

    RETRYING = "retrying"
    PARKED = "parked"
    WAITING = "waiting"


_FAIL: Final = """
INSERT INTO plures_failures (subscription, sequence, key, state, attempts, due_at, error)
VALUES (:subscription, :sequence, :key, :state, :attempts, :due_at, :error)
ON CONFLICT (subscription, sequence) DO UPDATE
SET state = excluded.state, attempts = excluded.attempts, due_at = excluded.due_at, error = excluded.error"""
# It is another attempt's row where an operator has resubmitted it meanwhile, and none where one has discarded it.
_FAIL_AGAIN: Final = """
UPDATE plures_failures SET state = :state, attempts = :attempts, due_at = :due_at, error = :error
WHERE subscription = :subscription AND sequence = :sequence AND attempts = :before AND state <> 'parked'"""
_WAIT: Final = """
INSERT INTO plures_failures (subscription, sequence, key, state, attempts, due_at, error)
VALUES (:subscription, :sequence, :key, 'waiting', 0, 0, '') ON CONFLICT (subscription, sequence) DO NOTHING"""
_RESOLVE: Final = "DELETE FROM plures_failures WHERE subscription = :subscription AND sequence = :sequence"
_PROMOTE: Final = """
UPDATE plures_failures SET state = 'retrying', attempts = 0, due_at = :now
WHERE subscription = :subscription AND key = :key AND state = 'waiting' AND (
    key = '' OR sequence = (SELECT min(f.sequence) FROM plures_failures f WHERE f.subscription = :subscription AND f.key = :key)
)"""

_ITEMS: Final = """
SELECT f.sequence AS failed, f.key AS failed_key, f.state, f.attempts, {columns}
FROM plures_failures f LEFT JOIN plures_events e ON e.sequence = f.sequence WHERE f.subscription = :subscription"""
# What is due later than it could be is of a clock that was wrong. After few attempts, that is soon.
_DUE: Final = f"""{_ITEMS} AND f.state = 'retrying' AND {{due}} AND (f.key = '' OR f.sequence = (
    SELECT min(g.sequence) FROM plures_failures g WHERE g.subscription = :subscription AND g.key = f.key
)) ORDER BY f.due_at LIMIT :most"""  # noqa: S608
_ASTRAY: Final = "f.due_at > :near AND (f.attempts <= :few OR f.due_at > :far)"
_FOLLOWERS: Final = _ITEMS + " AND f.key = :key AND f.sequence > :after ORDER BY f.sequence LIMIT :most"
_NEXT: Final = """
SELECT EXISTS (SELECT 1 FROM plures_failures WHERE subscription = :subscription) AS has_rows, (
    SELECT min(due_at) FROM plures_failures WHERE subscription = :subscription AND state = 'retrying' AND due_at > :now
) AS next_at"""


class Failures:
    """Those of one subscription."""

    def __init__(self, subscription: str, dialect: Dialect) -> None:
        self._subscription = subscription
        self._due = _DUE.format(columns=COLUMNS[dialect], due="f.due_at <= :now")
        self._astray = _DUE.format(columns=COLUMNS[dialect], due=_ASTRAY)
        self._followers = _FOLLOWERS.format(columns=COLUMNS[dialect])

    async def write(self, connection: Connection, changes: Changes, now: int) -> None:
        """Note what failed, waits or was resolved. Writing the same again changes nothing."""
        again = [(item, failure) for item, failure in changes.failed if item.is_retry]
        first = [self._failed(item, failure) for item, failure in changes.failed if not item.is_retry]
        await _each(connection, _FAIL, first)
        await _each(connection, _FAIL_AGAIN, [{**self._failed(*each), "before": each[0].attempts} for each in again])
        await _each(connection, _WAIT, [{**self._row(event), "key": event.key} for event in changes.waiting])
        await _each(connection, _RESOLVE, [self._row(event) for event in changes.resolved])
        # Of these the first may be another now.
        keys = {event.key for event in (*(item.event for item, _ in again), *changes.waiting, *changes.resolved)}
        promoted = [{"subscription": self._subscription, "key": key, "now": now} for key in keys]
        await _each(connection, _PROMOTE, promoted)

    async def due(self, connection: Connection, now: int, pace: Pace, most: int) -> Sequence[Item]:
        """Failures to be tried again: those due by now, and those due so late that no wait reaches it."""
        values = {"subscription": self._subscription, "most": most}
        found = _items(await connection.execute(self._due, {**values, "now": now}))
        near, far = (now + int(pace.longest_s(attempts) * 1000) for attempts in (FEW, pace.attempts))
        astray = {**values, "few": FEW, "near": near, "far": far}
        return [*found, *_items(await connection.execute(self._astray, astray))]

    async def followers(self, connection: Connection, key: str, after: int, most: int) -> Sequence[Item]:
        """What waits behind an event, in order."""
        values = {"subscription": self._subscription, "key": key, "after": after, "most": most}
        rows = await connection.execute(self._followers, values)
        return _items(takewhile(lambda row: row.state != State.PARKED, rows))

    async def next_due(self, connection: Connection, now: int) -> tuple[bool, int | None]:
        """Whether there are any failures, and when the next one that is not due yet will be."""
        row = (await connection.execute(_NEXT, {"subscription": self._subscription, "now": now})).one()
        return bool(row.has_rows), row.next_at

    def _failed(self, item: Item, failure: Failure) -> dict[str, object]:
        return {
            **self._row(item.event),
            "key": item.event.key,
            "state": State.RETRYING if failure.due_at is not None else State.PARKED,
            "attempts": failure.attempts,
            "due_at": failure.due_at or 0,
            "error": failure.error,
        }

    def _row(self, event: Stored) -> dict[str, object]:
        return {"subscription": self._subscription, "sequence": event.sequence}


def _items(rows: Iterable[Any]) -> Sequence[Item]:
    return [Item(_event(row), row.attempts, is_retry=True) for row in rows]


def _event(row: Any) -> Stored:
    if row.sequence is None:
        # Someone has deleted it from the outbox by hand: it is parked as one that cannot be read.
        return Stored(row.failed, "", "", row.failed_key, None, "", 0)
    return stored(row)


async def _each(connection: Connection, statement: str, values: Sequence[Mapping[str, object]]) -> None:
    if values:
        await connection.execute(statement, values)
