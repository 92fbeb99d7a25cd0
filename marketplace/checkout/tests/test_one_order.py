"""One cart, one order: with any number of pages, processes and crashes, a cart is paid once at most."""

import asyncio

import pytest

from marketplace.catalog.contract import Item
from marketplace.checkout.contract import CartChanged, CheckoutIncomplete, Declined, OrderUnderWay, Placed
from marketplace.checkout.service import CheckoutService
from marketplace.checkout.tests.faults import Fault
from marketplace.checkout.tests.shop import BOUGHT, GOOD, PIECES, POOR, Shop
from marketplace.checkout.tests.test_failures import FOLLOWING, TOUCHING
from marketplace.orders.contract import OrderState
from marketplace.payments.contract import PaymentState

PAGES = ("page-1", "page-2", "page-3")


async def assert_ordered_once(shop: Shop) -> None:
    """One order counts, one payment was taken, and the pieces of one order are gone."""
    counting = [order for order in await shop.orders.list_for("anna") if order.state is not OrderState.FAILED]
    assert [order.state for order in counting] == [OrderState.PAID]
    states = [await shop.payment_state(page) for page in PAGES]
    assert states.count(PaymentState.CAPTURED) == 1
    assert PaymentState.AUTHORIZED not in states
    assert list(shop.inventory.sold.values()) == [BOUGHT]
    assert shop.inventory.reserved == {}
    assert (await shop.cart.get("anna")).items == ()


async def on_two_pages(shop: Shop, other: CheckoutService) -> list[Placed | Declined | BaseException]:
    """Two pages of the same cart are sent at once, each to its own process."""
    agreed = (await shop.checkout.preview("anna")).agreement
    outcomes = await asyncio.gather(
        shop.checkout.place("anna", "page-1", GOOD, agreed=agreed),
        other.place("anna", "page-2", GOOD, agreed=agreed),
        return_exceptions=True,
    )
    return list(outcomes)


async def test_two_pages_at_once_make_one_order_and_both_show_it(shop: Shop) -> None:
    first, second = await on_two_pages(shop, shop.checkout)
    assert isinstance(first, Placed)
    assert second == Placed(first.order, ordered_before=True)
    await assert_ordered_once(shop)


async def test_many_pages_at_once_without_an_agreement_make_one_order(shop: Shop) -> None:
    await asyncio.gather(*(shop.place(page) for page in PAGES), return_exceptions=True)
    await assert_ordered_once(shop)


async def test_two_checkouts_over_one_store_make_one_order(shop: Shop) -> None:
    both = await on_two_pages(shop, shop.new_checkout())
    # The store kept one out, since the processes do not know of each other.
    (first,) = [one for one in both if isinstance(one, Placed) and not one.ordered_before]
    (second,) = [one for one in both if one is not first]
    assert second == Placed(first.order, ordered_before=True)
    await assert_ordered_once(shop)


async def test_a_page_sent_after_the_order_shows_it_although_a_new_cart_has_begun(shop: Shop) -> None:
    old_page = (await shop.checkout.preview("anna")).agreement
    placed = await shop.place()
    assert isinstance(placed, Placed)
    await shop.cart.add("anna", "pot")
    again = await shop.checkout.place("anna", "page-2", GOOD, agreed=old_page)
    assert again == Placed(placed.order, ordered_before=True)
    assert (await shop.cart.get("anna")).items == (Item("pot", 1),), "the new cart is untouched"


async def test_a_declined_card_lets_the_other_page_order(shop: Shop) -> None:
    agreed = (await shop.checkout.preview("anna")).agreement
    assert isinstance(await shop.place(card=POOR), Declined)
    placed = await shop.checkout.place("anna", "page-2", GOOD, agreed=agreed)
    assert isinstance(placed, Placed)
    assert not placed.ordered_before
    await assert_ordered_once(shop)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("operation", [*TOUCHING, "claims.place", *FOLLOWING])
async def test_after_a_crash_at_any_step_another_page_makes_no_second_order(
    shop: Shop, operation: str, when: str
) -> None:
    agreed = (await shop.checkout.preview("anna")).agreement
    await shop.crash_at(operation, when)
    shop.faults.heal()
    await shop.restart()
    placed = await shop.checkout.place("anna", "page-2", GOOD, agreed=agreed)
    assert isinstance(placed, Placed)
    await shop.assert_settled()
    await assert_ordered_once(shop)


async def test_while_money_cannot_be_given_back_no_other_payment_of_the_cart_is_made(shop: Shop) -> None:
    shop.faults.at("payments.capture", Fault.LOST_ANSWER)
    shop.faults.always("payments.void", Fault.NOT_SENT)
    with pytest.raises(CheckoutIncomplete):
        await shop.place()
    assert await shop.payment_state("page-1") is PaymentState.CAPTURED
    with pytest.raises(OrderUnderWay):
        await shop.place("page-2")


async def test_what_should_have_followed_an_order_follows_after_the_restart(shop: Shop) -> None:
    await shop.crash_at("cart.close", "before")
    assert (await shop.cart.get("anna")).items == BOUGHT
    await shop.recover()
    await assert_ordered_once(shop)
    assert [event.customer_id for event in shop.claims.published] == ["anna"], "published once"


async def test_a_new_page_after_a_crash_is_for_what_was_not_ordered(shop: Shop) -> None:
    await shop.crash_at("cart.close", "before")
    shop.faults.heal()
    await shop.cart.add("anna", "pot")
    await shop.cart.add("anna", "tea")
    summary = await shop.checkout.preview("anna")
    assert summary.agreement.items == (Item("tea", 1), Item("pot", 1))
    placed = await shop.checkout.place("anna", "page-2", GOOD, agreed=summary.agreement)
    assert isinstance(placed, Placed)
    assert [line.product_id for line in placed.order.draft.lines] == ["tea", "pot"]


async def test_what_comes_into_the_cart_during_the_payment_stays_in_it(shop: Shop) -> None:
    async def put_in_a_pot(operation: str) -> None:
        if operation == "payments.capture":
            await shop.cart.add("anna", "pot")

    shop.faults.before = put_in_a_pot
    assert isinstance(await shop.place(), Placed)
    assert (await shop.cart.get("anna")).items == (Item("pot", 1),)


async def test_emptying_that_arrives_late_leaves_the_next_cart_alone(shop: Shop) -> None:
    shop.faults.at("cart.close", Fault.LATE)
    await shop.place()
    await shop.fill()
    await shop.faults.deliver_late()
    assert (await shop.cart.get("anna")).items == BOUGHT


async def test_a_cart_changed_on_another_page_is_not_ordered_even_at_the_same_total(shop: Shop) -> None:
    shop.pricing.prices["pot"] = shop.pricing.prices["cup"]
    agreed = (await shop.checkout.preview("anna")).agreement
    await shop.cart.remove("anna", "cup")
    await shop.cart.add("anna", "pot")
    with pytest.raises(CartChanged) as changed:
        await shop.checkout.place("anna", "page-1", GOOD, agreed=agreed)
    assert changed.value == CartChanged(agreed=BOUGHT, actual=(Item("tea", 2), Item("pot", 1)))
    assert shop.inventory.available == dict.fromkeys(("tea", "cup", "pot"), PIECES)
    assert await shop.orders.list_for("anna") == ()


async def test_a_key_that_met_an_ordered_cart_keeps_that_outcome(shop: Shop) -> None:
    await shop.crash_at("cart.close", "before")
    shop.faults.heal()
    again = await shop.place("page-2")
    assert isinstance(again, Placed)
    assert again.ordered_before
    assert await shop.place("page-2") == again, "although the cart is empty now"
    await assert_ordered_once(shop)
