"""The account, orders and reviews. A customer sees only their own."""

from marketplace.orders.contract import OrderState

from .fake_shop import FakeShop
from .shopper import CARD, Shopper


async def order(shopper: Shopper, product_id: str) -> Shopper:
    await shopper.buy(product_id)
    await shopper.go_to_checkout()
    return await shopper.post_form("/checkout", **CARD)


async def test_the_account_of_a_new_visitor_is_empty(shopper: Shopper) -> None:
    await shopper.get("/account")
    for said in (
        "You have not ordered anything yet.",
        "There are no messages for you.",
        "We ask for it when you order",
    ):
        assert said in shopper.page


async def test_name_and_address_are_kept_and_checked(shopper: Shopper) -> None:
    await shopper.get("/account")
    await shopper.post("/account", name="Ada", email="nonsense")
    assert shopper.status == 422
    assert "An e-mail address looks like" in shopper.page
    assert 'value="nonsense"' in shopper.html
    await shopper.post("/account", name="Ada", email="ada@example.org")
    assert shopper.status == 200
    assert 'value="ada@example.org"' in shopper.html


async def test_the_account_lists_orders_and_messages(shopper: Shopper) -> None:
    await order(shopper, "teapot")
    await shopper.get("/account")
    assert 'href="/orders/2026-00001"' in shopper.html
    assert "We received order 2026-00001." in shopper.page
    assert "Main Street 1" in shopper.page


async def test_an_order_shows_how_far_it_is(shop: FakeShop) -> None:
    shopper = Shopper(shop.app())
    await order(shopper, "teapot")
    await shop.orders.mark("2026-00001", OrderState.SHIPPED)
    await shopper.get("/orders/2026-00001")
    assert '<li class="done" aria-current="step">Shipped' in shopper.html
    await shop.orders.mark("2026-00001", OrderState.CANCELLED, "at your wish")
    await shopper.get("/orders/2026-00001")
    assert "Cancelled on 22 November 2026: at your wish" in shopper.page
    assert "How far the order is" not in shopper.html


async def test_customers_do_not_see_orders_of_others(shop: FakeShop) -> None:
    app = shop.app()
    await order(Shopper(app), "teapot")
    stranger = Shopper(app)
    await stranger.buy("stool")
    await stranger.get("/orders/2026-00001")
    assert stranger.status == 404


async def test_only_buyers_write_reviews_and_only_one(shopper: Shopper) -> None:
    await shopper.buy("teapot")
    await shopper.get("/products/teapot/reviews")
    assert "Publish" not in shopper.page
    await order(shopper, "teapot")
    await shopper.get("/products/teapot/reviews")
    await shopper.post("/products/teapot/reviews", rating="5", title="", author="Ada", text="Pours <well>.")
    assert shopper.status == 422
    assert "The title is missing." in shopper.page
    assert "Pours &lt;well&gt;." in shopper.html
    await shopper.post("/products/teapot/reviews", rating="5", title="Splendid", author="Ada", text="Pours well.")
    assert "Thank you: your review is published." in shopper.page
    assert "Splendid" in shopper.page
    assert "Publish" not in shopper.page.split("Write a review")[1]
    await shopper.get("/products/teapot")
    assert "5.0 of 5" in shopper.page


async def test_a_review_of_a_visitor_who_did_not_buy_is_refused(shopper: Shopper) -> None:
    await shopper.buy("teapot")
    await shopper.post("/products/armchair/reviews", rating="1", title="Bad", author="Eve")
    assert "Only customers who bought a product can review it." in shopper.page


async def test_a_message_is_shown_line_by_line(shop: FakeShop, shopper: Shopper) -> None:
    await order(shopper, "teapot")
    (customer_id,) = shop.cart.customers
    await shop.notifications.send("k", customer_id, "Hello", "Hello Ada,\n\n  1 x Teapot: €34.50\n  Total: €40.40")
    await shopper.get("/account")
    assert '<p class="letter">Hello Ada,\n\n  1 x Teapot: €34.50\n  Total: €40.40</p>' in shopper.html
