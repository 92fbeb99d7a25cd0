"""The sagas in the database of their capability: begun, noted, ended, and taken over from a worker that has died.

What a worker notes, it notes under the condition that it still has the saga, and that no other has changed it since, which its `changed_at`
tells: that grows with each change. A worker that was stopped and wakes up after another has taken over is refused.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from time import monotonic, time
from typing import Any, Final
from uuid import uuid4

from plures.data import Connection, Database, Dialect, HoldingWork, StatementFailed
from plures.runtime import ContextKind

from . import code
from .code import Kind
from .noting import change, note, note_steps
from .record import Instance, Record, State, instance_of, row_of
from .retention import sweep
from .tables import prepare

_COLUMNS: Final = ", ".join(Instance.__slots__)
_VALUES: Final = ", ".join(f":{name}" for name in Instance.__slots__)
_BEGIN: Final = f"INSERT INTO plures_sagas ({_COLUMNS}) VALUES ({_VALUES}) ON CONFLICT (saga, id) DO NOTHING"  # noqa: S608
_FIND: Final = f"SELECT {_COLUMNS} FROM plures_sagas WHERE saga = :saga AND id = :id"  # noqa: S608
_TAKE_ANEW: Final = (
    "DELETE FROM plures_saga_steps WHERE saga = :saga AND id = :id AND is_undo = 0 AND number IN :numbers"
)
_STEPS: Final = """
SELECT number, is_undo, place, name, status, outcome, answer FROM plures_saga_steps WHERE saga = :saga AND id = :id ORDER BY place"""

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
ON CONFLICT (worker) DO UPDATE SET expires_at = excluded.expires_at RETURNING {_SERVER_NOW}"""  # noqa: S608
_FORGET_WORKERS: Final = (
    f"DELETE FROM plures_saga_workers WHERE worker = :worker OR expires_at < {_SERVER_NOW} - 600000"  # noqa: S608
)
_OWN: Final = "SELECT saga, id, state FROM plures_sagas WHERE state IN ('running', 'compensating') AND due_at <= :now AND worker = :worker"
_GIVE_BACK: Final = """
UPDATE plures_sagas SET worker = '', due_at = started_at WHERE saga = :saga AND id = :id AND worker = :worker AND state = 'running'"""
_UNENDED: Final = "SELECT DISTINCT saga, version FROM plures_sagas WHERE state NOT IN ('completed', 'compensated')"

_FORGET: Final = "DELETE FROM plures_sagas WHERE saga = :saga AND id = :id AND state = 'compensated'"
_FORGET_STEPS: Final = "DELETE FROM plures_saga_steps WHERE saga = :saga AND id = :id"


class Journal:
    """The sagas of one database, as one worker sees them.

    Attributes:
        worker: Its name; each start of a process makes another one.
        tenure: Grows when another worker may have had what this one has in hand.
        context: What class the request contexts have in which sagas begin; None where the application declares none.
    """

    tenure = 0
    context: ContextKind | None = None

    def __init__(
        self, database: Database, *, lease_s: float, clock: Callable[[], float] = time, server_clock: bool = True
    ) -> None:
        """Prepare.

        Args:
            lease_s: How long others wait for this worker when it does not show that it is alive.
            clock: Seconds since 1970.
            server_clock: Whether the clock of the server counts, where there is one.
        """
        self._database = database
        self._lease_s = lease_s
        self._clock = clock
        self._alive_until = 0.0
        self._is_server_clock = server_clock
        self._behind_ms = 0
        self.worker = uuid4().hex

    def now(self) -> int:
        """Milliseconds since 1970, by a clock that all workers share."""
        return int(self._clock() * 1000) + self._behind_ms

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
        """Keep a new saga when a transaction commits; False where there is one with its id."""
        return (await connection.execute(_BEGIN, row_of(instance))).rowcount == 1

    async def begin_alone(self, instance: Instance) -> bool:
        """Keep a new saga, whatever the running call holds back; False where there is one with its id."""
        return (await self._database.plain_execute(_BEGIN, row_of(instance))).rowcount == 1

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[Connection]:
        """A transaction in which a saga begins: that of the running task, or one of its own."""
        around = self._database.writing
        if around is not None:
            yield around
            return
        async with self._database.write() as connection:
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
                Record(row.number, row.name, row.status, row.answer, row.outcome, bool(row.is_undo), place=row.place)
                for row in rows
            ]

    async def change(
        self, before: Instance, after: Instance, records: Sequence[Record] = (), forgotten: Iterable[str] = ()
    ) -> None:
        """Note what has become of a saga, with the steps that it has taken since. Raises `Lost` where it is not ours any more.

        Args:
            forgotten: The numbers of steps that it is to take again.
        """
        if not forgotten:
            await note(self._database, before, after, records, now=self.now())
            return
        async with self._database.plain_write() as connection:
            await change(connection, before, after, now=self.now())
            if records:
                await note_steps(connection, self.dialect, after, records, now=self.now())
            values = {"saga": after.saga, "id": after.id, "numbers": tuple(forgotten)}
            await connection.execute(_TAKE_ANEW, values)

    async def together(
        self,
        work: Callable[[], Awaitable[Any]],
        noted: Callable[[Any], tuple[Instance, Sequence[Record]]],
    ) -> tuple[Any, bool]:
        """Do something on the database, and note it in its last transaction, which leaves the saga itself as it is.

        Args:
            noted: The saga, and the steps to note with the answer; it raises what is wrong with it, and then nothing of the last transaction remains.

        Returns:
            The answer, and whether it was noted: without a transaction it was not.
        """
        holding = HoldingWork(self._database)
        try:
            with holding.under_way():
                answer = await work()
            saga, steps = noted(answer)
        except BaseException:
            await holding.give_up()
            raise
        if not holding.is_holding:
            return answer, False
        await holding.end(
            self._database.write,
            lambda connection: note_steps(connection, self.dialect, saga, steps, now=self.now()),
        )
        return answer, True

    async def take(self, known: Iterable[Kind], most: int) -> Sequence[Instance]:
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
        # A look takes no turn among the writes of SQLite; PostgreSQL looks and takes in one statement.
        if dialect is Dialect.SQLITE and not await self._look(waiting, values):
            return []
        statement = _TAKE.format(is_free=_IS_FREE[dialect], locks=_LOCKS[dialect])
        return [instance_of(row) for row in await self._database.plain_execute(statement, values)]

    async def give_back(self, keys: Sequence[tuple[str, str]]) -> None:
        """Let any worker take sagas on that began here, by their names and ids; in the order in which they began, as if they had slept until then."""
        async with self._database.plain_write() as connection:
            await connection.execute(
                _GIVE_BACK, [{"saga": saga, "id": id_, "worker": self.worker} for saga, id_ in keys]
            )

    async def own(self) -> Mapping[tuple[str, str], State]:
        """The sagas that are this worker's, by their names and ids."""
        values = {"worker": self.worker, "now": self.now()}
        return {(row.saga, row.id): State(row.state) for row in await self._look(_OWN, values)}

    async def _look(self, statement: str, values: Mapping[str, Any]) -> Sequence[Any]:
        async with self._database.read() as connection:
            return [*await connection.execute(statement, values)]

    async def show_alive(self) -> None:
        """Tell the others that this worker lives."""
        if self._database.dialect is Dialect.POSTGRESQL and monotonic() > self._alive_until - self._lease_s * 2 / 3:
            began = monotonic()
            values = {"worker": self.worker, "lease_ms": int(self._lease_s * 1000)}
            try:
                now = int((await self._database.plain_execute(_ALIVE, values)).scalar())
            except StatementFailed:
                if self.dialect is Dialect.POSTGRESQL:
                    raise
                # The statement waited for a move of the rows to a file.
                return
            if monotonic() >= self._alive_until:
                self.tenure += 1
            self._alive_until = began + self._lease_s
            if self._is_server_clock:
                self._behind_ms = now - int(self._clock() * 1000)

    async def show_code(self, kinds: Iterable[Kind]) -> None:
        """Tell the others which versions of sagas this worker has; once it has shown that it is alive."""
        await code.show(self._database, self.worker, kinds, now=self.now())

    async def retire(self) -> None:
        """Let others take over at once what this worker has."""
        self._alive_until = 0.0
        if self._database.dialect is Dialect.POSTGRESQL:
            await self._database.plain_execute(_FORGET_WORKERS, {"worker": self.worker})
            await code.forget(self._database)

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

    async def seen(self) -> Mapping[Kind, float]:
        """Since when there is code for each version."""
        return await code.seen(self._database)

    async def unended(self) -> Sequence[Kind]:
        """The names and versions of the sagas that have not ended."""
        async with self._database.read() as connection:
            return [(row.saga, row.version) for row in await connection.execute(_UNENDED)]
