"""The page of `plures map` in a browser: readable on a phone, and a graph of a hundred components that one can ask things."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

import marketplace
from plures.advisor import ReadRequest, read_map, render_html

FAMILIES = ("api", "core", "plugins", "services")


def quiet(_what: str, _done: int, _total: int | None) -> None:
    """Ignores progress."""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the page of a hundred components, each of which imports a few others."""
    folder = tmp_path_factory.mktemp("hundred")
    names = [f"{family}_part_{i}" for family in FAMILIES for i in range(25)]
    for i, name in enumerate(names):
        package = folder / "app" / name.partition("_")[0] / name
        package.mkdir(parents=True)
        others = [names[(i * 7 + step * 13) % len(names)] for step in range(1, 9)]
        imports = [f"from app.{other.partition('_')[0]} import {other}\n" for other in others]
        (package / "__init__.py").write_text(
            "".join([*imports, *(f"def f{k}():\n    return {k}\n" for k in range(30))])
        )
    places = (f'"app.{p.parent.name}.{p.name}" = ["app/{p.parent.name}/{p.name}"]' for p in folder.glob("app/*/*"))
    named = folder / "components.toml"
    named.write_text("\n".join(["[components]", *places]))
    drawn = read_map(ReadRequest(folder, definitions=named), quiet)
    assert len(drawn.components) == 100
    page = Path(tmp_path_factory.mktemp("page")) / "map.html"
    page.write_text(render_html(drawn), encoding="utf-8")
    return page.as_uri()


async def opened(browser: Browser, report: str, width: int) -> Page:
    page = await browser.new_page(viewport={"width": width, "height": 844})
    await page.goto(report)
    return page


@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_the_page_is_as_wide_as_the_screen_and_no_endless_column(
    browser: Browser, report: str, width: int
) -> None:
    page = await opened(browser, report, width)
    size = await page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert size[0] <= width
    assert size[1] < 20_000
    # A row of the table of components takes a line or two, not one letter a line.
    heights = await page.eval_on_selector_all("#components tbody tr", "rows => rows.map(row => row.offsetHeight)")
    assert max(heights) < 90


async def test_the_first_graph_is_grouped_and_the_whole_one_opens(browser: Browser, report: str) -> None:
    page = await opened(browser, report, 1280)
    assert await page.locator(".graph").first.locator(".node").count() <= 24
    await page.locator(".ungrouped summary").click()
    assert await page.locator(".ungrouped .node").count() == 100
    shown = page.locator(".ungrouped .edge:visible")
    drawn = await page.locator(".ungrouped .edge").count()
    few = await shown.count()
    await page.get_by_label("All imports").check()
    assert few < drawn == await shown.count()


async def test_a_component_shows_its_own_imports_until_it_is_let_go(browser: Browser, report: str) -> None:
    page = await opened(browser, report, 1280)
    await page.locator(".ungrouped summary").click()
    node = page.locator(".ungrouped .node").nth(3)
    name = await node.get_attribute("data-name")
    before = await page.locator(".ungrouped .edge:visible").count()
    await node.click()
    await page.mouse.move(0, 0)
    ends = await page.eval_on_selector_all(
        ".ungrouped .edge",
        "all => all.filter(e => getComputedStyle(e).display !== 'none').map(e => [e.dataset.a, e.dataset.b])",
    )
    assert ends
    assert all(name in pair for pair in ends)
    assert f"{name} imports: " in await page.locator(".ungrouped .picked").inner_text()
    await page.keyboard.press("Escape")
    assert await page.locator(".ungrouped .edge:visible").count() == before


async def test_the_keyboard_reaches_what_the_mouse_does(browser: Browser, report: str) -> None:
    page = await opened(browser, report, 1280)
    node = page.locator(".graph .node").first
    await node.focus()
    await page.keyboard.press("Enter")
    assert "kept" in (await node.get_attribute("class") or "")
    assert await page.locator("#components .wide").get_attribute("tabindex") == "0"


@pytest.mark.parametrize("width", [390, 1280])
async def test_events_are_dashed_told_in_words_and_can_be_hidden(browser: Browser, tmp_path: Path, width: int) -> None:
    drawn = read_map(ReadRequest(Path(marketplace.__file__).parent), quiet)
    page = tmp_path / "shop.html"
    page.write_text(render_html(drawn), encoding="utf-8")
    shown = await opened(browser, page.as_uri(), width)
    events = shown.locator(".edge.event")
    assert await events.count() == 4
    dashes = await events.evaluate_all("lines => lines.map(line => getComputedStyle(line).strokeDasharray)")
    assert {*dashes} == {"8px, 5px"}
    await shown.locator('[data-name="checkout"]').focus()
    said = await shown.locator(".picked").text_content()
    assert "Tells of events: notifications, recommendations, reviews, search." in (said or "")
    await shown.keyboard.press("Escape")
    await shown.get_by_label("Hide events").check()
    assert await shown.locator(".edge.event:visible").count() == 0
    assert await shown.locator("#events tbody tr").count() == len(drawn.events) + len(drawn.sagas)
    assert await shown.evaluate("document.documentElement.scrollWidth") <= width
