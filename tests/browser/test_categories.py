"""The bar of categories: one row on every screen, and all categories in a menu."""

import pytest
from playwright.async_api import expect

from .journey import Shopper

ROWS = """() => new Set([...document.querySelectorAll(".shelfbar .frame > *, .some-aisles a")]
    .map((one) => { const box = one.getBoundingClientRect(); return Math.round((box.top + box.bottom) / 2); })).size"""


@pytest.mark.parametrize("width", [1280, 390])
async def test_the_bar_takes_one_row(shopper: Shopper, width: int) -> None:
    await shopper.page.set_viewport_size({"width": width, "height": 900})
    await shopper.visit()
    assert await shopper.page.evaluate(ROWS) == 1


async def test_the_menu_opens_and_closes_with_the_keyboard(shopper: Shopper) -> None:
    page = shopper.page
    await shopper.visit()
    menu = page.get_by_role("navigation", name="Categories")
    last = menu.get_by_role("link", name="Vehicles & Boats").first
    await page.get_by_text("All categories").focus()
    await page.keyboard.press("Enter")
    await expect(last).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(menu.locator("details")).not_to_have_attribute("open", "")
    await expect(page.get_by_text("All categories")).to_be_focused()


async def test_the_menu_leads_to_a_category_that_is_not_in_the_row(shopper: Shopper) -> None:
    await shopper.visit()
    await shopper.page.get_by_text("All categories").click()
    await shopper.page.get_by_role("link", name="Musical Instruments").first.click()
    await expect(shopper.page.get_by_role("heading", level=1, name="Musical Instruments")).to_be_visible()
    await expect(shopper.page.locator(".some-aisles [aria-current]")).to_have_text("Musical Instruments")
