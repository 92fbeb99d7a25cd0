"""One cart, one order: two tabs, a double click, the back button."""

from playwright.async_api import Browser, Page, expect

from .conftest import new_shopper
from .journey import Shopper


async def at_the_order_button(browser: Browser, url: str, *, scripts: bool = True) -> Shopper:
    shopper = await new_shopper(browser, url, scripts=scripts)
    await shopper.visit()
    await shopper.search_until_found("umbrella")
    await shopper.open_something_in_stock()
    await shopper.add_to_cart()
    await shopper.give_address()
    return shopper


async def another_tab(shopper: Shopper, path: str) -> Shopper:
    tab: Page = await shopper.page.context.new_page()
    other = Shopper(tab, shopper.url)
    await other.visit(path)
    return other


async def expect_one_order(shopper: Shopper) -> None:
    await shopper.visit("/account")
    await expect(shopper.page.locator('a[href^="/orders/"]')).to_have_count(1)


async def test_two_tabs_order_one_cart_once(browser: Browser, shop_url: str) -> None:
    first = await at_the_order_button(browser, shop_url)
    second = await another_tab(first, "/checkout")
    await first.pay()
    await expect(first.page.get_by_text("Your order has been placed and paid.")).to_be_visible()
    await second.pay()
    await expect(second.page.get_by_text("You had ordered this cart already.")).to_be_visible()
    assert second.page.url == first.page.url.partition("?")[0]
    await expect_one_order(second)


async def test_a_double_click_orders_once_with_and_without_scripts(browser: Browser, shop_url: str) -> None:
    for scripts in (True, False):
        shopper = await at_the_order_button(browser, shop_url, scripts=scripts)
        await shopper.fill_in_card()
        await shopper.page.get_by_role("button", name="Order and pay").dblclick(no_wait_after=True)
        await shopper.page.wait_for_url("**/orders/*")
        await expect_one_order(shopper)


async def test_the_back_button_leads_to_no_second_order(browser: Browser, shop_url: str) -> None:
    shopper = await at_the_order_button(browser, shop_url)
    await shopper.pay()
    await expect(shopper.page.get_by_text("Your order has been placed and paid.")).to_be_visible()
    await shopper.page.go_back()
    await expect(shopper.page.get_by_role("button", name="Order and pay")).to_have_count(0)
    await expect_one_order(shopper)


async def test_a_cart_changed_in_another_tab_is_shown_before_it_is_ordered(browser: Browser, shop_url: str) -> None:
    shopper = await at_the_order_button(browser, shop_url)
    other = await another_tab(shopper, "/cart")
    await other.page.get_by_label("Quantity of").fill("2")
    await other.page.get_by_label("Quantity of").press("Enter")
    await expect(other.page.get_by_text("Quantity changed.")).to_be_visible()
    await shopper.pay()
    await expect(shopper.page.get_by_role("alert")).to_contain_text("2 instead of 1")
    await shopper.pay()
    await expect(shopper.page.get_by_text("Your order has been placed and paid.")).to_be_visible()
