"""Parts of the shop fail. Pages go without optional parts and name required ones, and no page is broken."""

import pytest

from plures import Outcome

from .fake_checkout import DECLINED
from .fake_shop import Down, FakeShop, Hanging
from .shopper import CARD, Shopper


@pytest.mark.parametrize("failing", [Down("reviews"), Hanging()], ids=["down", "hanging"])
async def test_a_product_page_goes_without_reviews(shop: FakeShop, failing: object) -> None:
    shopper = Shopper(shop.app(reviews=failing))
    await shopper.get("/products/armchair")
    assert shopper.status == 200
    assert "€249.00" in shopper.page
    assert "Reviews" not in shopper.page
    assert "Goes well with it" in shopper.page


@pytest.mark.parametrize("failing", [Down("recommendations"), Hanging()], ids=["down", "hanging"])
async def test_a_product_page_goes_without_recommendations(shop: FakeShop, failing: object) -> None:
    shopper = Shopper(shop.app(recommendations=failing))
    await shopper.get("/products/armchair")
    assert shopper.status == 200
    assert "Goes well with it" not in shopper.page
    assert "Reviews" in shopper.page


async def test_the_search_page_says_that_search_is_down_and_offers_categories(shop: FakeShop) -> None:
    shopper = Shopper(shop.app(search=Down("search")))
    await shopper.get("/search?q=teapot")
    assert shopper.status == 503
    assert "Search is not available right now" in shopper.page
    assert 'href="/categories/home"' in shopper.html
    await shopper.get("/categories/home/kitchen")
    assert shopper.status == 200
    assert "Teapot" in shopper.page
    await shopper.get("/suggestions?q=te")
    assert (shopper.status, shopper.html) == (200, "[]")


async def test_an_order_can_be_placed_while_everything_optional_is_down(shop: FakeShop) -> None:
    down = {name: Down(name) for name in ("search", "reviews", "recommendations", "notifications")}
    shopper = Shopper(shop.app(**down))
    await shopper.buy("teapot")
    await shopper.go_to_checkout()
    await shopper.post_form("/checkout", **CARD)
    assert shopper.status == 200
    assert "Your order has been placed and paid." in shopper.page


@pytest.mark.parametrize(
    ("name", "said"),
    [("catalog", "our catalogue"), ("pricing", "our price list"), ("inventory", "our warehouse")],
)
async def test_a_product_page_without_a_required_part_says_which_and_that_nothing_is_lost(
    shop: FakeShop, name: str, said: str
) -> None:
    shopper = Shopper(shop.app(**{name: Down(name)}))
    response = await shopper.client.get("/products/armchair")
    shopper.html = response.text
    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"
    assert f"We cannot reach {said} right now. Your cart and your orders are safe." in shopper.page


async def test_a_change_that_may_have_happened_is_not_called_safe(shop: FakeShop) -> None:
    shopper = Shopper(shop.app(cart=Down("cart", Outcome.MAY_HAVE_RUN)))
    await shopper.buy("teapot")
    assert shopper.status == 503
    assert "Your last change may or may not have been saved" in shopper.page


async def test_the_front_page_stands_without_any_capability(shop: FakeShop) -> None:
    names = ("catalog", "search", "pricing", "inventory", "reviews")
    shopper = Shopper(shop.app(**{name: Down(name) for name in names}))
    await shopper.get("/")
    assert shopper.status == 200
    assert "The shelves are being filled" in shopper.page


async def test_lists_go_without_prices_and_stock(shop: FakeShop) -> None:
    shopper = Shopper(shop.app(pricing=Down("pricing"), inventory=Down("inventory")))
    await shopper.get("/categories/home")
    assert shopper.status == 200
    assert "Armchair" in shopper.page
    assert "€" not in shopper.page


async def test_the_account_says_what_cannot_be_shown(shop: FakeShop) -> None:
    shopper = Shopper(shop.app(orders=Down("orders"), notifications=Down("notifications")))
    await shopper.buy("teapot")
    await shopper.get("/account")
    assert shopper.status == 200
    assert "Your orders cannot be shown right now. They are safe" in shopper.page
    assert "Your messages cannot be shown right now." in shopper.page


async def test_a_mistake_of_ours_is_a_page_without_details(shop: FakeShop) -> None:
    class Broken:
        async def get(self, product_id: str) -> None:
            message = f"secret internals of {product_id}"
            raise ValueError(message)

    response = await Shopper(shop.app(catalog=Broken())).client.get("/products/armchair")
    assert response.status_code == 500
    assert "Something broke" in response.text
    assert "secret internals" not in response.text
    assert "default-src 'none'" in response.headers["content-security-policy"]


async def test_a_declined_card_is_no_failure_of_the_shop(shop: FakeShop) -> None:
    shopper = Shopper(shop.app(search=Down("search")))
    await shopper.buy("teapot")
    await shopper.go_to_checkout()
    await shopper.post_form("/checkout", **{**CARD, "number": DECLINED})
    assert shopper.status == 409
    assert "Your bank declined this card." in shopper.page
