"""A saga works on behalf of the one for whom it was begun: each step, after a crash, in another replica, and while it is taken back."""

from typing import Any

import pytest

from plures import Message, Saga, acting_for, request_context, saga
from plures.contract import read_message
from plures.data import Database
from plures.runtime import ContextKind, ContextMismatch
from plures.sagas import SagaParked
from plures.sagas.keeping import prepare
from plures.testing import MemorySagas

from .shop import OrderingService, SoldOut, Wish, World, serving, states, until


class Shopper(Message):
    user: str


class Clerk(Message):
    desk: int


CODEC, _ = read_message(Shopper, "a test")
assert CODEC is not None
KIND = ContextKind(Shopper, CODEC)
DONE: list[str] = []


class KnowingService(OrderingService):
    """Notes on whose behalf each step is done."""

    is_broken = False

    @saga(errors=[SoldOut])
    async def buying(self, saga: Saga, wish: Wish) -> str:
        await saga.step(self.note, "first").undone_by(self.note, "undo")
        await saga.step(self.stock.reserve, saga.id, wish.item)
        return request_context(Shopper).user

    async def note(self, what: str) -> None:
        who = request_context(Shopper, None)
        DONE.append(f"{what} for {'no one' if who is None else who.user}")


@pytest.fixture(autouse=True)
def _nothing_done() -> None:
    DONE.clear()


async def test_each_step_and_the_saga_itself_know_it(database: Database, world: World) -> None:
    async with serving(database, world, KnowingService, context=KIND) as service:
        with acting_for(Shopper("anna")):
            assert await service.sagas.run(service.buying, "a", Wish("tea")) == "anna"
        await service.sagas.start(service.buying, "b", Wish("tea"))
        await until(lambda: _has_done(2))
    assert DONE[0] == "first for anna"
    assert DONE[1] == "first for no one"


async def test_it_is_in_force_where_another_replica_takes_it_back(database: Database, world: World) -> None:
    world.trouble = _unreachable
    async with serving(database, world, KnowingService, context=KIND) as service:
        with acting_for(Shopper("anna")):
            await service.sagas.start(service.buying, "a", Wish("tea"))
        await until(lambda: _has_done(1))
    world.trouble = _sold_out
    async with serving(database, world, KnowingService, context=KIND) as service:
        await until(lambda: _is(database, {"a": "compensated"}))
    # A step that was not noted yet is taken again.
    assert list(dict.fromkeys(DONE)) == ["first for anna", "undo for anna"]


async def _has_done(many: int) -> bool:
    return len(DONE) >= many


async def _is(database: Database, expected: dict[str, str]) -> bool:
    return await states(database) == expected


async def _unreachable(*_: Any) -> None:
    raise ConnectionError


async def _sold_out(*_: Any) -> None:
    raise SoldOut(item="tea")


async def test_one_that_cannot_be_read_parks_the_saga(database: Database, world: World) -> None:
    async with serving(database, world, KnowingService, context=KIND) as service:
        with acting_for(Shopper("anna")):
            async with database.write() as connection:
                await service.sagas.start(service.buying, "a", Wish("tea"))
                await connection.execute("UPDATE plures_sagas SET context = :text", {"text": '{"user":7}'})
        await until(lambda: _is(database, {"a": "completed"}))
        # What is in hand was read as it began; another replica reads what is kept.
    assert DONE == ["first for anna"]
    async with database.plain_write() as connection:
        await connection.execute("UPDATE plures_sagas SET state = 'running', worker = ''")
    async with serving(database, world, KnowingService, context=KIND) as service:
        with pytest.raises(SagaParked, match="on whose behalf"):
            await service.sagas.result(service.buying, "a")


async def test_an_older_table_gets_the_column_once(database: Database, world: World) -> None:
    await prepare(database)
    async with database.plain_write() as connection:
        await connection.execute("ALTER TABLE plures_sagas DROP COLUMN context")
    for _ in range(2):
        await prepare(database)
    async with serving(database, world, KnowingService, context=KIND) as service:
        with acting_for(Shopper("anna")):
            assert await service.sagas.run(service.buying, "a", Wish("tea")) == "anna"


async def test_another_type_begins_none(database: Database, world: World) -> None:
    async with serving(database, world, KnowingService, context=KIND) as service:
        with acting_for(Clerk(1)), pytest.raises(ContextMismatch):
            await service.sagas.start(service.buying, "a", Wish("tea"))
        assert await states(database) == {}


async def test_sagas_in_memory_know_it_too(world: World) -> None:
    sagas = MemorySagas(context=Shopper)
    nothing: Any = None
    service = KnowingService(nothing, sagas, world.stock, world.payments)
    with acting_for(Shopper("anna")):
        assert await sagas.run(service.buying, "a", Wish("tea")) == "anna"
    await sagas.stop()
