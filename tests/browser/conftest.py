"""A browser, and a shopper who uses it."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from .journey import Shopper
from .shops import plures_run

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
            # A browser is spoken to from the loop that started it.
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium is."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("needs Chromium: install the package chromium")
    return path


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def started_browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(started_browser: Browser) -> AsyncIterator[Browser]:
    """One browser for all tests; what a test opens in it is closed after the test."""
    yield started_browser
    for context in started_browser.contexts:
        await context.close()


@pytest.fixture(scope="module")
def shop_url(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[str]:
    """A shop in one process, or the one at SHOP_URL, with which to try the tests while pages change."""
    if running := os.environ.get("SHOP_URL"):
        yield running
        return
    with plures_run(tmp_path_factory.mktemp("shop"), "monolith") as url:
        yield url


@pytest_asyncio.fixture(loop_scope="session")
async def shopper(browser: Browser, shop_url: str) -> Shopper:
    return await new_shopper(browser, shop_url)


async def new_shopper(browser: Browser, url: str, *, scripts: bool = True) -> Shopper:
    """A shopper without cookies, whose browser runs scripts or not."""
    context = await browser.new_context(java_script_enabled=scripts)
    context.set_default_timeout(PATIENCE_MS)
    return Shopper(await context.new_page(), url)
