"""The dashboard in a browser: each view in light and dark, on desktops and phones, with keys alone, and with hostile names."""

import os
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, Page, Route, expect

from .seen import HOSTILE, SPANS, Seen, seen_run
from .test_accessibility import problems_on


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[Seen]:
    with seen_run(tmp_path_factory.mktemp("seen")) as running:
        yield running


async def opened(browser: Browser, seen: Seen, said: list[str]) -> Page:
    """The dashboard in a window of its own; what its console says goes into `said`."""
    page = await (await browser.new_context(viewport={"width": 1280, "height": 900})).new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(f"dialog: {dialog.message}"))
    await page.goto(f"{seen.run.control[0]}/dashboard#token={seen.run.token}")
    await expect(page.get_by_role("heading", name="Traces")).to_be_visible()
    assert "token" not in page.url
    return page


async def go(page: Page, seen: Seen, place: str, shows: str) -> None:
    await page.goto(f"{seen.run.control[0]}/dashboard#/{place}")
    await expect(page.get_by_role("main").get_by_text(shows).first).to_be_visible()


async def test_every_view_in_light_and_dark_on_desktops_and_phones(browser: Browser, seen: Seen) -> None:
    said: list[str] = []
    page = await opened(browser, seen, said)
    problems: list[str] = []
    pictures = os.environ.get("DASHBOARD_PICTURES")
    for name, place, shows in (
        ("traces", "traces", "POST /checkout"),
        ("trace", f"traces/{seen.failed}", "inventory/Reserve"),
        ("sequence", f"traces/{seen.failed}?view=sequence", "Reserve"),
        ("path", f"traces/{seen.failed}?view=path", "Together"),
        ("compare", f"compare?a={seen.failed}&b={seen.plain}", "Where they differ"),
        ("sets", "compare?operation=checkout/Place&a_process=whole&b_process=front", "Steps"),
        ("topology", "topology", "Replicas"),
        ("capabilities", "capabilities", "team cart"),
        ("capability", "capabilities/payments", "payments/Charge"),
        ("logs", "logs", "The bank does not answer"),
        ("metrics", "metrics", "Latency"),
        ("events", "events", "No capability publishes events"),
        ("plan", "plan?topology=split", "Measured of"),
        ("not planned", "plan?topology=later", "No plan of later is kept"),
        ("nothing found", "traces?operation=nobody/Calls", "No trace is like that"),
        ("not kept", f"traces/{'1' * 32}", "This trace is not kept"),
    ):
        await page.set_viewport_size({"width": 1280, "height": 900})
        await go(page, seen, place, shows)
        problems += await problems_on(name, page)
        if pictures:
            for scheme, width in (("light", 1280), ("dark", 1280), ("light", 390)):
                await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                await page.set_viewport_size({"width": width, "height": 900})
                await page.screenshot(path=f"{pictures}/{name.replace(' ', '-')}-{scheme}-{width}.png")
    assert not problems, "\n".join(problems)
    # What a browser notes of a trace that is not kept.
    assert [each for each in said if "404" not in each] == []


async def test_a_time_goes_along_from_view_to_view(browser: Browser, seen: Seen) -> None:
    page = await opened(browser, seen, [])
    chosen = page.locator("label.field", has=page.get_by_text("Time", exact=True)).locator("select")
    await chosen.select_option("last 15 minutes")
    await page.get_by_role("link", name="Metrics").click()
    await expect(chosen).to_have_value("15")
    await chosen.select_option("from … until …")
    await page.get_by_label("From", exact=True).fill("2020-01-01T10:00:00")
    await page.get_by_label("Until", exact=True).fill("2020-01-01T11:00:00")
    await expect(page.get_by_text("Nothing was measured in this time").first).to_be_visible()
    address = page.url
    await page.goto("about:blank")
    await page.goto(address)
    await expect(page.get_by_label("Until", exact=True)).to_have_value("2020-01-01T11:00")
    await go(page, seen, "topology?ago=30", "Replicas")
    await expect(page.get_by_text("Moment: 30 min ago")).to_be_visible()
    await expect(page.get_by_role("region", name="Calls between capabilities")).to_contain_text("payments")
    # The lines of a trace are of its own time.
    await go(page, seen, f"traces/{seen.failed}?minutes=15", "inventory/Reserve")
    await page.get_by_role("option").first.click()
    await expect(page.get_by_role("link", name="Logs of this trace")).to_have_attribute(
        "href", f"#/logs?trace={seen.failed}"
    )


async def test_what_is_parked_is_told_with_its_reason_and_tried_again(browser: Browser, seen: Seen) -> None:
    """The answers are of the form that `plures.host.telling.waiting` gives: in an application it takes ten attempts until something is parked."""
    page = await opened(browser, seen, [])
    of = {"publisher": "checkout", "subscription": "notifications.tell"}
    counts = {"type": "OrderPlaced", "backlog": 3, "retrying": 1, "parked": 2}
    why = {"attempts": 10, "reason": HOSTILE}
    saga = {"capability": "checkout", "saga": "ordering"}
    told = {
        "subscriptions": [{**of, **counts}],
        "parked": [{**of, "event": "OrderPlaced", "key": key, **why} for key in ("a", "b")],
        "sagas": [{**saga, "version": 1, "running": 4, "compensating": 0, "parked": 1}],
        "parked_sagas": [{**saga, "id": "c1", "step": "charge", **why}],
        "silent": [{"capability": "orders", "why": "no replica is ready"}],
    }
    asked: list[object] = []

    async def answer(route: Route) -> None:
        if route.request.method == "POST":
            asked.append(route.request.post_data_json)
        await route.fulfill(json=told if route.request.method == "GET" else {"value": 1 + (len(asked) < 2)})

    await page.route("**/api/events", answer)
    await go(page, seen, "events", "Parked deliveries")
    await expect(page.get_by_role("region", name="Parked deliveries").get_by_text(HOSTILE)).to_have_count(2)
    await expect(page.get_by_text("Not known of orders (no replica is ready)")).to_be_visible()
    assert not await problems_on("parked", page)
    await page.get_by_role("button", name="Try again notifications.tell").click()
    await expect(page.get_by_text("2 deliveries tried again")).to_be_visible()
    await page.get_by_role("button", name="Try again c1").click()
    await expect(page.get_by_text("1 saga tried again")).to_be_visible()
    assert asked == [{"capability": "checkout", "subscription": "notifications.tell"}, {**saga, "id": "c1"}]


async def test_a_plan_is_chosen_and_shared(browser: Browser, seen: Seen) -> None:
    said: list[str] = []
    page = await opened(browser, seen, said)
    await page.get_by_role("link", name="Plan", exact=True).click()
    # The plan that was made last.
    await expect(page.get_by_role("heading", name="monolith → split")).to_be_visible()
    await expect(page.get_by_role("region", name="Calls that take another way")).to_contain_text("over the wire")
    await expect(page.get_by_role("region", name="Data", exact=True)).to_contain_text("has to be brought there")
    await expect(page.get_by_role("button", name="payments, in back. was in main")).to_be_visible()
    await page.get_by_role("button", name="monolith", exact=True).click()
    await expect(page.get_by_role("button", name="payments, in main. moves to back")).to_be_visible()
    measured = page.get_by_role("region", name="Predicted and measured").get_by_role("row", name="Processes")
    await expect(measured.get_by_role("cell")).to_have_text(["1", "3", "3", "0 %"])
    chosen = page.get_by_role("combobox", name="Topology")
    await chosen.focus()
    await page.keyboard.press("s")
    await page.keyboard.press("a")
    await expect(page.get_by_role("heading", name="monolith → sale")).to_be_visible()
    await expect(page.get_by_text("plures run --topology sale")).to_be_visible()
    await expect(page.get_by_role("region", name="Requests")).to_contain_text(HOSTILE)
    assert await page.locator("img").count() == 0
    address = page.url
    await page.goto("about:blank")
    await page.goto(address)
    await expect(page.get_by_role("heading", name="monolith → sale")).to_be_visible()
    await chosen.select_option("later")
    await expect(page.get_by_text("plures topology plan later")).to_be_visible()
    await go(page, seen, "plan?topology=nowhere", "No such topology")
    assert said == []


async def test_names_and_lines_of_others_run_no_script(browser: Browser, seen: Seen) -> None:
    said: list[str] = []
    page = await opened(browser, seen, said)
    await page.get_by_role("link", name=f"GET /{HOSTILE}").click()
    await expect(page.get_by_role("heading", name=f"GET /{HOSTILE}")).to_be_visible()
    await page.get_by_role("option").first.click()
    await expect(page.get_by_role("region", name="The span that was picked")).to_contain_text(HOSTILE)
    await go(page, seen, "logs", f"Placing an order {HOSTILE}")
    assert await page.locator("img").count() == 0
    assert said == []
    # Markup that is made of text is refused by the browser itself.
    refused = (
        "() => { try { document.body.innerHTML = '<b>x</b>'; return 'taken'; } catch (error) { return error.name; } }"
    )
    assert await page.evaluate(refused) == "TypeError"


async def test_keys_alone_lead_from_the_list_to_a_span(browser: Browser, seen: Seen) -> None:
    page = await opened(browser, seen, [])
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="To the content")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.get_by_label("With faults only").focus()
    await page.keyboard.press("Space")
    await expect(page.locator("tbody tr")).to_have_count(1)
    assert "faults=1" in page.url
    await page.locator("tbody a").focus()
    await page.keyboard.press("Enter")
    spans = page.get_by_role("listbox", name="Spans of the trace")
    await spans.focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("region", name="The span that was picked")).to_contain_text("checkout/Place")
    before = await spans.get_by_role("option").count()
    await page.keyboard.press("ArrowLeft")
    assert await spans.get_by_role("option").count() < before
    # The link to what is seen now leads another person there.
    address = page.url
    await page.goto("about:blank")
    await page.goto(address)
    await expect(page.get_by_role("region", name="The span that was picked")).to_contain_text("checkout/Place")
    await go(page, seen, "topology", "Replicas")
    await page.get_by_role("button", name="payments, in back").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Calls of payments")).to_be_visible()
    assert "focus=payments" in page.url


async def test_a_trace_of_fifty_thousand_spans_makes_no_more_rows_than_are_seen(browser: Browser, seen: Seen) -> None:
    page = await opened(browser, seen, [])
    await go(page, seen, f"traces/{seen.long}", "50,000 spans")
    spans = page.get_by_role("listbox", name="Spans of the trace")
    await spans.focus()
    await page.keyboard.press("End")
    await expect(spans.locator(f"[aria-posinset='{SPANS}']")).to_be_visible()
    assert await spans.get_by_role("option").count() < 100
    await page.get_by_label("Find spans").fill("rebuild")
    await expect(spans.get_by_role("option")).to_have_count(1)


async def test_logs_are_paused_and_narrowed(browser: Browser, seen: Seen) -> None:
    page = await opened(browser, seen, [])
    await go(page, seen, "logs", "The bank does not answer")
    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_text("Paused.")).to_be_visible()
    await page.get_by_role("button", name="Go on").click()
    await page.get_by_label("Level").select_option("error")
    await expect(page.get_by_role("list", name="Lines of the log").get_by_role("listitem")).to_have_count(1)
    await page.get_by_role("link", name="trace", exact=True).click()
    await expect(page.get_by_role("heading", name="POST /checkout")).to_be_visible()


async def test_without_a_token_it_shows_nothing(browser: Browser, seen: Seen) -> None:
    page = await (await browser.new_context()).new_page()
    await page.goto(f"{seen.run.control[0]}/dashboard#/traces/{seen.failed}")
    await expect(page.get_by_label("Token")).to_be_visible()
    assert "checkout" not in await page.content()
    await page.get_by_label("Token").fill("wrong")
    await page.get_by_role("button", name="Open").click()
    await expect(page.get_by_role("alert")).to_have_text("That token is not one of this run.")
    await page.get_by_label("Token").fill(seen.run.token)
    await page.get_by_role("button", name="Open").click()
    await expect(page.get_by_role("heading", name="POST /checkout")).to_be_visible()
