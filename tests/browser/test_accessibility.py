"""Every kind of page passes axe-core (WCAG 2.2 A and AA, with contrast), light and dark, on desktops and phones."""

from itertools import pairwise
from typing import Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page, expect

from .journey import Shopper

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 1280), ("dark", 390))
CONTROLS = """() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
    .filter((control) => !control.labels.length).map((control) => control.outerHTML)"""
IMAGES = """() => [...document.images]
    .filter((image) => !image.hasAttribute("alt")).map((image) => image.outerHTML)"""
HEADINGS = """() => [...document.querySelectorAll("h1, h2, h3, h4")].map((heading) => Number(heading.tagName[1]))"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
AXE = "tags => axe.run({runOnly: tags, resultTypes: ['violations']})"


async def test_the_pages_on_the_way_to_an_order(shopper: Shopper) -> None:
    page, problems = shopper.page, list[str]()
    await shopper.visit()
    problems += await problems_on("front page", page)
    await shopper.search_until_found("umbrella")
    problems += await problems_on("search", page)
    await shopper.open_something_in_stock()
    problems += await problems_on("product", page)
    await shopper.add_to_cart()
    problems += await problems_on("cart", page)
    await shopper.visit("/checkout/address")
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    problems += await problems_on("address with mistakes", page)
    await shopper.visit("/cart")
    await shopper.give_address()
    await shopper.pay("12")
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_text("test cards").click()
    problems += await problems_on("checkout with mistakes", page)
    await shopper.pay()
    await expect(page.get_by_text("Your order has been placed and paid.")).to_be_visible()
    problems += await problems_on("order", page)
    await page.locator(".line a").first.click()
    await page.get_by_role("link", name="Write a review").click()
    await page.get_by_role("button", name="Publish").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    problems += await problems_on("review with mistakes", page)
    await shopper.visit("/account")
    problems += await problems_on("account", page)
    assert not problems, "\n".join(problems)


async def test_the_pages_beside_the_way(shopper: Shopper) -> None:
    page, problems = shopper.page, list[str]()
    await shopper.visit()
    await page.get_by_role("navigation", name="Categories").get_by_role("link").first.click()
    await expect(page.get_by_role("link", name="Filter and sort")).to_be_visible()
    problems += await problems_on("category", page)
    for name, path in {
        "filtered search": "/search?q=chair&rating=3&price=0-9999999",
        "nothing found": "/search?q=qqqqqqqqqqq",
        "empty cart": "/cart",
        "new account": "/account",
        "not found": "/nowhere",
    }.items():
        await shopper.visit(path)
        problems += await problems_on(name, page)
    assert not problems, "\n".join(problems)


async def problems_on(name: str, page: Page) -> list[str]:
    """All problems of the open page."""
    problems = [f"no label: {control}" for control in await page.evaluate(CONTROLS)]
    problems += [f"no alt: {image}" for image in await page.evaluate(IMAGES)]
    problems += heading_problems(await page.evaluate(HEADINGS))
    for scheme, width in LOOKS:
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await page.set_viewport_size({"width": width, "height": 900})
        problems += [f"{scheme}, {width} px: {problem}" for problem in await axe_problems(page)]
        if beyond := await page.evaluate(TOO_WIDE):
            problems.append(f"{beyond} px wider than a window of {width} px")
    await page.set_viewport_size({"width": 1280, "height": 900})
    return [f"{name}: {problem}" for problem in problems]


async def axe_problems(page: Page) -> list[str]:
    await page.evaluate(AXE_SCRIPT)
    result = await page.evaluate(AXE, RULES)
    return [
        f"{violation['id']}: {violation['help']}: {node['html']} ({node['failureSummary']})"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


def heading_problems(levels: list[int]) -> list[str]:
    skipped = [f"level {below} follows level {above}" for above, below in pairwise(levels) if below > above + 1]
    return skipped if levels.count(1) == 1 else [f"{levels.count(1)} headings of level 1", *skipped]
