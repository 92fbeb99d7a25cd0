"""Old code starts while sagas of newer code are open, and newer code while those of old code are."""

import logging
from collections.abc import Mapping

import pytest

from plures import Saga, saga
from plures.data import Database, Place, open_database
from plures.sagas import SagaVersionGone, operations
from plures.sagas.keeping import Kind, code
from tests.unit.sagas.shop import MIGRATIONS, Order, OrderingService, Wish, World, is_now, serving, until

OLD, NEW, ADDED = ("ordering", 1), ("ordering", 2), ("refunding", 1)


class Newer(OrderingService):
    """Has the old saga too, a new version of it, and another one."""

    @saga(name="ordering", version=1)
    async def ordering_1(self, saga: Saga, wish: Wish) -> Order:
        return await OrderingService.ordering(self, saga, wish)

    @saga(version=2)
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await saga.sleep(0.5)
        return Order(saga.id, f"second {wish.item}")

    @saga()
    async def refunding(self, saga: Saga) -> None:
        await saga.sleep(0.5)


class Without(OrderingService):
    """The old saga was taken out, without another version of it."""

    ordering = None  # type: ignore[assignment]

    @saga()
    async def refunding(self, saga: Saga) -> None:
        await saga.sleep(0.5)


async def begin_newer(service: Newer) -> None:
    await service.sagas.start(service.ordering, "b", Wish("tea"))
    await service.sagas.start(service.refunding, "c")


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
async def test_an_old_replica_that_starts_again_leaves_newer_sagas_alone(
    place: Place, database: Database, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    other = await open_database(place, "ordering", MIGRATIONS)
    async with serving(database, world), serving(other, world, Newer) as newer:
        await begin_newer(newer)
        again = await open_database(place, "ordering", MIGRATIONS)
        async with serving(again, world) as old:
            assert caplog.text.count("that newer code has begun: ordering version 2, refunding version 1") == 1
            assert await operations.replicas(database, ()) == {OLD: 3, NEW: 1, ADDED: 1}
            assert (await old.order("a", Wish("tea"))).payment == "paid"
            await until(lambda: is_now(database, dict.fromkeys("abc", "completed")))
        assert await operations.replicas(database, ()) == {OLD: 2, NEW: 1, ADDED: 1}
        await again.close()
    await other.close()


async def test_after_a_rollback_newer_sagas_wait_for_their_code(
    database: Database, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "plures.sagas")
    async with serving(database, world) as old:
        await old.order("a", Wish("tea"))
    async with serving(database, world, Newer) as newer:
        await begin_newer(newer)
    waiting = {"a": "completed", "b": "running", "c": "running"}
    async with serving(database, world) as old:
        await old.order("d", Wish("tea"))
        assert "This replica leaves them alone" in caplog.text
        assert await is_now(database, waiting | {"d": "completed"})
        counts = {(each.saga, each.version) for each in await operations.counts(database)}
        assert counts == {NEW, ADDED}
    async with serving(database, world, Newer):
        await until(lambda: is_now(database, dict.fromkeys("abcd", "completed")))


async def test_what_was_taken_out_of_the_code_is_refused(database: Database, world: World) -> None:
    async with serving(database, world) as old:
        world.trouble = lambda *_: (_ for _ in ()).throw(TimeoutError)
        await old.sagas.start(old.ordering, "a", Wish("tea"))
    with pytest.raises(SagaVersionGone, match="ordering version 1"):
        async with serving(database, world, Without):
            raise AssertionError


@pytest.mark.parametrize(
    ("kind", "known", "since", "expected"),
    [
        (NEW, [OLD], {}, True),
        (OLD, [NEW], {OLD: 1, NEW: 2}, False),
        (ADDED, [OLD], {OLD: 1, ADDED: 2}, True),
        (ADDED, [OLD, NEW], {OLD: 1, ADDED: 2, NEW: 3}, False),
        # Code that has something which was never seen is the newest.
        (ADDED, [OLD, NEW], {OLD: 1, ADDED: 2}, False),
        # From before any of it was noted.
        (ADDED, [OLD], {OLD: 1}, False),
        (ADDED, [], {ADDED: 1}, False),
    ],
)
def test_which_code_is_newer(kind: Kind, known: list[Kind], since: Mapping[Kind, float], *, expected: bool) -> None:
    assert code.is_newer(kind, known, since) is expected
