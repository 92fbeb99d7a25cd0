"""A shopper can do everything with the keyboard, and always sees where the focus is."""

from playwright.async_api import Page, expect

from .journey import ADDRESS, GOOD_CARD, Shopper

FOCUSED = """() => {
    const at = document.activeElement, style = getComputedStyle(at), card = at.closest(".card");
    const rings = [style, card && getComputedStyle(card)].filter(Boolean);
    return {
        name: at.textContent.trim() || at.labels?.[0]?.textContent.trim() || "",
        id: at.id,
        shown: rings.some((ring) => ring.outlineStyle !== "none" && parseFloat(ring.outlineWidth) >= 2),
    };
}"""
MOST_STOPS = 120


async def tab_to(page: Page, *, name: str = "", id_: str = "") -> None:
    """Press Tab until a control has the focus; each stop on the way must be visible."""
    for _ in range(MOST_STOPS):
        await page.keyboard.press("Tab")
        at = await page.evaluate(FOCUSED)
        assert at["shown"], f"nothing shows that {at['name'] or at['id']!r} has the focus"
        if (name and name in at["name"]) or (id_ and at["id"] == id_):
            return
    message = f"the Tab key never gets to {name or id_!r} on {page.url}"
    raise AssertionError(message)


async def test_the_skip_link_is_first_and_leads_to_the_content(shopper: Shopper) -> None:
    page = shopper.page
    await shopper.visit()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    await expect(page.get_by_role("link", name="Skip to content")).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()


async def test_an_order_without_a_mouse(shopper: Shopper) -> None:
    page = shopper.page
    await shopper.visit()
    await tab_to(page, id_="find")
    await page.keyboard.type("umbrella")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/search?*")
    name = await shopper.open_something_in_stock()
    await tab_to(page, name="Add to cart")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/cart")
    await tab_to(page, name="Check out")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/checkout/address")
    for id_, text in zip(("recipient", "street", "postal_code", "city"), ADDRESS.values(), strict=True):
        await tab_to(page, id_=id_)
        await page.keyboard.type(text)
    await tab_to(page, id_="country")
    await page.keyboard.type("Germany")
    await tab_to(page, name="Continue")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/checkout")
    for id_, text in (("number", GOOD_CARD), ("expiry", "08/45"), ("cvc", "123"), ("holder", "Ada Byron")):
        await tab_to(page, id_=id_)
        await page.keyboard.type(text)
    await page.keyboard.press("Enter")
    await shopper.expect_order_of(name)


async def test_after_a_refused_form_the_focus_is_where_the_problem_is_told(shopper: Shopper) -> None:
    await shopper.visit("/account")
    await shopper.page.get_by_label("E-mail").fill("nonsense")
    await shopper.page.get_by_role("button", name="Save").click()
    await expect(shopper.page.get_by_role("alert")).to_be_focused()
    await shopper.page.get_by_role("alert").get_by_role("link").click()
    await expect(shopper.page.get_by_label("E-mail")).to_be_focused()


async def test_a_suggestion_without_a_mouse(shopper: Shopper) -> None:
    page = shopper.page
    await shopper.visit()
    await shopper.search_until_found("umbrella")
    await shopper.visit()
    field, listed = page.locator("#find"), page.locator("#suggestions")
    await tab_to(page, id_="find")
    assert await field.get_attribute("aria-expanded") == "false"
    await page.keyboard.type("umb")
    await listed.locator("[role=option]").first.wait_for()
    assert await field.get_attribute("aria-expanded") == "true"
    assert await field.get_attribute("aria-controls") == "suggestions"
    first = listed.locator("[role=option]").first
    assert "€" in await first.inner_text()
    assert await first.locator("img").get_attribute("src")
    await page.keyboard.press("ArrowDown")
    assert await field.get_attribute("aria-activedescendant") == await first.get_attribute("id")
    assert await first.get_attribute("aria-selected") == "true"
    await page.keyboard.press("ArrowUp")
    assert await field.get_attribute("aria-activedescendant") is None
    await page.keyboard.press("Escape")
    assert await field.get_attribute("aria-expanded") == "false"
    assert await field.input_value() == "umb"
    await page.keyboard.type("r")
    await first.wait_for()
    name = await first.locator(".suggested-name").inner_text()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/products/*")
    assert await page.locator("h1").inner_text() == name
