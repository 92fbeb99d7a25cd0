"""What the shop keeps when a part of it is dead, as its code says. `plures topology isolate` shows all of it."""

import pytest

from marketplace.app import app
from plures.testing import Fate, fates

BUYING = ("POST /cart/add", "GET /cart", "GET /checkout", "POST /checkout", "checkout.preview", "checkout.place")


@pytest.mark.parametrize("dead", ["search", "reviews", "recommendations", "notifications"])
def test_customers_can_buy_while_what_only_helps_them_choose_is_dead(dead: str) -> None:
    of = fates(app, dead=dead)
    assert {name: of[name] for name in BUYING} == dict.fromkeys(BUYING, Fate.WORKS)
    assert of["GET /categories/{category_id:path}"] <= Fate.DEGRADES
    assert of["GET /products/{product_id}"] <= Fate.DEGRADES


def test_a_product_page_goes_without_all_but_name_price_and_stock() -> None:
    page = "GET /products/{product_id}"
    killers = {dead for dead in ("catalog", "pricing", "inventory", "reviews", "recommendations", "shipping", "profile", "cart")
               if fates(app, dead=dead)[page] is Fate.FAILS}  # fmt: skip
    assert killers == {"catalog", "pricing", "inventory"}


def test_search_goes_without_stock_and_stars() -> None:
    assert fates(app, dead="inventory")["search.find"] is Fate.DEGRADES
    assert fates(app, dead="reviews")["search.find"] is Fate.DEGRADES
    assert fates(app, dead="catalog")["search.find"] is Fate.FAILS


def test_no_death_takes_the_front_page() -> None:
    for dead in ("catalog", "search", "pricing", "checkout", "payments"):
        assert fates(app, dead=dead)["GET /"] < Fate.FAILS
