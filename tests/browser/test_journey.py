"""The journey that must never break, in every topology: search, product, cart, checkout, order."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Literal, NamedTuple

import pytest
from playwright.async_api import Browser, Page, expect

from plures.deploy import find_runs, local_processes
from plures.telemetry import Reading, SpanRead, TraceFilter, TraceRead, awaited_in, shape_of
from plures.topology import parse
from tests import golang, typescript

from .conftest import new_shopper
from .journey import Shopper
from .shops import APPLICATION, ROOT, plures_run, write_languages, write_topologies

NOTIFICATIONS = ROOT / "marketplace" / "notifications" / "typescript"
LANGUAGES = pytest.param("languages", marks=[pytest.mark.go, pytest.mark.node])


PATIENCE_S: Final = 60
HOPS: Final = (
    "server POST /checkout",
    "client checkout/Place",
    "server checkout/Place",
    "client shipping/Quote",
    "server shipping/Quote",
    "producer checkout.ordering",
    "consumer checkout.ordering",
    "internal checkout.ordering: inventory.reserve",
    "client inventory/Reserve",
    "server inventory/Reserve",
    "internal checkout.ordering: fraud.score",
    "internal checkout.ordering: orders.create",
    "internal checkout.ordering: payments.capture",
    "producer marketplace.checkout.v1.OrderPlaced",
    "consumer marketplace.checkout.v1.OrderPlaced",
    "client notifications/Confirm",
    "server notifications/Confirm",
    "client recommendations/Learn",
    "server recommendations/Learn",
)
"""What an order takes part in: calls, the steps of a saga, an event, and those that are told of it. Calls within a process have one side."""


class Open(NamedTuple):
    """A shop that is open."""

    topology: str
    url: str
    data: Path


@pytest.fixture(scope="module", params=["monolith", "split", LANGUAGES])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[Open]:
    folder = tmp_path_factory.mktemp("shop")
    file = None
    if request.param == "languages":
        notifications = typescript.built_once(NOTIFICATIONS, "notifications-in-typescript", tmp_path_factory)
        file = write_languages(folder, notifications, golang.shipping_in_go())
    with plures_run(folder, request.param, file) as url:
        yield Open(request.param, url, folder / "data")


@pytest.fixture
def url(shop: Open) -> str:
    return shop.url


async def test_from_search_to_an_order_that_is_one_trace(browser: Browser, shop: Open) -> None:
    await buy_an_umbrella(await new_shopper(browser, shop.url))
    trace = await kept_whole(shop)
    check_hops(shop, trace)
    if shop.topology == "languages":
        await look_at(browser, shop, trace)


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


def check_hops(shop: Open, trace: TraceRead) -> None:
    """All of it is below the request, each hop below the one that it came from."""
    ids = {span.id: span for span in trace.spans}
    [first] = [span for span in trace.spans if span.parent not in ids]
    assert (first.kind, first.name, first.parent) == ("server", "POST /checkout", 0)
    if shop.topology == "monolith":
        assert trace.line.processes == ("main.1",)
        return
    [confirmed] = [span for span in trace.spans if side_of(span) == "server notifications/Confirm"]
    assert (confirmed.process, confirmed.contract) == ("notifications.1", "marketplace.notifications.v1")
    assert above(confirmed, ids)[:4] == [
        "client notifications/Confirm",
        "consumer marketplace.checkout.v1.OrderPlaced",
        "producer marketplace.checkout.v1.OrderPlaced",
        "internal checkout.ordering: record",
    ]
    [quoted] = [span for span in trace.spans if side_of(span) == "server shipping/Quote"]
    assert quoted.process == "shipping.1"
    assert above(quoted, ids)[:2] == ["client shipping/Quote", "server checkout/Place"]
    # The answer waited for the saga, so its steps are on the critical path.
    columns = trace.columns
    ended = [began + lasted for began, lasted in zip(columns.began, columns.lasted, strict=True)]
    shape = shape_of(columns.id, columns.parent, columns.began, ended, awaited_in(columns.attributes))
    assert {trace.spans[each.span].name for each in shape.critical} >= {"payments/Capture", "orders/Create"}


async def look_at(browser: Browser, shop: Open, trace: TraceRead) -> None:
    """Each view of a trace has the services in other languages and all else."""
    [run] = find_runs(shop.data).running
    page = await (await browser.new_context(viewport={"width": 1280, "height": 1000})).new_page()
    await page.goto(f"{run.control[0]}/dashboard#token={run.token}")
    await expect(page.get_by_role("heading", name="Traces")).to_be_visible()
    place = f"{run.control[0]}/dashboard#/traces/{trace.line.id}"
    await page.goto(place)
    spans = page.get_by_role("listbox", name="Spans of the trace")
    await picture(page, "waterfall")
    await spans.focus()
    # Only those are there that are in sight.
    await page.keyboard.press("End")
    await expect(spans.get_by_role("option").filter(has_text="notifications/Confirm").first).to_be_visible()
    # Wide enough for all who take part.
    await page.set_viewport_size({"width": 1920, "height": 1000})
    await page.goto(f"{place}?view=sequence")
    for name in ("notifications", "shipping", "OrderPlaced"):
        await expect(page.get_by_role("main").get_by_text(name).first).to_be_attached()
    await picture(page, "sequence")
    await page.set_viewport_size({"width": 1280, "height": 1000})
    await page.goto(f"{place}?view=path")
    for name in ("notifications", "shipping", "Together"):
        await expect(page.get_by_role("main").get_by_text(name).first).to_be_attached()
    await picture(page, "path")


async def picture(page: Page, name: str) -> None:
    """Take it, where it is asked for."""
    if folder := os.environ.get("DASHBOARD_PICTURES"):
        schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
        for scheme in schemes:
            await page.emulate_media(color_scheme=scheme)
            await page.screenshot(path=f"{folder}/checkout-{name}-{scheme}.png", full_page=True)


async def kept_whole(shop: Open) -> TraceRead:
    """The trace of the last order, when what it has set off has ended too."""
    wanted = TraceFilter(operation="notifications/Confirm")
    hops = {each for each in HOPS if shop.topology != "monolith" or not each.startswith(("client", "server"))}
    found: set[str] = set()
    async with asyncio.timeout(PATIENCE_S):
        while True:
            reading = Reading(shop.data)
            for line in await asyncio.to_thread(reading.traces, wanted):
                trace = await asyncio.to_thread(reading.trace, line.id)
                found = {side_of(span) for span in trace.spans} if trace else set()
                if trace is not None and found >= hops:
                    return trace
            await asyncio.sleep(0.2)


def side_of(span: SpanRead) -> str:
    return f"{span.kind} {span.name}"


def above(span: SpanRead, ids: Mapping[int, SpanRead]) -> list[str]:
    """What a span is part of, from the inside."""
    found: list[str] = []
    while span.parent in ids:
        span = ids[span.parent]
        found.append(side_of(span))
    return found


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
