import asyncio
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from msgspec.structs import replace

from marketplace.orders.capability import new_order_id
from marketplace.orders.contract import (
    Change,
    Order,
    OrderDiffers,
    OrderDraft,
    OrderKeyClosed,
    OrderLine,
    OrderState,
    OrderStateConflict,
    OrderUnknown,
    ShippingUnknown,
)
from marketplace.orders.service import OrdersService, OrderStore
from marketplace.orders.states import FOLLOWING, may_follow
from marketplace.pricing.contract import Money
from marketplace.profile.contract import Address
from marketplace.shipping.contract import ShippingMethod, ShippingQuote

NOON = datetime(2026, 11, 22, 12, 0, 0, 250_000, UTC)


def draft(customer_id: str = "anna", quantity: int = 2) -> OrderDraft:
    line = OrderLine("tea", "Tea „Grün“ ☕", quantity, Money(590), Money(590 * quantity))
    shipping = ShippingQuote(ShippingMethod.EXPRESS, Money(990), 1, 2)
    address = Address("Anna Ahl", "Lange Straße 1", "10115", "Berlin", "DE")
    total = Money(990 + 590 * quantity)
    return OrderDraft(customer_id, (line,), line.total, shipping, total, address, "4242")


@pytest.fixture
def orders(store: OrderStore) -> OrdersService:
    ids, minutes = count(1), count()
    return OrdersService(store, now=lambda: NOON + timedelta(minutes=next(minutes)), new_id=lambda: f"o{next(ids)}")


async def test_an_order_is_kept_as_it_was_drafted(orders: OrdersService) -> None:
    order = await orders.create("k1", draft())
    assert order == Order("o1", draft(), OrderState.CREATED, (Change(OrderState.CREATED, NOON),))
    assert await orders.get("anna", "o1") == order


async def test_the_same_key_creates_one_order(orders: OrdersService) -> None:
    first = await orders.create("k1", draft())
    assert await orders.create("k1", draft()) == first
    assert await orders.list_for("anna") == (first,)


async def test_the_same_key_for_another_order_is_refused(orders: OrdersService) -> None:
    await orders.create("k1", draft(quantity=2))
    with pytest.raises(OrderDiffers):
        await orders.create("k1", draft(quantity=3))


async def test_an_order_is_its_customers_alone(orders: OrdersService) -> None:
    await orders.create("k1", draft("anna"))
    for customer_id, order_id in (("bert", "o1"), ("anna", "o2")):
        with pytest.raises(OrderUnknown):
            await orders.get(customer_id, order_id)


async def test_orders_are_listed_newest_first_in_pages(orders: OrdersService) -> None:
    made = [await orders.create(f"k{n}", draft()) for n in range(5)]
    await orders.create("other", draft("bert"))
    assert await orders.list_for("anna", limit=2) == (made[4], made[3])
    assert await orders.list_for("anna", offset=3) == (made[1], made[0])
    assert await orders.list_for("stranger") == ()
    assert await orders.list_for("anna", offset=2**63 - 1) == ()


async def test_an_order_remembers_every_state_it_was_in(orders: OrdersService) -> None:
    await orders.create("k1", draft())
    await orders.mark("o1", OrderState.PAID)
    shipped = await orders.mark("o1", OrderState.SHIPPED, "Parcel 4711")
    assert shipped == await orders.get("anna", "o1")
    assert shipped.state is OrderState.SHIPPED
    assert [(change.state, change.note) for change in shipped.history] == [
        (OrderState.CREATED, ""),
        (OrderState.PAID, ""),
        (OrderState.SHIPPED, "Parcel 4711"),
    ]
    assert [change.at for change in shipped.history] == sorted(change.at for change in shipped.history)


async def test_marking_twice_is_marking_once(orders: OrdersService) -> None:
    await orders.create("k1", draft())
    paid = await orders.mark("o1", OrderState.PAID)
    assert await orders.mark("o1", OrderState.PAID) == paid


async def test_states_cannot_be_skipped_or_gone_back_to(orders: OrdersService) -> None:
    await orders.create("k1", draft())
    with pytest.raises(OrderStateConflict) as conflict:
        await orders.mark("o1", OrderState.DELIVERED)
    assert conflict.value == OrderStateConflict(order_id="o1", state=OrderState.CREATED, wanted=OrderState.DELIVERED)
    with pytest.raises(OrderUnknown):
        await orders.mark("o2", OrderState.PAID)


async def test_two_who_want_different_states_do_not_both_get_theirs(orders: OrdersService) -> None:
    await orders.create("k1", draft())
    await orders.mark("o1", OrderState.PAID)
    wanted = (OrderState.SHIPPED, OrderState.CANCELLED)
    outcomes = await asyncio.gather(*(orders.mark("o1", state) for state in wanted), return_exceptions=True)
    assert sum(isinstance(outcome, OrderStateConflict) for outcome in outcomes) == 1
    assert len((await orders.get("anna", "o1")).history) == 3


@pytest.mark.parametrize("states", [(), (OrderState.PAID,)])
async def test_an_order_can_be_failed_by_its_key(orders: OrdersService, states: tuple[OrderState, ...]) -> None:
    await orders.create("k1", draft())
    for state in states:
        await orders.mark("o1", state)
    await orders.fail("k1", "why")
    await orders.fail("k1", "why")
    order = await orders.get("anna", "o1")
    assert order.history[-1].state is order.state is OrderState.FAILED
    assert order.history[-1].note == "why"
    assert len(order.history) == 2 + len(states)


async def test_an_order_given_up_before_it_was_made_cannot_be_made(orders: OrdersService) -> None:
    await orders.fail("k1")
    await orders.fail("k1")
    with pytest.raises(OrderKeyClosed):
        await orders.create("k1", draft())
    assert await orders.list_for("anna") == ()


async def test_a_cancelled_order_is_given_up_already_a_shipped_one_cannot_be(orders: OrdersService) -> None:
    await orders.create("k1", draft())
    cancelled = await orders.mark("o1", OrderState.CANCELLED)
    await orders.fail("k1")
    assert await orders.get("anna", "o1") == cancelled
    await orders.create("k2", draft())
    await orders.mark("o2", OrderState.PAID)
    await orders.mark("o2", OrderState.SHIPPED)
    with pytest.raises(OrderStateConflict):
        await orders.fail("k2")


async def test_created_at_the_same_time_under_one_key_there_is_one_order(orders: OrdersService) -> None:
    made = await asyncio.gather(*(orders.create("k1", draft()) for _ in range(10)))
    assert len({order.id for order in made}) == 1
    assert len(await orders.list_for("anna")) == 1


def test_final_states_are_final_and_all_states_are_known() -> None:
    assert set(FOLLOWING) == set(OrderState)
    for final in (OrderState.FAILED, OrderState.CANCELLED, OrderState.DELIVERED):
        assert not any(may_follow(wanted, final) for wanted in OrderState)


def test_order_numbers_differ_and_can_be_read_out() -> None:
    made = {new_order_id() for _ in range(1_000)}
    assert len(made) == 1_000
    assert all(len(number) == 12 and not set(number) & set("01IOlo") for number in made)


async def test_an_order_that_could_not_be_read_again_is_not_kept(orders: OrdersService) -> None:
    """A caller may know ways to send it that came later."""
    # As a name that is not declared arrives over the wire.
    drone = object.__new__(ShippingMethod)
    drone._name_ = drone._value_ = "DRONE"
    # Type checkers do not see that messages are structs.
    ordered: Any = draft()
    later = replace(ordered, shipping=replace(ordered.shipping, method=drone))
    with pytest.raises(ShippingUnknown) as caught:
        await orders.create("k1", later)
    assert caught.value.method == "DRONE"
    assert await orders.list_for("anna") == ()
