"""How it is noted what has become of a saga, under the condition that it is still the worker's, and that none has changed it since.

On PostgreSQL that is one statement, which is a transaction by itself. In the transaction of a step of the service, the saga is only locked, and
not changed: `write()` is serializable, and two of them that changed sagas beside one another in an index would seem to depend on each other.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

from plures.data import Connection, Database, Dialect
from plures.sagas.errors import Lost

from .record import Instance, Record, row_of

_OURS: Final = "saga = :saga AND id = :id AND worker = :of_worker AND state = :of_state AND changed_at = :of_changed_at"
_CHANGING: Final = (
    "changed_at", "state", "was", "step", "attempts", "due_at", "is_final", "status", "answer", "error", "failed_at", "worker",
)  # fmt: skip
_values: Final[Callable[[Instance], tuple[Any, ...]]] = attrgetter(*_CHANGING)
_IS_OURS: Final = f"SELECT 1 FROM plures_sagas WHERE {_OURS}"  # noqa: S608
# The server reads it when the statement commits.
_UNHURRIED: Final = " AND set_config('synchronous_commit', 'off', TRUE) = 'off'"

_TYPES: Final = {
    "number": "TEXT",
    "place": "INTEGER",
    "is_undo": "INTEGER",
    "name": "TEXT",
    "status": "INTEGER",
    "outcome": "TEXT",
    "answer": "TEXT",
}
_NAMES: Final = ", ".join(_TYPES)
_STEP: Final = f"""
INSERT INTO plures_saga_steps (saga, id, ended_at, {_NAMES})
VALUES (:saga, :id, :now, {", ".join(f":{name}" for name in _TYPES)})"""  # noqa: S608


async def note(database: Database, before: Instance, after: Instance, records: Sequence[Record], *, now: int) -> None:
    """Note what has become of a saga, and the steps that it has taken since; raises `Lost` where it is not ours any more."""
    lasts = before.state is not after.state or any(record.lasts for record in records)
    change, values = _changing(before, after, now)
    if database.dialect is Dialect.POSTGRESQL:
        statement = _change_with_steps(change, len(records), lasts=lasts)
        if (await database.plain_execute(statement, values | _numbered(records))).rowcount == 0:
            raise Lost
        return
    async with database.plain_write(lasts=lasts) as connection:
        await _change(connection, change, values)
        await _add(connection, before, records, now)


async def change(connection: Connection, before: Instance, after: Instance, *, now: int) -> None:
    """Note what has become of a saga; raises `Lost`."""
    await _change(connection, *_changing(before, after, now))


async def note_steps(
    connection: Connection, dialect: Dialect, before: Instance, records: Sequence[Record], *, now: int
) -> None:
    """Note steps in an open transaction; raises `Lost`. The saga stays as it is, and no other worker has it before the commit."""
    values = {"saga": before.saga, "id": before.id, **_known(before, now)}
    if dialect is Dialect.POSTGRESQL:
        added = await connection.execute_last(_steps_of_ours(len(records)), values | _numbered(records))
        if added.rowcount == 0:
            raise Lost
        return
    if await connection.scalar(_IS_OURS, values) is None:
        raise Lost
    await _add(connection, before, records, now)


async def _add(connection: Connection, instance: Instance, records: Sequence[Record], now: int) -> None:
    if records:
        common = {"saga": instance.saga, "id": instance.id, "now": now}
        await connection.execute(_STEP, [common | _step(record) for record in records])


async def _change(connection: Connection, change: str, values: dict[str, Any]) -> None:
    if (await connection.execute(change, values)).rowcount == 0:
        raise Lost


def _changing(before: Instance, after: Instance, now: int) -> tuple[str, dict[str, Any]]:
    """The statement that changes what has changed, and its values."""
    changed = [name for name, old, new in zip(_CHANGING, _values(before), _values(after), strict=True) if old != new]
    values = {"saga": before.saga, "id": before.id, **_known(before, now)}
    row = row_of(after)
    return _change_of(tuple(changed)), values | {name: row[name] for name in changed}


@lru_cache(maxsize=256)
def _change_of(columns: tuple[str, ...]) -> str:
    return f"UPDATE plures_sagas SET {', '.join(f'{name} = :{name}' for name in columns)} WHERE {_OURS}"  # noqa: S608


@lru_cache(maxsize=256)
def _change_with_steps(change: str, steps: int, *, lasts: bool) -> str:
    """As one statement."""
    changing = change + ("" if lasts else _UNHURRIED)
    if not steps:
        return changing
    return f"WITH ours AS ({changing} RETURNING saga, id) {_inserting(steps)}"


@lru_cache(maxsize=64)
def _steps_of_ours(steps: int) -> str:
    return f"{_inserting(steps, 'plures_sagas AS ours')} WHERE {_OURS} FOR NO KEY UPDATE OF ours"


def _inserting(steps: int, ours: str = "ours") -> str:
    rows = ", ".join(
        f"({', '.join(f'CAST(:{name}_{number} AS {kind})' for name, kind in _TYPES.items())})"
        for number in range(steps)
    )
    # The columns of a saga and of a step have names in common.
    columns = ", ".join(f"step_{name}" for name in _TYPES)
    return f"""INSERT INTO plures_saga_steps (saga, id, ended_at, {_NAMES})
SELECT ours.saga, ours.id, CAST(:now AS BIGINT), {columns} FROM {ours} CROSS JOIN (VALUES {rows}) AS steps ({columns})"""  # noqa: S608


def _numbered(records: Sequence[Record]) -> dict[str, Any]:
    return {f"{name}_{number}": value for number, record in enumerate(records) for name, value in _step(record).items()}


def _known(before: Instance, now: int) -> dict[str, Any]:
    of = {"of_worker": before.worker, "of_state": before.state.value, "of_changed_at": before.changed_at}
    return {"now": now, **of}


def _step(record: Record) -> dict[str, Any]:
    return {
        "number": record.number,
        "place": record.place,
        "is_undo": int(record.is_undo),
        "name": record.name,
        "status": record.status,
        "outcome": record.outcome,
        "answer": record.answer,
    }
