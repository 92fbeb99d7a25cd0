"""SQLAlchemy's ORM on both stores: what it writes is kept or undone as one thing, and errors are those of plain SQL."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import InvalidRequestError, MissingGreenlet, StatementError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.exc import DetachedInstanceError

from plures.data import (
    Database,
    ForeignKeyViolated,
    NestedWrite,
    NotNullViolated,
    ReadOnly,
    StatementFailed,
    UniqueViolated,
)
from plures.errors import PluresError

from .guests import ADA, Base, Guest, Visit, names


async def test_objects_and_what_belongs_to_them(book: Database) -> None:
    async with book.session() as session:
        ada = Guest(**ADA)
        session.add_all([ada, Visit(id=1, guest=ada), Visit(id=2, guest=ada)])
        # The query flushes first.
        assert (await session.scalars(select(Visit).order_by(Visit.id))).all() == ada.visits
        assert await session.get(Guest, 1) is ada
    # What was loaded can be read afterwards.
    assert (ada.name, [visit.id for visit in ada.visits]) == ("Ada", [1, 2])
    async with book.session() as session:
        (again,) = await session.scalars(select(Guest).options(selectinload(Guest.visits)))
    assert again is not ada
    assert [visit.guest_id for visit in again.visits] == [1, 1]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (Guest(id=2, name="Ada"), UniqueViolated),
        (Guest(id=2), NotNullViolated),
        (Visit(id=1, guest_id=7), ForeignKeyViolated),
    ],
    ids=["unique", "not null", "foreign key"],
)
async def test_what_a_flush_meets_has_the_names_of_plain_sql(
    book: Database, wrong: Base, error: type[StatementFailed]
) -> None:
    with pytest.raises(error) as caught:
        async with book.session() as session:
            session.add_all([Guest(**ADA), type(wrong)(**{k: v for k, v in vars(wrong).items() if k[0] != "_"})])
    assert "INSERT INTO" in caught.value.statement
    assert await names(book) == []


async def test_a_part_may_fail_alone(book: Database) -> None:
    async with book.session() as session:
        session.add(Guest(**ADA))
        await session.flush()
        for number in (2, 3):
            with pytest.raises(UniqueViolated):
                async with session.begin_nested():
                    session.add(Guest(id=number, name="Ada"))
        session.add(Guest(id=4, name="Grace"))
    assert await names(book) == ["Ada", "Grace"]


async def test_rollback_undoes_what_was_done_and_goes_on(book: Database) -> None:
    """As in `except UniqueViolated: await session.rollback()`."""
    async with book.session() as session:
        session.add(Guest(**ADA))
        await session.flush()
        session.add(Guest(id=2, name="Ada"))
        with pytest.raises(UniqueViolated):
            await session.flush()
        with pytest.raises(InvalidRequestError, match="rolled back due to a previous exception"):
            await session.execute(select(Guest))
        await session.rollback()
        session.add(Guest(id=3, name="Grace"))
    assert await names(book) == ["Grace"]
    async with book.session() as session:
        session.add(Guest(id=4, name="Edsger"))
        await session.flush()
        await session.rollback()
    assert await names(book) == ["Grace"]


async def test_a_statement_that_failed_may_come_again(book: Database) -> None:
    async with book.write() as connection:
        for number, name in ((1, "Ada"), (2, "Ada"), (3, "Ada"), (4, "Grace")):
            try:
                await connection.execute(insert(Guest).values(id=number, name=name))
            except UniqueViolated:
                continue
    assert await names(book) == ["Ada", "Grace"]


async def test_a_session_that_reads_changes_nothing(book: Database) -> None:
    async with book.session() as session:
        session.add(Guest(**ADA))
    async with book.read() as connection, AsyncSession(await connection.sqlalchemy()) as session:
        (ada,) = await session.scalars(select(Guest))
        ada.name = "Grace"
        # The next query would flush.
        with pytest.raises(ReadOnly):
            await session.scalars(select(Guest))
    async with book.read() as connection, AsyncSession(await connection.sqlalchemy(), autoflush=False) as session:
        (ada,) = await session.scalars(select(Guest))
        ada.name = "Grace"
        assert (await session.scalars(select(Guest))).all() == [ada]
    assert await names(book) == ["Ada"]


async def test_what_was_not_loaded_says_so(book: Database) -> None:
    async with book.session() as session:
        session.add(Guest(**ADA))
    async with book.session() as session:
        ada = await session.get_one(Guest, 1)
        with pytest.raises((MissingGreenlet, StatementError), match="greenlet_spawn has not been called"):
            _ = ada.visits
        assert await session.run_sync(lambda _: ada.visits) == []
    async with book.session() as session:
        ada = await session.get_one(Guest, 1)
    with pytest.raises(DetachedInstanceError):
        _ = ada.visits


async def test_a_session_is_over_with_its_block(book: Database) -> None:
    async with book.session() as session:
        pass
    with pytest.raises(InvalidRequestError, match="closed"):
        await session.scalars(select(Guest))
    with pytest.raises(NestedWrite):
        async with book.session(), book.session():
            pass


async def test_sessions_of_tasks_do_not_see_one_another(book: Database) -> None:
    async def enter(number: int) -> None:
        async with book.session() as session:
            session.add(Guest(id=number, name=f"guest {number}"))
            await session.flush()
            if number % 2:
                raise KeyError(number)

    ended = await asyncio.gather(*(repeated(enter, number) for number in range(6)), return_exceptions=True)
    assert [isinstance(each, KeyError) for each in ended] == [False, True] * 3
    assert await names(book) == ["guest 0", "guest 2", "guest 4"]


async def repeated(enter: Callable[[int], Awaitable[None]], number: int) -> None:
    """As the host repeats an operation."""
    while True:
        try:
            return await enter(number)
        except PluresError as error:
            if not getattr(error, "may_be_repeated", False):
                raise


async def test_a_cancelled_session_leaves_nothing_and_no_lock(book: Database) -> None:
    flushed = asyncio.Event()

    async def enter() -> None:
        async with book.session() as session:
            session.add(Guest(**ADA))
            await session.flush()
            flushed.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(enter())
    await flushed.wait()
    task.cancel()
    await asyncio.wait([task])
    async with book.session() as session:
        session.add(Guest(id=2, name="Grace"))
    assert await names(book) == ["Grace"]
