"""The process of a saga dies before and after each commit and each call: the next one brings the saga to its end, and nothing happens twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from plures import ContractError, Saga, saga
from plures.data import Database, Folder, Place, open_database

from .deaths import Fate, after_death, folder, mortal
from .shop import (
    MIGRATIONS,
    QUICK,
    Declined,
    Order,
    OrderingService,
    SoldOut,
    Wish,
    World,
    orders,
    serving,
    states,
    until,
)

CALM = replace(QUICK, look_s=5.0)
"""Looks for nothing once it has started, so that each run comes by the same points."""


class Side(OrderingService):
    """Two tasks, one of them with two steps."""

    @saga(errors=[SoldOut, Declined])
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        async def goods() -> None:
            await saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
            await saga.step(self._record, saga.id, wish.item).undone_by(self._remove, saga.id)

        async def money() -> str:
            return await saga.step(self.payments.take, saga.id, wish.pays).undone_by(self.payments.give_back, saga.id)

        async with asyncio.TaskGroup() as group:
            group.create_task(goods())
            payment = group.create_task(money())
        return Order(saga.id, payment.result())


class Waiting(OrderingService):
    """Waits out of memory between its steps."""

    @saga(errors=[SoldOut, Declined])
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
        await saga.sleep(0.03)
        await saga.step(self._record, saga.id, wish.item).undone_by(self._remove, saga.id)
        payment = await saga.step(self.payments.take, saga.id, wish.pays).undone_by(self.payments.give_back, saga.id)
        return Order(saga.id, payment)


class Last(OrderingService):
    """Its last step fails, so all is taken back, with what precedes it on its own database."""

    @saga(errors=[SoldOut, Declined])
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await saga.step(self._record, saga.id, wish.item).undone_by(self._remove, saga.id)
        await saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
        payment = await saga.step(self.payments.take, saga.id, wish.pays).undone_by(self.payments.give_back, saga.id)
        return Order(saga.id, payment)


class Final(OrderingService):
    @saga(errors=[SoldOut, Declined])
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
        saga.point_of_no_return()
        payment = await saga.step(self.payments.take, saga.id, wish.pays)
        await saga.step(self._record, saga.id, wish.item)
        return Order(saga.id, payment)


class Together(OrderingService):
    """Two steps that are noted together."""

    @saga(errors=[SoldOut, Declined])
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        reserved = saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
        taken = saga.step(self.payments.take, saga.id, wish.pays).undone_by(self.payments.give_back, saga.id)
        await reserved
        payment = await taken
        await saga.step(self._record, saga.id, wish.item).undone_by(self._remove, saga.id)
        return Order(saga.id, payment)


KINDS = {
    "one by one": (OrderingService, CALM, False),
    "made together": (Together, CALM, False),
    "made together, taken back": (Together, CALM, True),
    "side by side": (Side, CALM, False),
    "side by side, taken back": (Side, CALM, True),
    "with a timer": (Waiting, QUICK, False),
    "taken back": (Last, CALM, True),
    "past the point of no return": (Final, CALM, False),
}
FORWARD = {"reserve", "take"}
POINTS = {"before a commit", "after a commit", "before the effect of reserve", "after the effect of reserve"}
PLACES = [
    *((kind, "sqlite") for kind in KINDS),
    ("side by side", "postgresql"),
    ("taken back", "postgresql"),
    ("made together", "postgresql"),
]


@asynccontextmanager
async def process(place: Place, fate: Fate) -> AsyncGenerator[Database]:
    opened = await open_database(place, "ordering", MIGRATIONS)
    try:
        yield mortal(opened, fate)
    finally:
        with suppress(Exception):
            await opened.close(grace_s=0)


def troubled(fate: Fate, *, declines: bool) -> tuple[Callable[[str, str], Any], Callable[[str, str], Any]]:
    """What happens before and after the effect of each call: one that dies meanwhile comes to no answer."""

    async def before(operation: str, _: str) -> None:
        await fate.point(f"before the effect of {operation}")
        if declines and operation == "take":
            raise Declined(reason="expired")

    async def after(operation: str, _: str) -> None:
        await fate.point(f"after the effect of {operation}")

    return before, after


@pytest.mark.parametrize(("kind", "place"), PLACES, indirect=["place"])
async def test_whatever_dies_it_ends_once(
    place: Place, request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    server = None if isinstance(place, Folder) else request.getfixturevalue("postgres")
    if server is None:
        place = folder(tmp_path / "first")
    service_class, pace, declines = KINDS[kind]
    deaths = Counter[str]()
    async with AsyncExitStack() as graves:
        number, named = 0, ""
        while True:
            number += 1
            fate, world = Fate(number, named), World()
            world.trouble, world.after = troubled(fate, declines=declines)
            database = await graves.enter_async_context(process(place, fate))
            served = serving(database, world, service_class, pace=pace)
            asking: asyncio.Task[Any] | None = None
            dying = asyncio.create_task(fate.is_dead.wait())
            entering = asyncio.ensure_future(served.__aenter__())
            await asyncio.wait([entering, dying], return_when=asyncio.FIRST_COMPLETED)
            if entering.done():
                asking = asyncio.create_task(entering.result().order(f"o{number}", Wish("tea")))
                await asyncio.wait([asking, dying], return_when=asyncio.FIRST_COMPLETED)
            has_died = fate.is_dead.is_set()
            if has_died:
                deaths[fate.where] += 1
                place = await after_death(place, database, server, number)
                await check_next(place, world, service_class, f"o{number}", declines=declines)
                check_calls(world, f"o{number}")
            # Now what is left of the dead process may end.
            dying.cancel()
            fate.is_buried.set()
            if asking is not None:
                asking.cancel()
            await asyncio.gather(*[each for each in (asking, entering, dying) if each], return_exceptions=True)
            with suppress(Exception):
                await served.__aexit__(None, None, None)
            await graves.aclose()
            if has_died and not named:
                continue
            # Which point a number is differs from run to run where steps are taken side by side.
            left = sorted(POINTS - set(deaths))
            if not left or (named and not has_died):
                break
            named = left[0]
    assert sum(deaths.values()) >= 10
    assert set(deaths) >= POINTS


async def check_next(
    place: Place, world: World, service_class: type[OrderingService], id_: str, *, declines: bool
) -> None:
    """The next process brings on what the dead one had accepted, without being asked; and answers who asks again."""
    fate = Fate(-1)
    world.trouble, world.after = troubled(fate, declines=declines)
    async with process(place, fate) as database:
        found = (await states(database)).get(id_) if await has_tables(database) else None
        before = list(world.calls)
        async with serving(database, world, service_class) as service:
            if found is not None:
                await until(lambda: has_ended(database, id_))
            if found == "compensating":
                assert not FORWARD & {name for name, _ in world.calls[len(before) :]}, "it is taken back"
            try:
                assert await service.order(id_, Wish("tea")) == Order(id_, "paid")
            except ContractError:
                assert declines
        held = id_ in await orders(database), world.held("reserve", "release"), world.held("take", "give_back")
        assert held == ((False, set(), set()) if declines else (True, {id_}, {id_}))


def check_calls(world: World, id_: str) -> None:
    """Each callee got one key, and a step that was answered and noted was not called again."""
    assert {key for _, key in world.calls} <= {id_}
    assert max(Counter(world.calls).values()) <= 2


async def has_ended(database: Database, id_: str) -> bool:
    return (await states(database))[id_] in {"completed", "compensated"}


async def has_tables(database: Database) -> bool:
    try:
        await states(database)
    except Exception:  # noqa: BLE001 - they are made when it starts
        return False
    return True
