"""Operations on an engine of SQLAlchemy whose transactions meet others on PostgreSQL: which run again, and which fail as before."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DataError, OperationalError

from plures import Migration, command, contract, query
from plures.contract import read_contract
from plures.data import engines, open_database
from plures.host.guard import count_commits, guarded_blocking, may_meet
from plures.runtime import Threads, threaded
from tests.postgres import Postgres

TABLE = (Migration(1, "names", ("CREATE TABLE names (name TEXT)",)),)
COUNT, INSERT = text("SELECT count(*) FROM names"), text("INSERT INTO names VALUES ('x')")


@contract("guard.names.v1", owner="tests")
class Names(Protocol):
    @command(idempotent=True, deadline_s=30)
    def put(self, how: str) -> int: ...
    @command(deadline_s=30)
    def add(self, how: str) -> int: ...
    @query(deadline_s=30)
    def count(self, how: str) -> int: ...


class NamesService:
    """Meets another transaction at its first run."""

    def __init__(self, engine: Engine, other: Engine) -> None:
        self._engine, self._other = engine, other
        self.runs = 0

    def put(self, how: str) -> int:
        self.runs += 1
        if how == "by zero":
            with self._engine.begin() as connection:
                connection.execute(text("SELECT 1 / 0"))
        if how == "after a commit":
            with self._engine.begin() as connection:
                connection.execute(text("SELECT 1"))
        with self._engine.begin() as mine:
            found = int(mine.execute(COUNT).scalar_one())
            if self.runs > 1:
                mine.execute(INSERT)
                return found
            with self._other.connect() as theirs:
                theirs.execute(COUNT)
                if how == "at the commit":
                    mine.execute(INSERT)
                self._meets(theirs)
            if how != "at the commit":
                mine.execute(INSERT)
        return found

    add = count = put

    def _meets(self, theirs: Connection) -> None:
        theirs.execute(INSERT)
        theirs.commit()


@pytest.fixture
async def service(postgres: Postgres) -> AsyncIterator[NamesService]:
    place = await postgres.schema(most_connections=6)
    database = await open_database(place, "names", TABLE)
    made, other = (engines.open_engine(place, "names") for _ in range(2))
    assert may_meet(made)
    count_commits(made)
    yield NamesService(made, other)
    for each in (made, other):
        await asyncio.to_thread(each.dispose)
    await database.close()


@pytest.fixture
async def threads() -> AsyncIterator[Callable[[], Threads]]:
    made = Threads("names", places=4, queue_s=1)
    yield lambda: made
    await made.close()


@pytest.mark.parametrize(
    ("operation", "how", "runs"),
    [
        ("put", "at the write", 2),
        ("put", "at the commit", 2),
        ("count", "at the write", 2),
        # Who called it has not said that it may run twice.
        ("add", "at the write", 1),
        # A part of what it did remains.
        ("put", "after a commit", 1),
    ],
)
async def test_what_met_others_runs_again_where_it_may(
    service: NamesService, threads: Callable[[], Threads], operation: str, how: str, runs: int
) -> None:
    described, _ = read_contract(Names)
    guarded: Any = guarded_blocking(threaded(service, described, threads), described)
    if runs == 1:
        with pytest.raises(OperationalError):
            await getattr(guarded, operation)(how)
    else:
        assert await getattr(guarded, operation)(how) == 1
    assert service.runs == runs


async def test_another_error_is_none_of_it(service: NamesService, threads: Callable[[], Threads]) -> None:
    described, _ = read_contract(Names)
    guarded: Any = guarded_blocking(threaded(service, described, threads), described)
    with pytest.raises(DataError, match="division by zero"):
        await guarded.put("by zero")
    assert service.runs == 1
