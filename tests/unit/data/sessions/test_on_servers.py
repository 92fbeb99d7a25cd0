"""What only a server does to a session: transactions that meet, and connections that go."""

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from plures.data import ConnectionLost, Migration, WriteConflict, open_database
from tests.postgres import Postgres


class Base(DeclarativeBase):
    pass


class Shelf(Base):
    __tablename__ = "shelf"
    id: Mapped[int] = mapped_column(primary_key=True)
    pieces: Mapped[int]


SHELVES = Migration(1, "shelves", ("CREATE TABLE shelf (id INTEGER PRIMARY KEY, pieces INTEGER NOT NULL)",))


async def test_sessions_that_meet(postgres: Postgres) -> None:
    database = await open_database(await postgres.schema(), "stock", (SHELVES,))
    async with database.session() as session:
        session.add(Shelf(id=1, pieces=3))
    with pytest.raises(WriteConflict) as caught:
        async with database.session() as session:
            shelf = await session.get_one(Shelf, 1)
            await postgres.run(f'UPDATE "{await session.scalar(text("SELECT current_schema()"))}".shelf SET pieces = 2')
            shelf.pieces -= 1
    assert caught.value.may_be_repeated
    async with database.session() as session:
        assert (await session.get_one(Shelf, 1)).pieces == 2
    await database.close()


async def test_a_connection_that_is_lost_in_a_session(postgres: Postgres) -> None:
    database = await open_database(await postgres.schema(), "stock", (SHELVES,))
    with pytest.raises(ConnectionLost) as caught:
        async with database.session() as session:
            session.add(Shelf(id=1, pieces=3))
            await session.flush()
            await postgres.run(f"SELECT pg_terminate_backend({await session.scalar(text('SELECT pg_backend_pid()'))})")
            await session.execute(update(Shelf).values(pieces=4))
    assert caught.value.may_be_repeated
    async with database.session() as session:
        assert (await session.scalars(select(Shelf))).all() == []
    await database.close()
