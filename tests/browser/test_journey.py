"""The one journey that must never break: search, product, cart, checkout, order — wherever the capabilities run."""

from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, expect

from .conftest import new_shopper
from .journey import Shopper
from .shops import plures_run


@pytest.fixture(scope="module", params=["monolith", "split"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[str]:
    with plures_run(tmp_path_factory.mktemp("shop"), request.param) as url:
        yield url


async def test_from_search_to_order(browser: Browser, url: str) -> None:
    await buy_an_umbrella(await new_shopper(browser, url))


async def test_from_search_to_order_without_scripts(browser: Browser, url: str) -> None:
    await buy_an_umbrella(await new_shopper(browser, url, scripts=False))


async def buy_an_umbrella(shopper: Shopper) -> None:
    await shopper.visit()
    await shopper.search("umbrella")
    name = await shopper.open_something_in_stock()
    await shopper.add_to_cart(quantity=2)
    await shopper.give_address()
    await shopper.pay("4000000000000002")
    await expect(shopper.page.get_by_role("alert")).to_contain_text("Your bank declined this card.")
    await shopper.pay()
    await shopper.expect_order_of(name)
