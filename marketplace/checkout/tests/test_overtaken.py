"""A slow page: whatever others do between two of its steps, a cart is ordered once, and the page hears what has become of it."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from marketplace.checkout.contract import Agreement, CartChanged, Declined, Placed
from marketplace.checkout.tests.shop import BOUGHT, GOOD, PIECES, POOR, Shop
from marketplace.inventory.contract import OutOfStock
from marketplace.orders.contract import Order
from marketplace.payments.contract import DeclineReason

# What a page asks before it has the cart.
ASKED = (
    "claims.find",
    "profile.address",
    "cart.get",
    "catalog.get_many",
    "pricing.quote_basket",
    "shipping.quote",
    "claims.claim",
)
slow_at = pytest.mark.parametrize("operation", ASKED)
then = pytest.mark.parametrize("is_filled_again", [False, True], ids=["and no more", "and the same is in a new cart"])


class Held:
    """Lets one call of an operation wait, however many there are."""

    def __init__(self, operation: str, *, call: int = 1) -> None:
        self._operation, self._call = operation, call
        self._seen = 0
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()

    async def __call__(self, operation: str) -> None:
        self._seen += operation == self._operation
        if operation == self._operation and self._seen == self._call:
            self.reached.set()
            await self.go_on.wait()


async def overtaken(
    shop: Shop, operation: str, page: Awaitable[Placed | Declined], meanwhile: Callable[[], Awaitable[None]]
) -> Placed | Declined:
    """The outcome of a page that is held before an operation, until others are through."""
    held = shop.faults.before = Held(operation)
    outcome = asyncio.ensure_future(page)
    async with asyncio.timeout(20):
        await held.reached.wait()
        await meanwhile()
        held.go_on.set()
        return await outcome


async def agreement(shop: Shop) -> Agreement:
    return (await shop.checkout.preview("anna")).agreement


async def orders(shop: Shop) -> list[Order]:
    await shop.rest()
    await shop.assert_settled()
    return list(await shop.orders.list_for("anna"))


@then
@pytest.mark.parametrize("operation", [*ASKED, "claims.holder"])
async def test_another_page_orders_the_cart(shop: Shop, operation: str, is_filled_again: bool) -> None:
    agreed = await agreement(shop)

    async def order() -> None:
        await shop.checkout.place("anna", "page-1", GOOD, agreed=agreed)
        if is_filled_again:
            await shop.fill()

    outcome = await overtaken(shop, operation, shop.checkout.place("anna", "page-2", GOOD, agreed=agreed), order)
    assert isinstance(outcome, Placed)
    assert outcome.ordered_before
    assert await orders(shop) == [outcome.order]
    assert (await shop.cart.get("anna")).items == (BOUGHT if is_filled_again else ())


@then
@slow_at
async def test_the_page_is_sent_twice(shop: Shop, operation: str, is_filled_again: bool) -> None:
    async def order() -> None:
        await shop.place()
        if is_filled_again:
            await shop.fill()
            shop.pricing.prices["tea"] += 10

    outcome = await overtaken(shop, operation, shop.place(), order)
    assert isinstance(outcome, Placed)
    assert not outcome.ordered_before
    assert await orders(shop) == [outcome.order]
    assert (await shop.cart.get("anna")).items == (BOUGHT if is_filled_again else ())


@slow_at
async def test_the_page_is_sent_twice_and_met_an_ordered_cart(shop: Shop, operation: str) -> None:
    agreed = await agreement(shop)

    async def order() -> None:
        await shop.checkout.place("anna", "page-1", GOOD, agreed=agreed)
        await shop.checkout.place("anna", "page-2", GOOD, agreed=agreed)
        await shop.fill()

    outcome = await overtaken(shop, operation, shop.place("page-2"), order)
    assert isinstance(outcome, Placed)
    assert outcome.ordered_before
    assert await orders(shop) == [outcome.order]
    assert (await shop.cart.get("anna")).items == BOUGHT


@pytest.mark.parametrize("dearer_by", [0, 10], ids=["", "and tea costs more"])
@slow_at
async def test_the_page_is_sent_twice_and_declined(shop: Shop, operation: str, dearer_by: int) -> None:
    async def decline() -> None:
        await shop.place(card=POOR)
        shop.pricing.prices["tea"] += dearer_by

    outcome = await overtaken(shop, operation, shop.place(card=POOR), decline)
    assert outcome == Declined(DeclineReason.INSUFFICIENT_FUNDS)
    async with asyncio.timeout(20):
        placed = await shop.place("page-2")
    assert isinstance(placed, Placed), "the cart is free for another card"
    assert [placed.order] == await orders(shop)


@pytest.mark.parametrize("key", ["page-1", "page-2"])
@slow_at
async def test_a_page_before_it_met_too_little_stock(shop: Shop, operation: str, key: str) -> None:
    async def run_out() -> None:
        shop.inventory.available["cup"] = 0
        with pytest.raises(OutOfStock):
            await shop.place("page-1")
        shop.inventory.available["cup"] = PIECES

    outcome = await overtaken(shop, operation, shop.place(key), run_out)
    assert isinstance(outcome, Placed)
    assert not outcome.ordered_before
    assert await orders(shop) == [outcome.order]


@pytest.mark.parametrize(("key", "operation"), [("page-1", "claims.find"), ("page-2", "claims.claim")])
async def test_a_checkout_is_forgotten_on_which_a_page_is_about_to_wait(shop: Shop, key: str, operation: str) -> None:
    """It has met too little stock and touched nothing, so its key is as good as new."""
    shop.inventory.available["cup"] = 0
    first_held = shop.faults.before = Held("inventory.reserve")
    second_held = shop.faults.after = Held(operation, call=2)
    first = asyncio.ensure_future(shop.place("page-1"))
    async with asyncio.timeout(20):
        await first_held.reached.wait()
        second = asyncio.ensure_future(shop.place(key))
        await second_held.reached.wait()
        first_held.go_on.set()
        with pytest.raises(OutOfStock):
            await first
        shop.inventory.available["cup"] = PIECES
        second_held.go_on.set()
        outcome = await second
    assert isinstance(outcome, Placed)
    assert await orders(shop) == [outcome.order]


async def test_what_was_put_anew_into_the_cart_is_agreed_to_anew(shop: Shop) -> None:
    agreed = await agreement(shop)
    await shop.cart.clear("anna")
    await shop.fill()
    with pytest.raises(CartChanged):
        await shop.checkout.place("anna", "page-1", GOOD, agreed=agreed)
    assert isinstance(await shop.checkout.place("anna", "page-1", GOOD, agreed=await agreement(shop)), Placed)
