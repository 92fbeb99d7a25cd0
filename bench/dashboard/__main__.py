"""How long each view takes by HTTP, and how a browser draws them: `python -m bench.dashboard`. Needs Chromium."""

import argparse
import asyncio
import gzip
import shutil
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, time
from typing import Any, Final
from urllib.request import Request, urlopen

from playwright.async_api import Browser, Page, async_playwright

from bench.dashboard.application import counting, keep_plan, long_trace, running, worked_s
from plures.dashboard import assets
from plures.deploy import Run

_MINUTE_US: Final = 60_000_000
_FLAGS: Final = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
_WATCHED_S: Final = 10
_FRAMES: Final = """
(seconds) => new Promise((done) => {
  const began = performance.now();
  const gaps = [];
  let last = began;
  const frame = (now) => {
    gaps.push(now - last);
    last = now;
    if (now - began < seconds * 1000) requestAnimationFrame(frame);
    else done({ rate: gaps.length / ((now - began) / 1000), worst: Math.max(...gaps), late: gaps.filter((gap) => gap > 25).length, all: gaps.length });
  };
  requestAnimationFrame(frame);
})
"""
_PAINT: Final = "() => performance.getEntriesByName('first-contentful-paint').map((each) => each.startTime)[0]"
_CHANGES: Final = """
() => { window.changed = 0; new MutationObserver((all) => { window.changed += all.length; }).observe(document.querySelector(".graph"), { subtree: true, childList: true, attributes: true, characterData: true }); }
"""


def main() -> None:
    """Print it all."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--spans", type=int, default=1_000_000)
    arguments.add_argument("--rounds", type=int, default=7)
    told = arguments.parse_args()
    print(f"files: {sum(len(gzip.compress(each.content)) for each in assets().values()) / 1000:.1f} kB gzipped")
    with tempfile.TemporaryDirectory(prefix="plures-dashboard-") as name, running(Path(name), told.spans) as run:
        data = Path(name) / ".plures"
        long, plan = long_trace(data), keep_plan(data)
        with counting(data):
            _answers(run, long, plan, told.rounds)
            asyncio.run(_drawn(run, long, told.rounds))


def _answers(run: Run, long: str, plan: str, rounds: int) -> None:
    now = int(time() * 1_000_000)
    _, body = _asked(run, "traces?limit=1&operation=GET%20/product")
    one = body.split(b'"id":"')[1][:32].decode()
    for path in (
        "traces", "traces?operation=c7/Find1", "traces?min_ms=500", "traces?faults=1", "traces?attribute=order%3D77", "traces?caller=c3",
        f"traces?since={now - 40 * _MINUTE_US}&until={now - 30 * _MINUTE_US}", f"traces/{one}", "topology", "topology?ago=30", "capabilities",
        "capabilities/c7", "metrics", "metrics?operation=c7/Find1", "metrics?minutes=1440", "logs", "logs?text=4711", "logs?level=error", "events",
        "sets?operation=GET%20/product", f"plan?topology={plan}", "traces?order=longest", f"traces/{long}",
    ):  # fmt: skip
        took, size, began = list[float](), 0, worked_s(run.pid)
        for _ in range(rounds):
            ms, body = _asked(run, path)
            took.append(ms)
            size = len(body)
        shown = path.replace(long, "(50,000 spans)").replace(one, "(a dozen spans)")
        worked = (worked_s(run.pid) - began) / rounds * 1000
        print(
            f"/api/{shown[:44]:45} {median(took):7.1f} ms, at most {max(took):7.1f}; {worked:6.1f} of processor time; {size / 1000:,.0f} kB"
        )


def _asked(run: Run, path: str) -> tuple[float, bytes]:
    asked = Request(f"{run.control[0]}/api/{path}", headers={"authorization": f"Bearer {run.token}"})
    began = perf_counter()
    with urlopen(asked) as answer:
        body: bytes = answer.read()
    return (perf_counter() - began) * 1000, body


async def _drawn(run: Run, long: str, rounds: int) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(_FLAGS))
        for place, shows in (("traces", "tbody tr"), ("topology", ".edge path"), (f"traces/{long}", ".row")):
            paints, shown = list[float](), list[float]()
            for _ in range(rounds):
                paint, seen = await _first(browser, run, place, shows)
                paints.append(paint)
                shown.append(seen)
            print(
                f"{place[:8]:10} first paint {median(paints):5.0f} ms, at most {max(paints):5.0f}; all of it is there after {median(shown):5.0f} ms, at most {max(shown):5.0f}"
            )
        page = await _opened(browser, run, "topology")
        await page.locator(".edge path").nth(100).wait_for(state="attached")
        edges = await page.locator(".edge path").count()
        await page.evaluate(_CHANGES)
        found: dict[str, Any] = await page.evaluate(_FRAMES, _WATCHED_S)
        changed = await page.evaluate("window.changed")
        print(
            f"topology of {edges} edges, which change ({changed} changes of the page in {_WATCHED_S} s): {found['rate']:.1f} frames/s, the longest {found['worst']:.0f} ms, {found['late']} of {found['all']} later than 25 ms"
        )
        await browser.close()


async def _opened(browser: Browser, run: Run, place: str) -> Page:
    """A window of its own, with nothing kept from before."""
    page = await (await browser.new_context(viewport={"width": 1280, "height": 900})).new_page()
    page.set_default_timeout(60_000)
    await page.goto(f"{run.control[0]}/dashboard#token={run.token}&to=/{place.replace('/', '%2F')}")
    return page


async def _first(browser: Browser, run: Run, place: str, shows: str) -> tuple[float, float]:
    page = await _opened(browser, run, place)
    await page.locator(shows).first.wait_for(state="attached")
    seen = await page.evaluate("performance.now()")
    paint = await page.evaluate(_PAINT)
    await page.context.close()
    return paint, seen


if __name__ == "__main__":
    main()
