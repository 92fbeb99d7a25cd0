"""The journey that must never break, in every topology: search, product, cart, checkout, order."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from plures.deploy import local_processes
from plures.topology import parse
from tests import golang, typescript

from .conftest import new_shopper
from .journey import Shopper
from .shops import APPLICATION, ROOT, plures_run, write_languages, write_topologies

NOTIFICATIONS = ROOT / "marketplace" / "notifications" / "typescript"
LANGUAGES = pytest.param("languages", marks=[pytest.mark.go, pytest.mark.node])


@pytest.fixture(scope="module", params=["monolith", "split", LANGUAGES])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("shop")
    file = None
    if request.param == "languages":
        notifications = typescript.built_once(NOTIFICATIONS, "notifications-in-typescript", tmp_path_factory)
        file = write_languages(folder, notifications, golang.shipping_in_go())
    with plures_run(folder, request.param, file) as url:
        yield url


async def test_from_search_to_order(browser: Browser, url: str) -> None:
    await buy_an_umbrella(await new_shopper(browser, url))


async def test_from_search_to_order_without_scripts(browser: Browser, url: str) -> None:
    await buy_an_umbrella(await new_shopper(browser, url, scripts=False))


async def test_checkout_finishes_after_search_was_killed_on_the_way(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARKETPLACE_DATA", str(tmp_path))
    split = parse(write_topologies(tmp_path)).topology("split")
    async with local_processes(split, APPLICATION, data=tmp_path) as running:
        shopper = await new_shopper(browser, running.public_url or "")
        await shopper.visit()
        await shopper.search_until_found("umbrella")
        name = await shopper.open_something_in_stock()
        await shopper.add_to_cart()

        running.kill("search")
        # So it stays away until the order is placed.
        await running.stop("search")
        await shopper.search("umbrella")
        await expect(shopper.page.get_by_role("heading", name="Search is not available right now")).to_be_visible()
        categories = shopper.page.get_by_role("region", name="Browse by category")
        await expect(categories.get_by_role("link").first).to_be_visible()

        await shopper.visit("/cart")
        await shopper.give_address()
        await shopper.pay()
        await shopper.expect_order_of(name)

        await running.restart("search")
        await shopper.search_until_found("umbrella")


async def buy_an_umbrella(shopper: Shopper) -> None:
    await shopper.visit()
    await shopper.search_until_found("umbrella")
    name = await shopper.open_something_in_stock()
    await shopper.add_to_cart(quantity=2)
    await shopper.give_address()
    await shopper.pay("4000000000000002")
    await expect(shopper.page.get_by_role("alert")).to_contain_text("Your bank declined this card.")
    await shopper.pay()
    await shopper.expect_order_of(name)
