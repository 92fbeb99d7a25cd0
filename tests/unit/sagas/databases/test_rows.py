"""What rows look like that nothing wrote so: a person's desk with a sentence, or left alone."""

import asyncio

import pytest

from plures import SagaParked
from plures.data import Database
from tests.unit.sagas.shop import Order, Wish, World, is_now, serving, states, until


async def begun(database: Database, world: World, *, at: str = "take") -> None:
    """A saga that has taken its steps until one, and is in no process."""
    there = asyncio.Event()

    async def wait(operation: str, _: str) -> None:
        if operation == at:
            there.set()
            await asyncio.sleep(60)

    world.trouble = wait
    async with serving(database, world) as service:
        await service.sagas.start(service.ordering, "a", Wish("tea"))
        await there.wait()
    world.trouble = lambda *_: None


async def spoil(database: Database, statement: str) -> None:
    async with database.write() as connection:
        await connection.execute(statement)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE plures_sagas SET body = '{\"wish\":'", "what it was begun with cannot be read"),
        ("UPDATE plures_sagas SET body = '{\"wish\":{\"item\":7}}'", "what it was begun with cannot be read"),
        ("UPDATE plures_saga_steps SET answer = '\"three\"'", r"what its step 1, stock\.reserve, answered cannot be read"),
        ("UPDATE plures_saga_steps SET answer = ''", r"what its step 1, stock\.reserve, answered cannot be read"),
        ("UPDATE plures_sagas SET state = 'resting'", "its state is 'resting', which this version of Plures does not know"),
        ("UPDATE plures_saga_steps SET number = '7'", r"its step 7 was stock\.reserve, and the code of version 1 calls nothing"),
    ],
)  # fmt: skip
async def test_what_cannot_be_read_is_parked_with_all_that_it_holds(
    database: Database, world: World, statement: str, said: str
) -> None:
    """Taking it back would forget what it holds: which undo belongs to what is not known."""
    await begun(database, world)
    await spoil(database, statement)
    async with serving(database, world) as service:
        with pytest.raises(SagaParked, match=said):
            await service.order("a", Wish("tea")) if "body" not in statement else await service.sagas.result(
                service.ordering, "a"
            )
        assert await service.order("b", Wish("tea")) == Order("b", "paid"), "others go on"
    assert world.held("reserve", "release") == {"a", "b"}


async def test_a_row_of_no_version_is_left_alone(database: Database, world: World) -> None:
    await begun(database, world)
    async with serving(database, world) as service:
        await spoil(database, "UPDATE plures_sagas SET version = 0, worker = ''")
        assert await service.order("b", Wish("tea")) == Order("b", "paid")
    assert await states(database) == {"a": "running", "b": "completed"}


async def test_a_saga_whose_beginning_was_not_heard_of_runs(database: Database, world: World) -> None:
    """The commit that began it was cancelled, or its answer was lost: it has happened all the same."""
    async with serving(database, world) as service:
        async with database.write() as connection:
            await service.sagas.start(service.ordering, "a", Wish("tea"))
            connection.after_commit = ()
        await until(lambda: is_now(database, {"a": "completed"}))
