import asyncio

import pytest

from marketplace.catalog.contract import ProductUnknown
from marketplace.checkout.contract import CartEmpty, Declined, OrderPlaced, Placed, TotalChanged
from marketplace.checkout.tests.shop import BOUGHT, GOOD, HOME, PIECES, POOR, SUBTOTAL, Shop
from marketplace.inventory.contract import OutOfStock
from marketplace.notifications.confirmation import confirmation
from marketplace.orders.contract import OrderLine, OrderState
from marketplace.payments.cards import passes_checksum
from marketplace.payments.contract import Card, DeclineReason, PaymentState
from marketplace.pricing.contract import Money
from marketplace.profile.contract import Address, AddressUnknown
from marketplace.shipping.contract import CountryNotServed, ShippingMethod


def abroad(country: str) -> Address:
    return Address(HOME.recipient, HOME.street, HOME.postal_code, HOME.city, country)


def visa(start: str) -> Card:
    """A card with a number of this beginning and the right last digit."""
    number = next(number for digit in "0123456789" if passes_checksum(number := start + digit))
    return Card(number, 12, 2030, "123", "Anna Ahl")


STEPS = [
    "claims.find",
    "profile.address",
    "cart.get",
    "catalog.get_many",
    "pricing.quote_basket",
    "shipping.quote",
    "claims.claim",
    "inventory.reserve",
    "payments.authorize",
    "fraud.score",
    "orders.create",
    "inventory.commit",
    "payments.capture",
    "orders.mark",
    "claims.place",
    "cart.close",
]


async def test_the_whole_way(shop: Shop) -> None:
    placed = await shop.place()
    assert isinstance(placed, Placed)
    assert shop.faults.calls == STEPS
    await shop.assert_sold_once()
    assert placed.order == await shop.orders.get("anna", placed.order.id)
    draft = placed.order.draft
    assert draft.lines == (
        OrderLine("tea", "Tea", 2, Money(590), Money(1_180)),
        OrderLine("cup", "Cup", 1, Money(1_250), Money(1_250)),
    )
    assert (draft.subtotal, draft.address, draft.payment_ending) == (Money(SUBTOTAL), HOME, "4242")
    assert draft.total == Money(SUBTOTAL + draft.shipping.price.amount)
    assert placed.order.state is OrderState.PAID


async def test_what_follows_an_order(shop: Shop) -> None:
    placed = await shop.place()
    assert isinstance(placed, Placed)
    assert (await shop.cart.get("anna")).items == ()
    assert shop.claims.published == [OrderPlaced("anna", placed.order)]
    subject, text = confirmation(placed.order)
    assert "Germany" in text
    assert subject == f"Your order {placed.order.id}"
    for expected in ("Hello Anna Ahl", "2 x Tea: €11.80", "1 x Cup: €12.50", "ending in 4242", "10115 Berlin"):
        assert expected in text


async def test_the_amount_that_was_shown_is_the_amount_that_is_taken(shop: Shop) -> None:
    summary = await shop.checkout.preview("anna", ShippingMethod.EXPRESS)
    placed = await shop.checkout.place("anna", "page-1", GOOD, ShippingMethod.EXPRESS, summary.agreement)
    assert isinstance(placed, Placed)
    assert placed.order.draft.total == summary.total
    assert placed.order.draft.shipping == summary.shipping
    assert placed.order.draft.lines == summary.lines


async def test_the_same_key_again_answers_with_the_same_order(shop: Shop) -> None:
    placed = await shop.place()
    assert await shop.place() == placed
    assert await shop.new_checkout().place("anna", "page-1", GOOD) == placed
    # The cart has something to order again.
    await shop.fill()
    assert await shop.place() == placed
    await shop.assert_sold_once()


async def test_the_same_key_at_the_same_time_orders_once(shop: Shop) -> None:
    outcomes = await asyncio.gather(*(shop.place() for _ in range(5)))
    assert len({outcome.order.id for outcome in outcomes if isinstance(outcome, Placed)}) == 1
    assert all(outcome == outcomes[0] for outcome in outcomes)
    await shop.assert_sold_once()


async def test_two_customers_with_the_same_key_are_strangers(shop: Shop) -> None:
    await shop.fill("bert")
    annas, berts = await shop.place(customer_id="anna"), await shop.place(customer_id="bert")
    assert isinstance(annas, Placed)
    assert isinstance(berts, Placed)
    assert annas.order.draft.customer_id == "anna"
    assert berts.order.draft.customer_id == "bert"


async def test_a_new_key_is_a_new_order(shop: Shop) -> None:
    first = await shop.place("page-1")
    await shop.fill()
    second = await shop.place("page-2")
    assert isinstance(first, Placed)
    assert isinstance(second, Placed)
    assert first.order.id != second.order.id


async def test_a_declined_card_leaves_everything_as_it_was(shop: Shop) -> None:
    declined = await shop.place(card=POOR)
    assert declined == Declined(DeclineReason.INSUFFICIENT_FUNDS)
    await shop.assert_nothing_happened()
    await shop.assert_settled()
    assert await shop.place(card=GOOD) == declined, "the key has had its outcome"
    assert isinstance(await shop.place("page-2", card=GOOD), Placed)


async def test_what_looks_like_fraud_is_declined_and_taken_back(shop: Shop) -> None:
    outcomes: list[Placed | Declined] = []
    # One card after the other, each of them good.
    for n in range(5):
        await shop.fill()
        outcomes.append(await shop.place(f"page-{n}", visa(f"411111111111{n:03}")))
    assert outcomes[-1] == Declined(DeclineReason.SUSPECTED_FRAUD)
    assert await shop.payment_state("page-4") is PaymentState.VOIDED
    assert shop.inventory.available["cup"] == PIECES - 4
    assert len(await shop.orders.list_for("anna")) == 4
    await shop.assert_settled()


async def test_with_too_little_stock_nothing_is_ordered(shop: Shop) -> None:
    shop.inventory.available["cup"] = 0
    with pytest.raises(OutOfStock) as out:
        await shop.place()
    assert out.value == OutOfStock(product_id="cup", available=0)
    assert "payments.authorize" not in shop.faults.calls
    shop.inventory.available["cup"] = PIECES
    await shop.assert_nothing_happened()
    assert isinstance(await shop.place(), Placed), "nothing was touched, so the key is as good as new"


async def test_the_last_pieces_are_sold_once(shop: Shop) -> None:
    shop.inventory.available["tea"] = 2
    await shop.fill("bert")
    outcomes = await asyncio.gather(
        shop.place(customer_id="anna"), shop.place(customer_id="bert"), return_exceptions=True
    )
    assert sum(isinstance(outcome, Placed) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, OutOfStock) for outcome in outcomes) == 1
    assert shop.inventory.available["tea"] == 0


async def test_a_changed_total_is_not_charged(shop: Shop) -> None:
    agreed = (await shop.checkout.preview("anna")).agreement
    shop.pricing.prices["tea"] += 10
    with pytest.raises(TotalChanged) as changed:
        await shop.checkout.place("anna", "page-1", GOOD, agreed=agreed)
    assert changed.value == TotalChanged(agreed=agreed.total, actual=Money(agreed.total.amount + 20))
    await shop.assert_nothing_happened()


async def test_what_cannot_be_ordered_is_refused_before_anything_is_touched(shop: Shop) -> None:
    with pytest.raises(AddressUnknown):
        await shop.place(customer_id="carl")
    await shop.profile.set_address("carl", HOME)
    with pytest.raises(CartEmpty):
        await shop.place(customer_id="carl")
    await shop.profile.set_address("anna", abroad("AQ"))
    with pytest.raises(CountryNotServed):
        await shop.place()
    await shop.profile.set_address("anna", HOME)
    shop.catalog.sold.remove("cup")
    with pytest.raises(ProductUnknown) as unknown:
        await shop.place()
    assert unknown.value.product_id == "cup"
    assert "claims.claim" not in shop.faults.calls
    await shop.assert_nothing_happened()


async def test_preview_says_what_it_would_cost_and_touches_nothing(shop: Shop) -> None:
    summary = await shop.checkout.preview("anna")
    assert [option.method for option in summary.options] == [ShippingMethod.STANDARD, ShippingMethod.EXPRESS]
    assert summary.shipping == summary.options[0]
    assert summary.subtotal == Money(SUBTOTAL)
    assert summary.total == Money(SUBTOTAL + summary.shipping.price.amount)
    assert summary.address == HOME
    assert [line.product_id for line in summary.lines] == [item.product_id for item in BOUGHT]
    await shop.assert_nothing_happened()


async def test_preview_refuses_what_place_would_refuse(shop: Shop) -> None:
    with pytest.raises(AddressUnknown):
        await shop.checkout.preview("carl")
    await shop.profile.set_address("anna", abroad("JP"))
    assert len((await shop.checkout.preview("anna")).options) == 1
    with pytest.raises(CountryNotServed):
        await shop.checkout.preview("anna", ShippingMethod.EXPRESS)
    await shop.cart.clear("anna")
    with pytest.raises(CartEmpty):
        await shop.checkout.preview("anna")
