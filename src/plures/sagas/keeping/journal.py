"""The sagas in the database of their capability: begun, noted, ended, and taken over from a worker that has died.

What a worker notes, it notes under the condition that it still has the saga, and that its state is what it was. A worker that was stopped
and wakes up after another has taken over is refused.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from time import monotonic, time
from typing import Any, Final
from uuid import uuid4

from plures.data import Connection, Database, Dialect, HoldingWork
from plures.sagas.errors import Lost

from .record import Instance, Record, instance_of
from .retention import sweep
from .tables import prepare

_COLUMNS: Final = ", ".join(Instance.__slots__)
_VALUES: Final = ", ".join(f":{name}" for name in Instance.__slots__)
_BEGIN: Final = f"INSERT INTO plures_sagas ({_COLUMNS}) VALUES ({_VALUES}) ON CONFLICT (saga, id) DO NOTHING"  # noqa: S608
_FIND: Final = f"SELECT {_COLUMNS} FROM plures_sagas WHERE saga = :saga AND id = :id"  # noqa: S608
_CHANGE: Final = """
UPDATE plures_sagas SET changed_at = :now, state = :state, was = :was, step = :step, attempts = :attempts, due_at = :due_at,
    is_final = :is_final, status = :status, answer = :answer, error = :error, failed_at = :failed_at,
    worker = :worker
WHERE saga = :saga AND id = :id AND worker = :of_worker AND state = :of_state"""
_STEP: Final = """
INSERT INTO plures_saga_steps (saga, id, number, is_undo, name, status, outcome, answer, ended_at)
VALUES (:saga, :id, :number, :is_undo, :name, :status, :outcome, :answer, :now)"""
_TAKE_ANEW: Final = (
    "DELETE FROM plures_saga_steps WHERE saga = :saga AND id = :id AND is_undo = 0 AND number IN :numbers"
)
_STEPS: Final = """
SELECT number, is_undo, name, status, outcome, answer FROM plures_saga_steps WHERE saga = :saga AND id = :id ORDER BY number"""

_SERVER_NOW: Final = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
_IS_FREE: Final = {
    # One process alone has the file open: what another worker has, one of a process that has ended has.
    Dialect.SQLITE: "TRUE",
    Dialect.POSTGRESQL: f"""(s.worker = '' OR NOT EXISTS (
    SELECT 1 FROM plures_saga_workers w WHERE w.worker = s.worker AND w.expires_at > {_SERVER_NOW}))""",  # noqa: S608
}
_LOCKS: Final = {Dialect.SQLITE: "", Dialect.POSTGRESQL: "FOR UPDATE SKIP LOCKED"}
_WAITING: Final = """
SELECT s.saga, s.id FROM plures_sagas s WHERE s.state IN ('running', 'compensating') AND s.due_at <= :now AND s.worker <> :worker
AND {is_free} AND s.saga || ' ' || s.version IN :known ORDER BY s.due_at LIMIT :most"""
_TAKE: Final = f"""
UPDATE plures_sagas SET worker = :worker WHERE (saga, id) IN ({_WAITING} {{locks}}) RETURNING {_COLUMNS}"""  # noqa: S608
_ALIVE: Final = f"""
INSERT INTO plures_saga_workers (worker, expires_at) VALUES (:worker, {_SERVER_NOW} + :lease_ms)
ON CONFLICT (worker) DO UPDATE SET expires_at = excluded.expires_at"""  # noqa: S608
_FORGET_WORKERS: Final = (
    f"DELETE FROM plures_saga_workers WHERE worker = :worker OR expires_at < {_SERVER_NOW} - 600000"  # noqa: S608
)
_UNENDED: Final = "SELECT DISTINCT saga, version FROM plures_sagas WHERE state NOT IN ('completed', 'compensated')"

_FORGET: Final = "DELETE FROM plures_sagas WHERE saga = :saga AND id = :id AND state = 'compensated'"
_FORGET_STEPS: Final = "DELETE FROM plures_saga_steps WHERE saga = :saga AND id = :id"


class Journal:
    """The sagas of one database, as one worker sees them.

    Attributes:
        worker: Its name; each start of a process makes another one.
    """

    def __init__(self, database: Database, *, lease_s: float, clock: Callable[[], float] = time) -> None:
        """Prepare.

        Args:
            lease_s: How long others wait for this worker when it does not show that it is alive.
            clock: Seconds since 1970.
        """
        self._database = database
        self._lease_s = lease_s
        self._clock = clock
        self._alive_until = 0.0
        self.worker = uuid4().hex

    def now(self) -> int:
        """Milliseconds since 1970."""
        return int(self._clock() * 1000)

    @property
    def is_in_write(self) -> bool:
        """Whether the running task is in a transaction of the database."""
        return self._database.writing is not None

    @property
    def dialect(self) -> Dialect:
        return self._database.dialect

    async def prepare(self) -> None:
        """Make the tables where there are none."""
        await prepare(self._database)

    def may_act(self) -> bool:
        """Whether no other worker can have taken over what this one has."""
        return self._database.dialect is Dialect.SQLITE or monotonic() < self._alive_until

    async def begin(self, connection: Connection, instance: Instance) -> bool:
        """Keep a new saga; False where there is one with its id."""
        return (await connection.execute(_BEGIN, _row(instance))).rowcount == 1

    @asynccontextmanager
    async def writing(self, *, alone: bool) -> AsyncGenerator[Connection]:
        """A transaction in which a saga begins: that of the running task, or one of its own.

        Args:
            alone: Whether it commits on leaving, whatever the running call holds back.
        """
        around = self._database.writing
        if around is not None:
            yield around
            return
        async with self._database.plain_write() if alone else self._database.write() as connection:
            yield connection

    async def find(self, saga: str, id: str) -> Instance | None:  # noqa: A002
        """A saga as it is now."""
        async with self._database.read() as connection:
            row = (await connection.execute(_FIND, {"saga": saga, "id": id})).first()
        return None if row is None else instance_of(row)

    async def steps(self, instance: Instance) -> Sequence[Record]:
        """What a saga has done."""
        async with self._database.read() as connection:
            rows = await connection.execute(_STEPS, {"saga": instance.saga, "id": instance.id})
            return [
                Record(row.number, row.name, row.status, row.answer, row.outcome, bool(row.is_undo)) for row in rows
            ]

    async def change(
        self, before: Instance, after: Instance, records: Sequence[Record] = (), forgotten: Iterable[int] = ()
    ) -> None:
        """Note what has become of a saga, with the steps that it has taken since. Raises `Lost` where it is not ours any more.

        Args:
            forgotten: The numbers of steps that it is to take again.
        """
        lasts = before.state is not after.state or any(record.lasts for record in records)
        async with self._database.plain_write(lasts=lasts) as connection:
            await self._change(connection, before, after, records)
            if forgotten:
                values = {"saga": after.saga, "id": after.id, "numbers": tuple(forgotten)}
                await connection.execute(_TAKE_ANEW, values)

    async def together(
        self,
        work: Callable[[], Awaitable[Any]],
        noted: Callable[[Any], tuple[Instance, Instance, Sequence[Record]]],
    ) -> tuple[Any, bool]:
        """Do something on the database, and note it in its last transaction.

        Args:
            noted: What to note of the answer; it raises what is wrong with it, and then nothing of the last transaction remains.

        Returns:
            The answer, and whether it was noted: without a transaction it was not.
        """
        holding = HoldingWork(self._database)
        try:
            with holding.under_way():
                answer = await work()
            to_note = noted(answer)
        except BaseException:
            await holding.give_up()
            raise
        if not holding.is_holding:
            return answer, False
        await holding.end(self._database.write, lambda connection: self._change(connection, *to_note))
        return answer, True

    async def take(self, known: Iterable[tuple[str, int]], most: int) -> Sequence[Instance]:
        """Take over sagas that are due and that no worker has in hand.

        Args:
            known: The names and versions that the code has.
        """
        names = tuple(f"{name} {version}" for name, version in known)
        if not names or most < 1:
            return []
        dialect = self._database.dialect
        values = {"worker": self.worker, "now": self.now(), "known": names, "most": most}
        waiting = _WAITING.format(is_free=_IS_FREE[dialect])
        async with self._database.read() as connection:
            if (await connection.execute(waiting, values)).first() is None:
                return []
        statement = _TAKE.format(is_free=_IS_FREE[dialect], locks=_LOCKS[dialect])
        async with self._database.plain_write() as connection:
            return [instance_of(row) for row in await connection.execute(statement, values)]

    async def show_alive(self) -> None:
        """Tell the others that this worker lives."""
        if self._database.dialect is Dialect.POSTGRESQL and monotonic() > self._alive_until - self._lease_s * 2 / 3:
            began = monotonic()
            async with self._database.plain_write() as connection:
                await connection.execute(_ALIVE, {"worker": self.worker, "lease_ms": int(self._lease_s * 1000)})
            self._alive_until = began + self._lease_s

    async def retire(self) -> None:
        """Let others take over at once what this worker has."""
        self._alive_until = 0.0
        if self._database.dialect is Dialect.POSTGRESQL:
            async with self._database.plain_write() as connection:
                await connection.execute(_FORGET_WORKERS, {"worker": self.worker})

    async def forget(self, saga: str, id: str) -> bool:  # noqa: A002
        """Delete a saga that was taken back; False where there is none."""
        values = {"saga": saga, "id": id}
        async with self._database.plain_write() as connection:
            if (await connection.execute(_FORGET, values)).rowcount == 0:
                return False
            await connection.execute(_FORGET_STEPS, values)
            return True

    async def sweep(self) -> None:
        """Delete what ended long ago."""
        await sweep(self._database, self.now())

    async def unended(self) -> Sequence[tuple[str, int]]:
        """The names and versions of the sagas that have not ended."""
        async with self._database.read() as connection:
            return [(row.saga, row.version) for row in await connection.execute(_UNENDED)]

    async def _change(
        self, connection: Connection, before: Instance, after: Instance, records: Sequence[Record]
    ) -> None:
        values = {**_row(after), "now": self.now(), "of_worker": before.worker, "of_state": before.state.value}
        if (await connection.execute(_CHANGE, values)).rowcount == 0:
            raise Lost
        if records:
            common = {"saga": after.saga, "id": after.id, "now": self.now()}
            await connection.execute(_STEP, [common | _step(record) for record in records])


def _row(instance: Instance) -> dict[str, Any]:
    values = {name: getattr(instance, name) for name in Instance.__slots__}
    return {**values, "state": instance.state.value, "was": instance.was.value, "is_final": int(instance.is_final)}


def _step(record: Record) -> dict[str, Any]:
    return {
        "number": record.number,
        "is_undo": int(record.is_undo),
        "name": record.name,
        "status": record.status,
        "outcome": record.outcome,
        "answer": record.answer,
    }
