"""Orders: placed once, at the price on the page, and every problem stands beside the form."""

import re
from html import escape

import pytest

from marketplace.checkout.contract import INTERRUPTED, CheckoutIncomplete, OrderUnderWay
from marketplace.payments.contract import Card
from plures import DeadlineExceeded, Outcome, Unavailable

from .fake_checkout import DECLINED
from .fake_shop import FakeShop
from .shopper import ADDRESS, CARD, Shopper

CARD_OF_ADA = Card("4242424242424242", 8, 2029, "123", "Ada Byron")
PLACE = "marketplace.checkout.v1.Checkout/Place"


@pytest.fixture
async def buyer(shopper: Shopper) -> Shopper:
    """A shopper with two teapots, in front of the order button."""
    await shopper.buy("teapot", quantity=2)
    return await shopper.go_to_checkout()


async def test_from_cart_to_order(shop: FakeShop, buyer: Shopper) -> None:
    assert "€74.90" in buyer.page, "two teapots and standard shipping"
    await buyer.post_form("/checkout", **CARD)
    assert buyer.url == "/orders/2026-00001?placed=1"
    for said in (
        "Your order has been placed and paid.",
        "2 \N{MULTIPLICATION SIGN} €34.50",
        "€74.90",
        "Ada Byron",
        "Germany",
        "4242",
    ):
        assert said in buyer.page
    assert "Cart 2" not in buyer.page


async def test_express_costs_more_and_is_what_gets_ordered(buyer: Shopper) -> None:
    await buyer.get("/checkout?method=express")
    assert "Order and pay €81.90" in buyer.page
    await buyer.post_form("/checkout", **CARD)
    assert "Express, 1 working day" in buyer.page


async def test_sending_the_same_page_twice_orders_once(shop: FakeShop, buyer: Shopper) -> None:
    page = buyer.html
    await buyer.post_form("/checkout", **CARD)
    first = buyer.url
    buyer.html = page
    await buyer.post_form("/checkout", **CARD)
    assert buyer.url == first
    assert len(shop.orders.orders) == 1


async def test_every_mistake_on_the_card_is_named_and_the_rest_kept(buyer: Shopper) -> None:
    await buyer.post_form("/checkout", number="12", expiry="13/29", cvc="x", holder="Ada Byron")
    assert buyer.status == 422
    for said in ("A card number has 12 to 19 digits.", "Write month and year", "The security code has 3 or 4 digits."):
        assert said in buyer.page
    assert 'value="Ada Byron"' in buyer.html


async def test_a_declined_card_keeps_the_cart_and_another_card_works(shop: FakeShop, buyer: Shopper) -> None:
    await buyer.post_form("/checkout", **{**CARD, "number": DECLINED})
    assert buyer.status == 409
    assert "No money was taken" in buyer.page
    assert 'value="Ada Byron"' in buyer.html
    assert DECLINED not in buyer.html.replace(" ", "").split("testcards")[0], "card numbers are never sent back"
    await buyer.post_form("/checkout", **CARD)
    assert "Your order has been placed and paid." in buyer.page


async def test_sold_out_meanwhile_names_the_product_and_leads_to_the_cart(shop: FakeShop, buyer: Shopper) -> None:
    shop.inventory.stock["teapot"] = 1
    await buyer.post_form("/checkout", **CARD)
    assert buyer.status == 409
    assert "Teapot: only 1 left. Nothing was ordered" in buyer.page
    assert "To the cart" in buyer.page


async def test_a_changed_price_must_be_agreed_to_again(shop: FakeShop, buyer: Shopper) -> None:
    shop.pricing.prices["teapot"] = 4000
    await buyer.post_form("/checkout", **CARD)
    assert "It was €74.90 and is €85.90 now." in buyer.page
    await buyer.post_form("/checkout", **CARD)
    assert "Total, including taxes €85.90" in buyer.page


@pytest.mark.parametrize(
    "failure",
    [CheckoutIncomplete(step="payments"), Unavailable(PLACE, "nothing listens", outcome=Outcome.NOT_SENT)],
)
async def test_a_failure_before_anything_happened_says_so(shop: FakeShop, buyer: Shopper, failure: Exception) -> None:
    key = buyer.hidden("key")
    shop.checkout.failure = failure
    await buyer.post_form("/checkout", **CARD)
    assert "Nothing was ordered and no money was taken" in buyer.page
    assert buyer.hidden("key") != key, "a failed attempt has ended; the next one is another"
    await buyer.post_form("/checkout", **CARD)
    assert "Your order has been placed and paid." in buyer.page


async def test_after_a_failure_without_an_answer_the_next_attempt_uses_the_same_key(
    shop: FakeShop, buyer: Shopper
) -> None:
    key = buyer.hidden("key")
    shop.checkout.failure = DeadlineExceeded(PLACE, "no answer", outcome=Outcome.MAY_HAVE_RUN)
    await buyer.post_form("/checkout", **CARD)
    assert "it will not be placed or paid twice" in buyer.page
    assert buyer.hidden("key") == key
    await buyer.get("/checkout")
    assert buyer.hidden("key") == key, "also when the page is loaded afresh"
    await buyer.post_form("/checkout", **CARD)
    assert "Your order has been placed and paid." in buyer.page


async def test_an_order_that_went_through_unheard_is_found_among_the_orders(shop: FakeShop, buyer: Shopper) -> None:
    shop.checkout.failure_after_placing = DeadlineExceeded(PLACE, "no answer", outcome=Outcome.MAY_HAVE_RUN)
    await buyer.post_form("/checkout", **CARD)
    assert buyer.url == "/account"
    assert "your last order went through" in buyer.page
    assert "Order 2026-00001" in buyer.page
    assert len(shop.orders.orders) == 1


async def test_two_pages_of_one_cart_order_it_once(shop: FakeShop, buyer: Shopper) -> None:
    first_tab = buyer.html
    second_tab = (await buyer.get("/checkout")).html
    for page in (first_tab, second_tab):
        buyer.html = page
        await buyer.post_form("/checkout", **CARD)
        assert buyer.url.startswith("/orders/2026-00001")
    assert "You had ordered this cart already." in buyer.page
    assert len(shop.orders.orders) == 1


async def test_a_page_of_an_ordered_cart_leaves_the_next_cart_alone(shop: FakeShop, buyer: Shopper) -> None:
    page = buyer.html
    await buyer.get("/checkout")
    await buyer.post_form("/checkout", **CARD)
    await buyer.buy("stool", quantity=3)
    buyer.html = page
    await buyer.post_form("/checkout", **CARD)
    assert "You had ordered this cart already." in buyer.page
    assert "Cart 3" in buyer.page
    assert len(shop.orders.orders) == 1


async def test_a_cart_changed_in_another_tab_says_what_changed_and_asks_again(shop: FakeShop, buyer: Shopper) -> None:
    page = buyer.html
    await buyer.post("/cart/quantity", product_id="teapot", quantity="3")
    await buyer.buy("stool")
    buyer.html = page
    await buyer.post_form("/checkout", **CARD)
    assert buyer.status == 409
    for said in ("Your cart has changed", "Teapot: 3 instead of 2", "came in (1)", "Nothing was ordered"):
        assert said in buyer.page
    assert not shop.orders.orders
    await buyer.post_form("/checkout", **CARD)
    assert "Your order has been placed and paid." in buyer.page


async def test_a_cart_emptied_in_another_tab_says_that_nothing_was_ordered(buyer: Shopper) -> None:
    page = buyer.html
    await buyer.post("/cart/remove", product_id="teapot")
    buyer.html = page
    await buyer.post_form("/checkout", **CARD)
    assert buyer.url == "/cart"
    assert "Nothing was ordered." in buyer.page


async def test_an_order_that_went_through_unheard_is_told_beside_the_next_cart(shop: FakeShop, buyer: Shopper) -> None:
    shop.checkout.failure = DeadlineExceeded(PLACE, "no answer", outcome=Outcome.MAY_HAVE_RUN)
    key = buyer.hidden("key")
    await buyer.post_form("/checkout", **CARD)
    assert buyer.hidden("key") == key
    # It ran after all, and emptied the cart.
    (customer_id,) = shop.cart.customers
    await shop.checkout.place(customer_id, key, CARD_OF_ADA)
    await buyer.buy("stool")
    await buyer.get("/checkout")
    assert "Your last order went through" in buyer.page
    assert buyer.hidden("key") != key, "the next cart is another order"
    await buyer.post_form("/checkout", **CARD)
    assert len(shop.orders.orders) == 2


@pytest.mark.parametrize("failure", [OrderUnderWay(cart_id="c"), CheckoutIncomplete(step=INTERRUPTED)])
async def test_an_order_still_under_way_is_not_called_unplaced(
    shop: FakeShop, buyer: Shopper, failure: Exception
) -> None:
    shop.checkout.failure = failure
    await buyer.post_form("/checkout", **CARD)
    assert "Your order is still under way" in buyer.page
    assert "will not be placed or paid twice" in buyer.page
    assert "no money was taken" not in buyer.page


@pytest.mark.parametrize("agreed", ["", "7490", "{", '{"cart_id": 1}'])
async def test_a_form_that_does_not_say_what_was_agreed_orders_nothing(
    shop: FakeShop, buyer: Shopper, agreed: str
) -> None:
    buyer.html = re.sub('name="agreed" value="[^"]*"', f'name="agreed" value="{escape(agreed)}"', buyer.html)
    await buyer.post_form("/checkout", **CARD)
    assert buyer.status == 422
    assert not shop.orders.orders


async def test_the_address_form_names_every_mistake_and_keeps_what_was_typed(shopper: Shopper) -> None:
    await shopper.buy("teapot")
    await shopper.get("/checkout")
    assert shopper.url == "/checkout/address"
    await shopper.post("/checkout/address", recipient="Ada <b>", street="x" * 101, country="XX")
    assert shopper.status == 422
    for said in (
        "100 characters at most; this has 101",
        "The postal code is missing.",
        "town or city is missing",
        "Please choose one",
    ):
        assert said in shopper.page
    assert 'value="Ada &lt;b&gt;"' in shopper.html
    await shopper.post("/checkout/address", **ADDRESS)
    assert shopper.url == "/checkout"


async def test_a_checkout_with_nothing_in_it_leads_to_the_cart(shopper: Shopper) -> None:
    await shopper.get("/checkout")
    assert shopper.url == "/cart"
    await shopper.buy("teapot")
    await shopper.post("/cart/remove", product_id="teapot")
    await shopper.get("/checkout")
    assert shopper.url == "/cart"


async def test_the_bar_of_categories_does_not_stand_in_the_checkout(buyer: Shopper) -> None:
    assert "shelfbar" not in buyer.html
    await buyer.get("/checkout/address")
    assert "shelfbar" not in buyer.html
    await buyer.get("/cart")
    assert "shelfbar" in buyer.html
