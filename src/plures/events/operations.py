"""What operators ask of the events of one capability, and change. A running relay, in this replica or another, takes the changes up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import time
from typing import Any, Final

import msgspec

from plures.data import Connection, Database

from .failures import State
from .lease import lock
from .outbox import COLUMNS, Stored, stored

MOST_COUNTED: Final = 100_000
"""A longer backlog is given as so many."""

_COUNT: Final = """
SELECT s.name, s.type, s.position, (
    SELECT count(*) FROM (
        SELECT 1 FROM plures_events e WHERE (e.type, e.sequence) > (s.type, s.position) AND e.type <= s.type LIMIT :most
    ) AS counted
) AS backlog, (
    SELECT e.published_at FROM plures_events e WHERE (e.type, e.sequence) > (s.type, s.position) AND e.type <= s.type
    ORDER BY e.type, e.sequence LIMIT 1
) AS oldest_at
FROM plures_subscriptions s ORDER BY s.name"""
_COUNT_FAILURES: Final = (
    "SELECT subscription, state, count(*) AS failures FROM plures_failures GROUP BY subscription, state"
)

_FAILED: Final = """
SELECT f.subscription, f.sequence AS failed, f.key AS failed_key, f.state, f.attempts, f.due_at, f.error, e.id, e.type, e.published_at
FROM plures_failures f LEFT JOIN plures_events e ON e.sequence = f.sequence
WHERE {where} ORDER BY f.sequence, f.subscription LIMIT :most"""
_EVENTS: Final = "SELECT {columns} FROM plures_events e WHERE {where} ORDER BY e.sequence LIMIT :most"
_OF_TYPE: Final = "SELECT name, position FROM plures_subscriptions WHERE type = :type ORDER BY name"
_STATES: Final = "SELECT subscription, state FROM plures_failures WHERE sequence = :sequence"

_RESUBMIT: Final = "UPDATE plures_failures AS f SET state = 'retrying', attempts = 0, due_at = :now WHERE {where}"
_DISCARD: Final = "DELETE FROM plures_failures AS f WHERE {where}"
_PROMOTE: Final = """
UPDATE plures_failures SET state = 'retrying', attempts = 0, due_at = :now WHERE state = 'waiting' AND (key = '' OR NOT EXISTS (
    SELECT 1 FROM plures_failures g
    WHERE g.subscription = plures_failures.subscription AND g.key = plures_failures.key AND g.sequence < plures_failures.sequence
))"""


@dataclass(frozen=True)
class Filter:
    """Which failures are meant; what is None does not matter.

    Attributes:
        type: Of the events.
    """

    subscription: str | None = None
    sequence: int | None = None
    type: str | None = None
    key: str | None = None
    states: Sequence[State] = field(default=(State.PARKED,))


ALL: Final = Filter(states=tuple(State))


class Failed(msgspec.Struct, frozen=True):
    """A delivery that failed, or waits behind one.

    Attributes:
        due_at: When it is tried again, in milliseconds since 1970; 0 unless it is retrying.
        id: Of the event; as type and published_at, empty where the event is gone.
    """

    subscription: str
    sequence: int
    key: str
    state: State
    attempts: int
    due_at: int
    error: str
    id: str
    type: str
    published_at: int


class Count(msgspec.Struct, frozen=True):
    """How a subscription fares.

    Attributes:
        backlog: So many events wait to be tried first, `MOST_COUNTED` at most.
        oldest_at: When the oldest of them was published, in milliseconds since 1970; None where there are none.
        failures: State → number of its failures.
    """

    subscription: str
    type: str
    position: int
    backlog: int
    oldest_at: int | None
    failures: Mapping[State, int]


async def counts(database: Database) -> Sequence[Count]:
    """Each subscription with its backlog and its failures."""
    async with database.read() as connection:
        failures = {(row.subscription, row.state): row.failures for row in await connection.execute(_COUNT_FAILURES)}
        rows = (await connection.execute(_COUNT, {"most": MOST_COUNTED})).all()
    return [
        Count(
            row.name,
            row.type,
            row.position,
            row.backlog,
            row.oldest_at,
            {state: failures.get((row.name, state.value), 0) for state in State},
        )
        for row in rows
    ]


async def events(
    database: Database,
    *,
    of_type: str | None = None,
    key: str | None = None,
    after: int = 0,
    most: int = 100,
) -> Sequence[Stored]:
    """Events that are still kept, in order."""
    where, values = _all_of({"e.type = :type": of_type, "e.key = :key": key})
    statement = _EVENTS.format(columns=COLUMNS[database.dialect], where=f"e.sequence > :after AND {where}")
    async with database.read() as connection:
        return [stored(row) for row in await connection.execute(statement, {**values, "after": after, "most": most})]


async def show(database: Database, which: int | str) -> tuple[Stored, Mapping[str, str]] | None:
    """An event by its sequence or its id, and how it stands with each subscription: delivered, pending, or the state of its failure.

    None where it is not kept any more.
    """
    where = "e.sequence = :which" if isinstance(which, int) else "e.id = :which"
    statement = _EVENTS.format(columns=COLUMNS[database.dialect], where=where)
    async with database.read() as connection:
        row = (await connection.execute(statement, {"which": which, "most": 1})).first()
        if row is None:
            return None
        event = stored(row)
        failed = {
            each.subscription: each.state for each in await connection.execute(_STATES, {"sequence": event.sequence})
        }
        standing = {
            each.name: failed.get(each.name, "delivered" if each.position >= event.sequence else "pending")
            for each in await connection.execute(_OF_TYPE, {"type": event.type})
        }
    return event, standing


async def failed(database: Database, which: Filter = ALL, *, after: int = 0, most: int = 100) -> Sequence[Failed]:
    """Failures, in the order of their events."""
    where, values = _where(which)
    statement = _FAILED.format(where=f"f.sequence > :after AND {where}")
    async with database.read() as connection:
        rows = await connection.execute(statement, {**values, "after": after, "most": most})
        return [_failure(row) for row in rows]


async def resubmit(database: Database, which: Filter) -> int:
    """Deliver again what is parked, or retry at once; attempts count anew. How many: what was delivered meanwhile is not among them."""
    return await _change(database, _RESUBMIT, which, {"now": _now()})


async def discard(database: Database, which: Filter) -> int:
    """Give deliveries up; those that wait behind them follow. How many."""
    return await _change(database, _DISCARD, which, {})


async def _change(database: Database, statement: str, which: Filter, more: Mapping[str, object]) -> int:
    where, values = _where(which)
    async with database.plain_write() as connection:
        await lock(connection, database.dialect)
        changed = (await connection.execute(statement.format(where=where), {**values, **more})).rowcount
        await _promote(connection)
    return changed


async def _promote(connection: Connection) -> None:
    await connection.execute(_PROMOTE, {"now": _now()})


def _where(which: Filter) -> tuple[str, dict[str, object]]:
    where, values = _all_of(
        {
            "f.subscription = :subscription": which.subscription,
            "f.sequence = :sequence": which.sequence,
            "f.subscription IN (SELECT name FROM plures_subscriptions WHERE type = :type)": which.type,
            "f.key = :key": which.key,
        }
    )
    return f"{where} AND f.state IN :states", {**values, "states": tuple(map(str, which.states))}


def _all_of(conditions: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    """The conditions that have a value, and the values by their names, which stand behind the colon."""
    meant = {sql: value for sql, value in conditions.items() if value is not None}
    names = {sql.rpartition(":")[2].rstrip(")"): value for sql, value in meant.items()}
    return " AND ".join(meant) or "1 = 1", names


def _failure(row: Any) -> Failed:
    due_at = row.due_at if row.state == State.RETRYING else 0
    return Failed(
        row.subscription,
        row.failed,
        row.failed_key,
        State(row.state),
        row.attempts,
        due_at,
        row.error,
        row.id or "",
        row.type or "",
        row.published_at or 0,
    )


def _now() -> int:
    return int(time() * 1000)
