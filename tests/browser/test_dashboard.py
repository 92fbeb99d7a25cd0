"""The dashboard in a browser: each view in light and dark, on desktops and phones, with keys alone, and with hostile names; all of what the writer's own code has written."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Final, NamedTuple

import pytest
from playwright.async_api import Browser, Page, expect

from plures.deploy import Run, find_runs
from plures.telemetry import (
    LogLine,
    Noted,
    ProcessName,
    Rate,
    SpanKind,
    Store,
    Subject,
    Telemetry,
    Trace,
    index_of,
    span_id_of,
)

from .test_accessibility import problems_on

START_S: Final = 60
HOSTILE: Final = "<img src=x onerror=alert(1)>"
SPANS: Final = 50_000
NAMES: Final = ("cart", "checkout", "pricing", "inventory", "payments", "notifications")
APP: Final = '''
"""A shop of capabilities that echo."""

from typing import Protocol

from plures import Application, Capability, contract, query


def capability(name: str) -> Capability:
    class Asked(Protocol):
        @query()
        async def get(self, text: str) -> str: ...

    Asked.__doc__ = f"What the shop knows of {name}."
    Asked.__name__ = Asked.__qualname__ = name.title()

    class Service:
        async def get(self, text: str) -> str:
            return text

    return Capability(contract(f"seen.{name}.v1", owner=f"team {name}")(Asked), Service)


app = Application("seen", [capability(name) for name in NAMES])
'''


class Shop:
    """Two processes that have written what they saw."""

    def __init__(self, folder: Path) -> None:
        self.front, self.back = Telemetry(Rate(1, 1e6)), Telemetry(Rate(1, 1e6))
        self.stores = (
            Store(folder, self.front, ProcessName("front", 1)),
            Store(folder, self.back, ProcessName("back", 1)),
        )

    def write(self) -> None:
        for store in self.stores:
            store.write()

    def order(self, ago_s: float, code: str = "", said: str = "Placing an order", slow: float = 1) -> str:
        """A checkout over both processes, with an event that is received later; gives the id of its trace."""
        trace = Trace(kept_for="failed" if code else "drawn")
        lasted = 0.08 * slow
        began = monotonic() - ago_s - lasted
        route, cart, place, quote, reserve, charge, told = (trace.next_span() for _ in range(7))
        event = span_id_of(trace.id)

        def note(subject: Subject, span: int, parent: int, start: float, end: float, *rest: object) -> None:
            trace.note(Noted(subject, span, parent, began + start * lasted, began + end * lasted, *rest))  # type: ignore[arg-type]

        note(internal("cart/Get", "cart", "the edge"), cart, route, 0.02, 0.1)
        note(internal("pricing/Quote", "pricing", "checkout"), quote, place, 0.14, 0.24)
        note(client("inventory/Reserve", "inventory"), reserve, place, 0.25, 0.5)
        note(client("payments/Charge", "payments"), charge, place, 0.53, 0.9, code)
        note(Subject(SpanKind.PRODUCER, "OrderPlaced", "checkout", "checkout"), told, place, 0.91, 0.95, "", "", event)
        note(internal("checkout/Place", "checkout", "the edge"), place, route, 0.12, 0.97, code, '{"items": 3}')
        note(Subject(SpanKind.SERVER, "POST /checkout"), route, 0, 0, 1, code)
        self.front.recorder.close(trace)
        other = Trace(trace.id, kept_for="drawn")
        for subject, above, start, end, failed in (
            (server("inventory/Reserve", "inventory"), trace.span_id(reserve), 0.28, 0.47, ""),
            (server("payments/Charge", "payments"), trace.span_id(charge), 0.56, 0.88, code),
            (Subject(SpanKind.CONSUMER, "OrderPlaced", "notifications", "checkout"), event, 1.1, 1.3, ""),
        ):
            span = other.next_span()
            other.note(Noted(subject, span, 0, began + start * lasted, began + end * lasted, failed, "", 0, above))
        self.back.recorder.close(other)
        at = int((began + time.time() - monotonic()) * 1e6)
        self.stores[0].put_log(LogLine(at, 20, "seen.checkout", said, trace.id, trace.span_id(place), "checkout"))
        if code:
            self.stores[1].put_log(
                LogLine(at, 40, "seen.payments", "The bank does not answer", trace.id, 0, "payments")
            )
        return trace.id

    def count(self) -> None:
        """Figures of these calls."""
        for telemetry, subject, seconds in (
            (self.front, Subject(SpanKind.SERVER, "POST /checkout"), 0.08),
            (self.front, internal("cart/Get", "cart", "the edge"), 0.006),
            (self.front, internal("checkout/Place", "checkout", "the edge"), 0.07),
            (self.front, internal("pricing/Quote", "pricing", "checkout"), 0.008),
            (self.front, client("inventory/Reserve", "inventory"), 0.02),
            (self.front, client("payments/Charge", "payments"), 0.03),
            (self.back, server("inventory/Reserve", "inventory"), 0.015),
            (self.back, server("payments/Charge", "payments"), 0.025),
            (self.back, Subject(SpanKind.CONSUMER, "OrderPlaced", "notifications", "checkout"), 0.016),
        ):
            meter = telemetry.meter(subject)
            meter.begun = meter.ended = 120
            meter.seconds = 120 * seconds
            meter.buckets[index_of(seconds)] = 118
            meter.buckets[index_of(3 * seconds)] = 2
            if subject.capability == "payments":
                meter.errors["unavailable"] = 3

    def long_one(self) -> str:
        """A trace of 50,000 spans, in parts as a job that works for long flushes them."""
        trace = Trace(kept_for="drawn")
        root = trace.next_span()
        began, left = monotonic() - 60, SPANS - 1
        while left:
            part = min(left, 9_999)
            for _ in range(part):
                at = began + 50 * (SPANS - left) / SPANS
                trace.note(Noted(internal("cart/Get", "cart", "the edge"), trace.next_span(), root, at, at + 0.001))
                left -= 1
            if not left:
                trace.note(Noted(Subject(SpanKind.INTERNAL, "cart/Rebuild", "cart"), root, 0, began, began + 50))
            self.front.recorder.close(trace)
            self.stores[0].write()
        return trace.id


def internal(name: str, capability: str, caller: str) -> Subject:
    return Subject(SpanKind.INTERNAL, name, capability, caller, "local", f"seen.{capability}.v1")


def client(name: str, capability: str) -> Subject:
    return Subject(SpanKind.CLIENT, name, capability, "checkout", "remote", f"seen.{capability}.v1")


def server(name: str, capability: str) -> Subject:
    return Subject(SpanKind.SERVER, name, capability, "", "remote", f"seen.{capability}.v1")


class Seen(NamedTuple):
    """An application that runs, and what its store has."""

    run: Run
    plain: str
    failed: str
    long: str


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[Seen]:
    folder = tmp_path_factory.mktemp("seen")
    (folder / "seen_app.py").write_text(f"NAMES = {NAMES!r}\n{APP}")
    (folder / "plures.toml").write_text('[application]\nimport = "seen_app:app"\n')
    data = folder / ".plures"
    data.mkdir()
    shop = Shop(data)
    long = shop.long_one()
    for place in range(24):
        shop.order(60 - 2 * place, slow=1 + place % 5)
    failed = shop.order(4, "unavailable", slow=2)
    plain = shop.order(2, said=f"Placing an order {HOSTILE}")
    odd = Trace(kept_for="drawn")
    odd.note(Noted(Subject(SpanKind.SERVER, f"GET /{HOSTILE}"), odd.next_span(), 0, monotonic(), monotonic(), "", json.dumps({HOSTILE: HOSTILE})))  # fmt: skip
    shop.front.recorder.close(odd)
    shop.count()
    for store in shop.stores:
        # Figures are counted each ten seconds.
        store._counted_at = float("-inf")
    shop.write()
    command = [sys.executable, "-m", "plures", "run", "--control-port", "0"]
    with (folder / "log").open("w") as log, subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as process:
        try:
            yield Seen(_started(folder, process), plain, failed, long)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(START_S)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def _started(folder: Path, process: "subprocess.Popen[bytes]") -> Run:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        for run in find_runs(folder / ".plures").running:
            return run
        time.sleep(0.05)
    message = f"plures run does not run: {(folder / 'log').read_text()}"
    raise AssertionError(message)


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
        ("topology", "topology", "Replicas"),
        ("capabilities", "capabilities", "team cart"),
        ("capability", "capabilities/payments", "payments/Charge"),
        ("logs", "logs", "The bank does not answer"),
        ("metrics", "metrics", "Latency"),
        ("events", "events", "No capability here publishes events"),
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
