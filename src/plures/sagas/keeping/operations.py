"""What operators ask of the sagas of one capability, and change. A running worker, in this replica or another, takes the changes up."""

from collections.abc import Collection, Mapping, Sequence
from time import time
from typing import Any, Final

import msgspec

from plures.data import Database

from . import code
from .code import Kind
from .record import OPEN, Instance, Record, State, instance_of

UNENDED: Final = (*OPEN, State.PARKED)
_AT_ONCE: Final = 500

_COUNT: Final = """
SELECT saga, version, state, count(*) AS sagas, min(started_at) AS oldest_at, min(
    CASE WHEN state = 'parked' OR (worker = '' AND due_at > :now) THEN NULL ELSE (
        SELECT coalesce(max(at), 0) FROM (
            SELECT s.changed_at AS at UNION ALL SELECT t.ended_at FROM plures_saga_steps t WHERE t.saga = s.saga AND t.id = s.id
        ) AS steps
    ) END
) AS still_at FROM plures_sagas s WHERE state IN :states GROUP BY saga, version, state ORDER BY saga, version"""
_NAMES: Final = "SELECT DISTINCT saga FROM plures_sagas ORDER BY saga"

_ALL: Final = Instance.__slots__
# What a saga was begun with, and its answer, are shown of one at a time.
_SHORT: Final = [f"'' AS {name}" if name in ("body", "answer", "context") else name for name in _ALL]
_LIST: Final = (
    f"SELECT {', '.join(_SHORT)} FROM plures_sagas WHERE {{where}} ORDER BY changed_at DESC, saga, id LIMIT :most"  # noqa: S608
)
_FIND: Final = f"SELECT {', '.join(_ALL)} FROM plures_sagas WHERE saga = :saga AND id = :id"  # noqa: S608
_STEPS: Final = """
SELECT number, is_undo, name, status, outcome, answer, ended_at FROM plures_saga_steps WHERE saga = :saga AND id = :id ORDER BY place"""

_CHOSEN: Final = "(saga, id) IN (SELECT saga, id FROM plures_sagas WHERE {where} AND {fits} LIMIT :at_once) AND {fits}"
# What is parked again at once has changed since; it is not resumed a second time.
_PARKED: Final = "state = 'parked' AND changed_at <= :began"
_LATEST: Final = "SELECT max(changed_at) FROM plures_sagas"
_RESUME: Final = (
    "UPDATE plures_sagas SET state = was, attempts = 0, due_at = 0, worker = '', changed_at = :now WHERE {chosen}"
)
_WAITING: Final = "state IN ('running', 'compensating') AND worker = '' AND attempts > 0 AND due_at > 0"
_HURRY: Final = "UPDATE plures_sagas SET due_at = 0 WHERE {chosen}"
_FORWARD: Final = "(state = 'running' OR state = 'parked')"
# A worker that has it in hand keeps it: its next note is refused since the state is another one, and it reads the saga again.
_COMPENSATE: Final = """
UPDATE plures_sagas SET state = 'compensating', attempts = 0, due_at = 0, changed_at = :now,
    failed_at = CASE WHEN state = 'parked' AND was = 'compensating' THEN failed_at ELSE step END,
    error = CASE WHEN state = 'parked' AND was = 'compensating' THEN error WHEN error = '' THEN :why ELSE error || '; ' || :why END
WHERE {chosen} RETURNING is_final"""
_CLOSE: Final = """
UPDATE plures_sagas SET state = 'compensated', changed_at = :now, failed_at = CASE WHEN failed_at = '' THEN step ELSE failed_at END,
    error = CASE WHEN error = '' THEN :why ELSE error || '; ' || :why END
WHERE {chosen}"""
_WHY: Final = "an operator had it taken back"
_CLOSED: Final = "an operator closed it, with what was left done by hand"


class Filter(msgspec.Struct, frozen=True):
    """Which sagas are meant; what is None does not matter."""

    saga: str | None = None
    id: str | None = None
    version: int | None = None
    step: str | None = None
    states: Sequence[State] = UNENDED


class Count(msgspec.Struct, frozen=True):
    """How many sagas of one version have not ended.

    Attributes:
        oldest_at: When the oldest of them began, in milliseconds since 1970.
        still_at: When that one took its last step, of those at work, which has taken none for longest; 0 where none is.
    """

    saga: str
    version: int
    states: Mapping[State, int]
    oldest_at: int
    still_at: int = 0


class Taken(msgspec.Struct, frozen=True):
    """A step that has ended, or the taking back of one; when, in milliseconds since 1970."""

    record: Record
    ended_at: int


async def counts(database: Database) -> Sequence[Count]:
    """The versions of sagas of which some have not ended."""
    async with database.read() as connection:
        rows = (await connection.execute(_COUNT, {"states": _texts(UNENDED), "now": _now()})).all()
    found: dict[tuple[str, int], dict[State, Any]] = {}
    for row in rows:
        found.setdefault((row.saga, row.version), {})[State(row.state)] = row
    return [
        Count(
            saga,
            version,
            {state: by_state[state].sagas if state in by_state else 0 for state in UNENDED},
            min(row.oldest_at for row in by_state.values()),
            min((row.still_at for row in by_state.values() if row.still_at), default=0),
        )
        for (saga, version), by_state in found.items()
    ]


async def replicas(database: Database, here: Collection[Kind]) -> Mapping[Kind, int]:
    """How many replicas can bring each version on; those of a file are `here`."""
    return await code.replicas(database, here)


async def names(database: Database) -> Sequence[str]:
    """The sagas of which some are kept, also where their code is gone."""
    async with database.read() as connection:
        return list((await connection.execute(_NAMES)).scalars())


async def listed(database: Database, which: Filter, *, most: int = 100) -> Sequence[Instance]:
    """Sagas, without what they were begun with and their answers; those that changed last come first."""
    where, values = _where(which)
    async with database.read() as connection:
        rows = await connection.execute(_LIST.format(where=where), {**values, "most": most})
        return [instance_of(row) for row in rows]


async def show(database: Database, saga: str, id: str) -> tuple[Instance, Sequence[Taken]] | None:  # noqa: A002
    """One saga, and the steps that have ended, in that order; None where it is not kept any more."""
    which = {"saga": saga, "id": id}
    async with database.read() as connection:
        row = (await connection.execute(_FIND, which)).first()
        if row is None:
            return None
        return instance_of(row), [_taken(each) for each in await connection.execute(_STEPS, which)]


async def resume(database: Database, which: Filter) -> int:
    """Let parked sagas go on where they were, and those that wait for another attempt go on now. How many.

    A saga that sleeps goes on sleeping.
    """
    parked = await _change(database, _RESUME, _PARKED, which)
    return len(parked) + len(await _change(database, _HURRY, _WAITING, which))


async def compensate(database: Database, which: Filter) -> tuple[int, int]:
    """Have sagas taken back that run or are parked. How many, and how many of them had passed their point of no return."""
    changed = await _change(database, _COMPENSATE, _FORWARD, which)
    return len(changed), sum(changed)


async def close(database: Database, which: Filter) -> int:
    """End parked sagas as taken back, without another call: a person has done what was left. How many."""
    return len(await _change(database, _CLOSE, _PARKED, which, why=_CLOSED))


async def _change(database: Database, statement: str, fits: str, which: Filter, *, why: str = _WHY) -> list[int]:
    """One entry for each saga that was changed: whether it had passed its point of no return. A few hundred at a time."""
    where, values = _where(which)
    sql = statement.format(chosen=_CHOSEN.format(where=where, fits=fits))
    sql = sql if "RETURNING" in sql else f"{sql} RETURNING is_final"
    async with database.read() as connection:
        # By what the rows say: the clocks of this machine, of workers and of the server differ.
        began = (await connection.execute(_LATEST)).scalar()
    values |= {"at_once": _AT_ONCE, "began": began or 0, "why": why}
    changed: list[int] = []
    while True:
        async with database.plain_write() as connection:
            finals = list((await connection.execute(sql, {**values, "now": _now()})).scalars())
        changed += finals
        if len(finals) < _AT_ONCE:
            return changed


def _where(which: Filter) -> tuple[str, dict[str, object]]:
    meant = {
        name: value
        for name, value in (("saga", which.saga), ("id", which.id), ("version", which.version), ("step", which.step))
        if value is not None
    }
    conditions = [f"{name} = :{name}" for name in meant]
    return " AND ".join([*conditions, "state IN :states"]), {**meant, "states": _texts(which.states)}


def _texts(states: Sequence[State]) -> tuple[str, ...]:
    return tuple(state.value for state in states)


def _taken(row: Any) -> Taken:
    return Taken(
        Record(row.number, row.name, row.status, row.answer, row.outcome, bool(row.is_undo)), ended_at=row.ended_at
    )


def _now() -> int:
    return int(time() * 1000)
