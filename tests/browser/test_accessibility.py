"""Every kind of page passes axe-core (WCAG 2.2 A and AA, contrast included), light and dark, on desks and phones."""

from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page, expect

from .journey import Shopper

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [("light", 1280), ("dark", 390)]


async def empty_cart(shopper: Shopper) -> None:
    await shopper.visit("/cart")


async def front_page(shopper: Shopper) -> None:
    await shopper.visit()


async def search(shopper: Shopper) -> None:
    await shopper.visit("/search?q=chair&rating=3")


async def nothing_found(shopper: Shopper) -> None:
    await shopper.visit("/search?q=qqqqqqqqqqq")


async def category(shopper: Shopper) -> None:
    await shopper.visit()
    await shopper.page.get_by_role("navigation", name="Categories").get_by_role("link").first.click()
    await expect(shopper.page.get_by_role("link", name="Filter and sort")).to_be_visible()


async def product(shopper: Shopper) -> None:
    await shopper.visit("/search?q=umbrella")
    await shopper.open_something_in_stock()


async def reviews(shopper: Shopper) -> None:
    await order(shopper)
    await shopper.page.locator(".line a").first.click()
    await shopper.page.get_by_role("link", name="Write a review").click()
    await shopper.page.get_by_role("button", name="Publish").click()
    await expect(shopper.page.get_by_role("alert")).to_be_visible()


async def cart(shopper: Shopper) -> None:
    await product(shopper)
    await shopper.add_to_cart()


async def address(shopper: Shopper) -> None:
    await cart(shopper)
    await shopper.visit("/checkout")
    await shopper.page.get_by_role("button", name="Continue").click()
    await expect(shopper.page.get_by_role("alert")).to_be_visible()


async def checkout(shopper: Shopper) -> None:
    await cart(shopper)
    await shopper.give_address()
    await shopper.pay("12")
    await expect(shopper.page.get_by_role("alert")).to_be_visible()
    await shopper.page.get_by_text("test cards").click()


async def order(shopper: Shopper) -> None:
    await cart(shopper)
    await shopper.give_address()
    await shopper.pay()
    await expect(shopper.page.get_by_text("Your order has been placed and paid.")).to_be_visible()


async def account(shopper: Shopper) -> None:
    await order(shopper)
    await shopper.visit("/account")


async def not_found(shopper: Shopper) -> None:
    await shopper.visit("/nowhere")


PAGES = (
    front_page,
    search,
    nothing_found,
    category,
    product,
    reviews,
    empty_cart,
    cart,
    address,
    checkout,
    order,
    account,
    not_found,
)


@pytest.mark.parametrize("go", PAGES, ids=lambda go: go.__name__)
async def test_page(shopper: Shopper, go: Callable[[Shopper], Awaitable[None]]) -> None:
    await go(shopper)
    problems = await label_problems(shopper.page) + await heading_problems(shopper.page)
    for scheme, width in LOOKS:
        await shopper.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        await shopper.page.set_viewport_size({"width": width, "height": 900})
        problems += [f"{scheme}, {width} px: {problem}" for problem in await axe_problems(shopper.page)]
        problems += [f"{width} px: {problem}" for problem in await overflow_problems(shopper.page)]
    assert not problems, "\n".join(problems)


async def axe_problems(page: Page) -> list[str]:
    await page.evaluate(AXE_SCRIPT)
    result = await page.evaluate("tags => axe.run({runOnly: tags, resultTypes: ['violations']})", RULES)
    return [
        f"{violation['id']}: {violation['help']}: {node['html']} ({node['failureSummary']})"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


async def overflow_problems(page: Page) -> list[str]:
    beyond = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"the page is {beyond} px wider than the window"] if beyond > 0 else []


async def label_problems(page: Page) -> list[str]:
    """Controls without a label, and pictures without an alternative text (empty where they only decorate)."""
    unlabelled: list[str] = await page.evaluate(
        """() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
            .filter((control) => !control.labels.length).map((control) => `no label: ${control.outerHTML}`)
            .concat([...document.images].filter((image) => !image.hasAttribute("alt")).map((image) => `no alt: ${image.outerHTML}`))"""
    )
    return unlabelled


async def heading_problems(page: Page) -> list[str]:
    levels: list[int] = await page.evaluate(
        """() => [...document.querySelectorAll("h1, h2, h3, h4")].map((heading) => Number(heading.tagName[1]))"""
    )
    problems = [] if levels.count(1) == 1 else [f"{levels.count(1)} headings of the first level"]
    return problems + [
        f"a heading of level {below} follows one of level {above}"
        for above, below in pairwise(levels)
        if below > above + 1
    ]
