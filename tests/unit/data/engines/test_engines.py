"""An engine of SQLAlchemy on a capability's database: one transaction after the other, in its own schema, for threads alone."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import TypeVar

import pytest
from sqlalchemy import Engine, ForeignKey, func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from plures.data import Database, Folder, Migration, Place, Statement, engines, open_database

T = TypeVar("T")

NUMBER = Statement(
    sqlite="CREATE TABLE guests (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    postgresql="CREATE TABLE guests (id SERIAL PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
)
TABLES = Migration(
    1,
    "guests",
    (NUMBER, "CREATE TABLE visits (id INTEGER PRIMARY KEY, guest_id INTEGER NOT NULL REFERENCES guests (id))"),
)


class Base(DeclarativeBase):
    pass


class Guest(Base):
    __tablename__ = "guests"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Visit(Base):
    __tablename__ = "visits"
    id: Mapped[int] = mapped_column(primary_key=True)
    guest_id: Mapped[int] = mapped_column(ForeignKey("guests.id"))


@pytest.fixture
async def database(place: Place) -> AsyncIterator[Database]:
    opened = await open_database(place, "guests", (TABLES,))
    yield opened
    await opened.close()


@pytest.fixture
async def engine(place: Place, database: Database) -> AsyncIterator[Engine]:
    made = engines.open_engine(place, "guests", patience_s=0.2)
    yield made
    await asyncio.to_thread(made.dispose)


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    return engines.sessions_of(engine)


async def in_thread(function: Callable[[], T]) -> T:
    return await asyncio.to_thread(function)


async def test_what_a_session_commits_is_in_the_database(sessions: sessionmaker[Session], database: Database) -> None:
    def write() -> None:
        with sessions.begin() as session:
            guest = Guest(name="anna")
            session.add(guest)
            session.flush()
            session.add(Visit(id=1, guest_id=guest.id))
        with pytest.raises(RuntimeError), sessions.begin() as session:
            session.add(Guest(name="bert"))
            session.flush()
            raise RuntimeError

    await in_thread(write)
    async with database.read() as connection:
        assert (await connection.execute("SELECT name FROM guests")).scalars() == ["anna"]


async def test_errors_are_those_of_sqlalchemy(sessions: sessionmaker[Session]) -> None:
    def write() -> None:
        for row in (Guest(name="anna"), Guest(name="anna"), Visit(id=1, guest_id=99)):
            with sessions() as session:
                session.add(row)
                session.commit()

    with pytest.raises(IntegrityError):
        await in_thread(write)

    def dangling() -> None:
        with sessions() as session:
            session.add(Visit(id=1, guest_id=99))
            session.commit()

    with pytest.raises(IntegrityError):
        await in_thread(dangling)


async def test_transactions_that_read_and_write_lose_nothing(sessions: sessionmaker[Session], place: Place) -> None:
    """Two threads each count and then insert what they have counted: both may not have counted the same."""
    barrier = Barrier(2)

    def count_and_insert(number: int) -> bool:
        barrier.wait(10)
        try:
            with sessions.begin() as session:
                counted = session.scalar(select(func.count()).select_from(Guest))
                session.add(Guest(name=f"{counted} {number}"))
        except (OperationalError, engines.EngineBusy):
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        done = await asyncio.gather(
            *(asyncio.get_running_loop().run_in_executor(threads, count_and_insert, each) for each in (1, 2))
        )

    def names() -> list[str]:
        with sessions() as session:
            return sorted(name.split()[0] for name in session.scalars(select(Guest.name)))

    found = await in_thread(names)
    assert found == ["0", "1"][: sum(done)]
    assert sum(done) == 2 or not isinstance(place, Folder)


async def test_the_event_loop_is_no_place_for_it(engine: Engine) -> None:
    with pytest.raises(engines.EngineInLoop) as caught:
        engine.connect()
    assert "asyncio.to_thread" in caught.value.fix


async def test_who_holds_all_connections_is_told(tmp_path: Path) -> None:
    engine = engines.open_engine(Folder(tmp_path), "guests", patience_s=0.05)

    def nest() -> None:
        with engine.connect(), pytest.raises(engines.EngineBusy, match=r"all 1 that it may have") as caught:
            engine.connect()
        assert "hold none while another" in caught.value.fix

    await in_thread(nest)
    await in_thread(engine.dispose)


async def test_one_capability_alone_is_in_reach(engine: Engine, place: Place, tmp_path: Path) -> None:
    def look() -> str:
        with engine.connect() as connection:
            if isinstance(place, Folder):
                with pytest.raises(OperationalError, match="attached"):
                    connection.execute(text(f"ATTACH DATABASE '{tmp_path / 'other'}' AS other"))
                return "guests"
            schema = connection.scalar(text("SELECT current_schema()"))
            assert schema == place.schema
            return "guests"

    assert await in_thread(look) == "guests"
