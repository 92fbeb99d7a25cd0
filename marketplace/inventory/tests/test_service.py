"""What inventory promises, over both stores."""

import asyncio
from datetime import timedelta

import pytest

from marketplace.catalog.contract import Item, ProductUnknown
from marketplace.inventory.capability import SWEEP_EVERY_S, make
from marketplace.inventory.contract import (
    OutOfStock,
    Reservation,
    ReservationDiffers,
    ReservationExpired,
    ReservationUnknown,
    Stock,
)
from marketplace.inventory.service import InventoryService
from marketplace.inventory.store import MIGRATIONS, DatabaseStock
from plures import Lifecycle
from tests.databases import Databases

from .conftest import Clock

TWO_TEA, ONE_CUP = Item("tea", 2), Item("cup", 1)


async def left(inventory: InventoryService, product_id: str) -> int:
    (stock,) = await inventory.availability((product_id,))
    return stock.available


async def test_availability_keeps_the_order_and_leaves_unknown_ones_out(inventory: InventoryService) -> None:
    assert await inventory.availability(("cup", "unobtainium", "tea")) == (Stock("cup", 1), Stock("tea", 5))


async def test_reserved_pieces_are_not_available(inventory: InventoryService, clock: Clock) -> None:
    reservation = await inventory.reserve("k", (TWO_TEA, ONE_CUP), hold_s=60)
    assert reservation == Reservation("k", (TWO_TEA, ONE_CUP), clock.time + timedelta(seconds=60))
    assert (await left(inventory, "tea"), await left(inventory, "cup")) == (3, 0)


async def test_all_or_nothing(inventory: InventoryService) -> None:
    with pytest.raises(OutOfStock) as raised:
        await inventory.reserve("k", (TWO_TEA, Item("cup", 2)))
    assert (raised.value.product_id, raised.value.available) == ("cup", 1)
    assert await left(inventory, "tea") == 5


async def test_lines_of_the_same_product_are_counted_together(inventory: InventoryService) -> None:
    with pytest.raises(OutOfStock):
        await inventory.reserve("k", (Item("tea", 3), Item("tea", 3)))
    await inventory.reserve("k", (Item("tea", 3), Item("tea", 2)))
    assert await left(inventory, "tea") == 0


async def test_an_unknown_product(inventory: InventoryService) -> None:
    with pytest.raises(ProductUnknown):
        await inventory.reserve("k", (Item("unobtainium", 1),))


async def test_reserving_twice_with_one_key_reserves_once(inventory: InventoryService, clock: Clock) -> None:
    first = await inventory.reserve("k", (TWO_TEA,))
    clock.move(seconds=5)
    assert await inventory.reserve("k", (TWO_TEA,)) == first
    assert await left(inventory, "tea") == 3


async def test_one_key_for_two_baskets(inventory: InventoryService) -> None:
    await inventory.reserve("k", (TWO_TEA,))
    with pytest.raises(ReservationDiffers):
        await inventory.reserve("k", (ONE_CUP,))


async def test_a_reservation_expires(inventory: InventoryService, clock: Clock) -> None:
    await inventory.reserve("k", (TWO_TEA,), hold_s=60)
    clock.move(seconds=60)
    await inventory.sweep()
    assert await left(inventory, "tea") == 5
    with pytest.raises(ReservationExpired):
        await inventory.commit("k")
    with pytest.raises(ReservationExpired):
        await inventory.reserve("k", (TWO_TEA,))


async def test_expired_pieces_can_be_reserved_before_a_sweep(inventory: InventoryService, clock: Clock) -> None:
    await inventory.reserve("first", (ONE_CUP,), hold_s=60)
    clock.move(seconds=61)
    await inventory.reserve("second", (ONE_CUP,))
    with pytest.raises(ReservationExpired):
        await inventory.commit("first")


async def test_sold_pieces_do_not_come_back(inventory: InventoryService, clock: Clock) -> None:
    await inventory.reserve("k", (TWO_TEA,), hold_s=60)
    await inventory.commit("k")
    await inventory.commit("k")
    clock.move(days=1)
    await inventory.sweep()
    assert await left(inventory, "tea") == 3


async def test_commit_without_a_reservation(inventory: InventoryService) -> None:
    with pytest.raises(ReservationUnknown):
        await inventory.commit("k")


@pytest.mark.parametrize("sold", [False, True])
async def test_release_puts_back_once(inventory: InventoryService, sold: bool) -> None:
    await inventory.reserve("k", (TWO_TEA,))
    if sold:
        await inventory.commit("k")
    await inventory.release("k")
    await inventory.release("k")
    assert await left(inventory, "tea") == 5
    with pytest.raises(ReservationExpired):
        await inventory.commit("k")


async def test_release_before_the_reservation_arrives_closes_the_key(inventory: InventoryService) -> None:
    await inventory.release("k")
    with pytest.raises(ReservationExpired):
        await inventory.reserve("k", (TWO_TEA,))
    assert await left(inventory, "tea") == 5


async def test_a_released_reservation_does_not_expire_as_well(inventory: InventoryService, clock: Clock) -> None:
    await inventory.reserve("k", (TWO_TEA,), hold_s=60)
    await inventory.release("k")
    clock.move(seconds=61)
    await inventory.sweep()
    assert await left(inventory, "tea") == 5


async def test_old_keys_are_forgotten_but_not_early(inventory: InventoryService, clock: Clock) -> None:
    await inventory.reserve("k", (TWO_TEA,), hold_s=60)
    await inventory.commit("k")
    clock.move(days=14)
    await inventory.sweep()
    await inventory.commit("k")
    clock.move(days=1)
    await inventory.sweep()
    with pytest.raises(ReservationUnknown):
        await inventory.commit("k")


async def test_a_crowd_cannot_buy_more_than_there_is(inventory: InventoryService) -> None:
    async def buy(customer: int) -> bool:
        try:
            await inventory.reserve(f"customer {customer}", (Item("tea", 1 + customer % 2),))
        except OutOfStock:
            return False
        await inventory.commit(f"customer {customer}")
        return True

    bought = await asyncio.gather(*(buy(customer) for customer in range(40)))
    pieces = sum(1 + customer % 2 for customer, got_it in enumerate(bought) if got_it)
    assert pieces + await left(inventory, "tea") == 5
    assert await left(inventory, "tea") < 2


async def test_a_crowd_with_expiring_and_released_reservations(inventory: InventoryService, clock: Clock) -> None:
    async def change_ones_mind(customer: int) -> None:
        key = f"customer {customer}"
        try:
            await inventory.reserve(key, (Item("tea", 1),), hold_s=10)
        except OutOfStock:
            return
        await asyncio.sleep(0)
        if customer % 2:
            await inventory.release(key)

    for first in range(0, 60, 20):
        await asyncio.gather(*(change_ones_mind(first + each) for each in range(20)))
        assert 0 <= await left(inventory, "tea") <= 5
        clock.move(seconds=11)
    await inventory.sweep()
    assert await left(inventory, "tea") == 5


async def test_the_capability_fills_its_shelves_at_the_start_and_sweeps_periodically(databases: Databases) -> None:
    lifecycle = Lifecycle()
    inventory = make(DatabaseStock(await databases.open("inventory", MIGRATIONS)), lifecycle)
    (open_shop,) = lifecycle.start_hooks
    await open_shop()
    assert await left(inventory, "teapot") > 0
    assert lifecycle.periodic_work == [(SWEEP_EVERY_S, inventory.sweep)]
