"""What the shop keeps when a part of it is dead, as its code says. `plures topology isolate` shows all of it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from marketplace.app import app
from plures.testing import Fate, fates

ROOT = Path(__file__).parents[2]
PATIENCE_S = 240
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


def test_customers_buy_while_search_and_reviews_are_killed_and_stopped() -> None:
    """With processes, real signals and orders that are paid."""
    arguments = ["--only", "search", "--only", "reviews", "--requests", "marketplace.tests.buying:REQUESTS"]
    command = [sys.executable, "-m", "plures", "topology", "isolate", "--verify", "--json", *arguments]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    deaths = json.loads(finished.stdout)["verified"]
    assert [(each["death"], each["signal"]) for each in deaths] == [
        ("search", "killed"), ("search", "stopped"), ("reviews", "killed"), ("reviews", "stopped"),
    ]  # fmt: skip
    for death in deaths:
        (order,) = [each for each in death["requests"] if each["unit"] == "POST /checkout"]
        assert (order["computed"], order["seen"]) == ("works", "works"), death
