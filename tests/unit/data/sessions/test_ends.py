"""SQLAlchemy ends no transaction: neither a session nor a connection commits a part, or lets the rest be kept without it."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker

from plures.data import Connection, Database, TransactionEnded, UniqueViolated

from .guests import ADA, Guest, names

INSERT_ADA = text("INSERT INTO guest VALUES (1, 'Ada')")


async def commits(session: AsyncSession) -> None:
    session.add(Guest(**ADA))
    await session.commit()


async def begins(session: AsyncSession) -> None:
    async with session.begin():
        session.add(Guest(**ADA))


async def commits_all(session: AsyncSession) -> None:
    await session.begin_nested()
    session.add(Guest(**ADA))
    await session.commit()


@pytest.mark.parametrize("work", [commits, begins, commits_all])
async def test_a_commit_inside_is_refused(book: Database, work: Callable[[AsyncSession], Awaitable[None]]) -> None:
    """It would return before anything is kept."""
    with pytest.raises(TransactionEnded) as caught:
        async with book.session() as session:
            await work(session)
    assert caught.value.code == "data.transaction_ended"
    assert "commit()" in caught.value.what
    assert await names(book) == []


async def commit(connection: AsyncConnection) -> None:
    await connection.commit()


async def rollback(connection: AsyncConnection) -> None:
    await connection.rollback()


async def close(connection: AsyncConnection) -> None:
    await connection.close()


async def invalidate(connection: AsyncConnection) -> None:
    await connection.invalidate()


async def own_rollback(connection: AsyncConnection) -> None:
    async with AsyncSession(connection) as session:
        await session.execute(select(Guest))
        await session.rollback()


@pytest.mark.parametrize("end", [commit, rollback, close, invalidate, own_rollback])
async def test_a_connection_ends_no_transaction(
    book: Database, end: Callable[[AsyncConnection], Awaitable[None]]
) -> None:
    async def write(connection: Connection) -> None:
        alchemy = await connection.sqlalchemy()
        await alchemy.execute(INSERT_ADA)
        await end(alchemy)
        await connection.execute("INSERT INTO guest VALUES (2, 'Grace')")

    with pytest.raises(TransactionEnded):
        async with book.write() as connection:
            await write(connection)
    assert await names(book) == []
    async with book.session() as session:
        session.add(Guest(**ADA))
    assert await names(book) == ["Ada"]


async def test_the_error_of_a_statement_is_not_hidden_by_the_rollback_after_it(book: Database) -> None:
    with pytest.raises(UniqueViolated):
        async with book.write() as connection, AsyncSession(await connection.sqlalchemy()) as session:
            session.add_all([Guest(**ADA), Guest(id=2, name="Ada")])
            await session.flush()
    assert await names(book) == []


async def test_sessions_of_ones_own_within_one_write(book: Database) -> None:
    async with book.write() as connection:
        make = async_sessionmaker(await connection.sqlalchemy(), join_transaction_mode="create_savepoint")
        async with make() as session, session.begin():
            session.add(Guest(**ADA))
        async with make() as session:
            session.add(Guest(id=2, name="Ada"))
            with pytest.raises(UniqueViolated):
                await session.flush()
            await session.rollback()
        async with make() as session:
            session.add(Guest(id=3, name="Grace"))
            await session.commit()
            session.add(Guest(id=4, name="never flushed"))
    assert await names(book) == ["Ada", "Grace"]
