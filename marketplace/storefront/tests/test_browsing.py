"""Browsing: the front page, categories, search, products, pictures."""

import json

from .fake_assortment import FakeCatalog
from .fake_shop import Down, FakeShop
from .shopper import ADDRESS, Shopper


async def test_the_front_page_shows_categories_and_products_with_prices(shopper: Shopper) -> None:
    await shopper.get("/")
    assert shopper.status == 200
    assert 'href="/categories/home"' in shopper.html
    assert 'href="/products/armchair"' in shopper.html


async def test_search_shows_hits_with_price_and_stock_and_how_many_there_are(shopper: Shopper) -> None:
    await shopper.get("/search?q=seat")
    assert "1 result" in shopper.page
    assert "Stool" in shopper.page
    assert "€49.90" in shopper.page
    await shopper.get("/search?q=whisk")
    assert "Sold out" in shopper.page


async def test_search_says_which_text_it_searched_instead(shopper: Shopper) -> None:
    await shopper.get("/search?q=tepot")
    assert "Nothing matches “tepot”, so these are the results for “teapot”." in shopper.page
    assert 'href="/products/teapot"' in shopper.html


async def test_facets_narrow_the_results_and_can_be_taken_away_again(shopper: Shopper) -> None:
    await shopper.get("/search")
    assert 'href="/search?price=1000-4999"' in shopper.html
    await shopper.get("/search?price=1000-4999&category=home%2Ffurniture")
    assert "1 result" in shopper.page
    assert "Stool" in shopper.page
    assert 'href="/search?category=home%2Ffurniture"' in shopper.html, "takes the price away"
    assert 'href="/search?category=home&amp;price=1000-4999"' in shopper.html, "goes one category up"


async def test_a_filter_that_nothing_passes_can_still_be_taken_away(shopper: Shopper) -> None:
    await shopper.get("/search?q=teapot&price=0-999&rating=4")
    assert "Nothing found" in shopper.page
    assert "under €10 : take this filter away" in shopper.page
    assert 'href="/search?q=teapot&amp;rating=4"' in shopper.html
    assert 'href="/search?q=teapot&amp;price=0-999"' in shopper.html


async def test_results_can_be_sorted_and_the_choice_survives_filters(shopper: Shopper) -> None:
    await shopper.get("/search?sort=price_ascending")
    assert shopper.page.index("Marmalade") < shopper.page.index("Whisk") < shopper.page.index("Armchair")
    assert "sort=price_ascending" in shopper.html.split('class="facet"')[1]


async def test_nothing_found_offers_a_way_on(shopper: Shopper) -> None:
    await shopper.get("/search?q=unobtainium")
    assert shopper.status == 200
    assert "Nothing found" in shopper.page
    await shopper.get("/search?q=teapot&price=0-999")
    assert "Search without filters" in shopper.page


async def test_a_search_that_makes_no_sense_is_read_as_far_as_it_does(shopper: Shopper) -> None:
    await shopper.get("/search?price=cheap&rating=99&sort=magic&page=-3&q=" + "x" * 5000)
    assert shopper.status == 200


async def test_suggestions_have_a_picture_and_a_price(shop: FakeShop) -> None:
    shopper = Shopper(shop.app())
    await shopper.get("/suggestions?q=ar")
    assert json.loads(shopper.html) == [
        {
            "name": "Armchair",
            "url": "/products/armchair",
            "picture": "/pictures/armchair.svg?2",
            "price": "€249.00",
        }
    ]
    await shopper.get("/suggestions?q=")
    assert shopper.html == "[]"


async def test_a_category_shows_what_is_in_it_and_below_it(shopper: Shopper) -> None:
    await shopper.get("/categories/home")
    assert "4 things" in shopper.page
    assert 'href="/categories/home/kitchen"' in shopper.html
    await shopper.get("/categories/home/kitchen")
    assert "Teapot" in shopper.page
    assert "Armchair" not in shopper.page


async def test_a_product_page_tells_all_about_it_and_escapes_it(shopper: Shopper) -> None:
    await shopper.get("/products/teapot")
    assert "A pot for brewing tea, with a spout & a <handle>." in shopper.html.replace("&amp;", "&").replace(
        "&lt;", "<"
    ).replace("&gt;", ">")
    assert "<handle>" not in shopper.html
    assert "€34.50" in shopper.page
    assert "In stock" in shopper.page
    await shopper.get("/products/armchair")
    assert "Also called fauteuil" in shopper.page
    assert "Only 3 left" in shopper.page
    assert "Goes well with it" in shopper.page
    assert 'href="/products/stool"' in shopper.html


async def test_a_product_that_is_sold_out_cannot_be_put_into_the_cart(shopper: Shopper) -> None:
    await shopper.get("/products/whisk")
    assert "Sold out" in shopper.page
    assert "Add to cart" not in shopper.page


async def test_what_does_not_exist_is_a_page_of_the_shop(shopper: Shopper) -> None:
    for path in ("/products/phlogiston", "/categories/nowhere", "/orders/1", "/pictures/none.svg", "/nowhere"):
        await shopper.get(path)
        assert shopper.status == 404, path
        assert "There is nothing here" in shopper.page, path


async def test_browsers_may_always_keep_pictures(shop: FakeShop) -> None:
    response = await Shopper(shop.app()).client.get("/pictures/teapot.svg")
    assert response.headers["content-type"].startswith("image/svg+xml")
    assert "immutable" in response.headers["cache-control"]
    assert "Teapot" in response.text


async def test_delivery_and_returns_are_told_beside_the_button(shopper: Shopper) -> None:
    await shopper.get("/products/teapot")
    for said in ("Germany: 2 to 4 working days, shipping €5.90", "Send it back within 30 days."):
        assert said in shopper.page
    await shopper.buy("teapot")
    await shopper.get("/checkout")
    await shopper.post("/checkout/address", **{**ADDRESS, "country": "FR"})
    await shopper.get("/products/teapot")
    assert "France: 2 to 4 working days" in shopper.page


async def test_a_product_whose_delivery_is_unknown_can_be_bought(shop: FakeShop) -> None:
    shopper = Shopper(shop.app(shipping=Down("shipping")))
    await shopper.get("/products/teapot")
    assert shopper.status == 200
    assert "working days" not in shopper.page
    assert "Add to cart" in shopper.page


async def test_every_category_is_one_click_away(shopper: Shopper) -> None:
    await shopper.get("/")
    menu = shopper.html.partition("all-aisles")[2].partition("</details>")[0]
    tops = [category for category in await FakeCatalog().categories() if category.parent_id is None]
    assert tops
    for category in tops:
        assert f'href="/categories/{category.id}"' in menu
