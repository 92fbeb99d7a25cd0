"""The cart: products go in, quantities change, products go out."""

from .fake_shop import FakeShop
from .shopper import Shopper


async def test_an_empty_cart_needs_no_customer(shop: FakeShop) -> None:
    shopper = Shopper(shop.app())
    await shopper.get("/cart")
    assert "Your cart is empty" in shopper.page
    assert "marketplace" not in shopper.client.cookies, "nothing worth remembering has happened"


async def test_adding_counts_up_and_the_header_shows_it(shopper: Shopper) -> None:
    await shopper.buy("teapot")
    await shopper.buy("teapot", quantity=2)
    assert "€103.50" in shopper.page
    assert "Cart 3 pieces" in shopper.page
    assert shopper.page.count("Added to your cart.") == 1
    await shopper.get("/cart")
    assert "Added to your cart." not in shopper.page, "said once"


async def test_quantities_change_and_products_leave(shopper: Shopper) -> None:
    await shopper.buy("teapot")
    await shopper.post("/cart/quantity", product_id="teapot", quantity="5")
    assert "€172.50" in shopper.page
    await shopper.post("/cart/remove", product_id="teapot")
    assert "Your cart is empty" in shopper.page


async def test_what_cannot_be_is_said_and_changes_nothing(shopper: Shopper) -> None:
    await shopper.buy("teapot")
    await shopper.post("/cart/quantity", product_id="teapot", quantity="0")
    assert "The quantity must be a whole number from 1 to 99." in shopper.page
    await shopper.post("/cart/quantity", product_id="teapot", quantity="many")
    assert "The quantity must be a whole number from 1 to 99." in shopper.page
    await shopper.post("/cart/add", product_id="phlogiston", quantity="1")
    assert "This product is no longer for sale." in shopper.page
    await shopper.post("/cart/add", product_id="teapot", quantity="99")
    assert "The cart is full: it holds 99 at most." in shopper.page
    assert "€34.50" in shopper.page


async def test_a_cart_that_asks_for_more_than_there_is_says_so(shopper: Shopper) -> None:
    await shopper.buy("armchair", quantity=4)
    assert "Only 3 left" in shopper.page
    assert "Please change its quantity." in shopper.page


async def test_a_product_that_left_the_catalogue_can_only_be_removed(shop: FakeShop) -> None:
    shopper = Shopper(shop.app())
    await shopper.buy("teapot")
    await shopper.buy("stool")
    shop.catalog.products.pop("teapot")
    await shopper.get("/cart")
    assert "No longer for sale" in shopper.page
    assert "Check out" not in shopper.page
    await shopper.post("/cart/remove", product_id="teapot")
    assert "Check out" in shopper.page


async def test_customers_do_not_share_a_cart(shop: FakeShop) -> None:
    app = shop.app()
    one, other = Shopper(app), Shopper(app)
    await one.buy("teapot")
    await other.buy("stool")
    assert "Teapot" not in other.page
    await one.get("/cart")
    assert "Stool" not in one.page
