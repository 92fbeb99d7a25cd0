"""The browser of `tests/browser`, and the shop that it visits."""

from tests.browser.conftest import browser, chromium, started_browser

__all__ = ["browser", "chromium", "started_browser"]
