"""A page of another origin in a real browser: what it may call it calls and reads, failures and streams too; all else the browser refuses."""

import json
import struct
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from .shops import plures_run

TOKEN = "token-of-the-desk-in-a-browser"
CATALOG = "/fair.catalog.v1.Catalog"
# What a page can find out of a request: the answer, with the headers that it may read; or only that there is none.
ASK = """async ({url, method = "POST", headers = {"content-type": "application/json"}, body, credentials = "omit"}) => {
    try {
        const answer = await fetch(url, {method, headers, credentials, body: body && new Uint8Array(body)});
        return {status: answer.status, headers: Object.fromEntries(answer.headers), bytes: [...new Uint8Array(await answer.arrayBuffer())]};
    } catch (error) {
        return {status: 0, error: String(error)};
    }
}"""


class _Empty(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>another site</title>")

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture(scope="module")
def sites() -> Iterator[tuple[str, str]]:
    """Two sites: pages of the first one may call, those of the second may not."""
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), _Empty) for _ in range(2)]
    threads = [threading.Thread(target=server.serve_forever) for server in servers]
    for thread in threads:
        thread.start()
    yield f"http://localhost:{servers[0].server_port}", f"http://localhost:{servers[1].server_port}"
    for server, thread in zip(servers, threads, strict=True):
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def fair_url(tmp_path_factory: pytest.TempPathFactory, sites: tuple[str, str], chromium: str) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("fair")
    file = folder / "plures.toml"
    file.write_text(f"""
[application]
import = "tests.integration.access.published_app:app"

[access.callers.website]
may_call = ["catalog/Find", "catalog/List"]
origins = ["{sites[0]}"]

[access.callers.desk]
may_call = ["till"]
origins = ["{sites[0]}"]
token = "${{DESK_TOKEN}}"

[topology.apart]
front = {{ edge = true }}
back = {{ capabilities = ["*"] }}
""")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DESK_TOKEN", TOKEN)
        with plures_run(folder, "apart", file) as url:
            yield url


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, sites: tuple[str, str]) -> AsyncIterator[Page]:
    page = await (await browser.new_context()).new_page()
    await page.goto(sites[0])
    yield page


async def ask(page: Page, url: str, data: object = None, **more: Any) -> Any:
    if data is not None:
        more["body"] = list(data if isinstance(data, bytes) else json.dumps(data).encode())
    answer = await page.evaluate(ASK, {"url": url, **more})
    if answer["status"]:
        answer["body"] = bytes(answer.pop("bytes"))
    return answer


async def test_what_a_page_may_call_it_calls_and_reads(page: Page, fair_url: str) -> None:
    headers = {"content-type": "application/json", "connect-protocol-version": "1", "connect-timeout-ms": "5000"}
    found = await ask(page, f"{fair_url}{CATALOG}/Find", {"text": "tea"}, headers=headers | {"wish-language": "de"})
    assert (found["status"], json.loads(found["body"])["value"][0]["name"]) == (200, "tea in de")
    assert (found["headers"]["stamp-age-s"], found["headers"]["trailer-counted"]) == ("7", "1")
    assert {"deprecation", "sunset", "x-request-id"} <= found["headers"].keys()
    query = f"{fair_url}{CATALOG}/Find?connect=v1&encoding=json&message=%7B%22text%22%3A%22tea%22%7D"
    by_get = await ask(page, query, method="GET", headers={})
    assert (by_get["status"], json.loads(by_get["body"])["value"][0]["name"]) == (200, "tea in en")


async def test_what_goes_wrong_it_reads(page: Page, fair_url: str) -> None:
    for path, data, status, code in (
        (f"{CATALOG}/Find", {"text": "gone"}, 400, "failed_precondition"),
        (f"{CATALOG}/Find", {"text": 1}, 400, "invalid_argument"),
        (f"{CATALOG}/Find", {"text": "broken"}, 500, "internal"),
        (f"{CATALOG}/Buy", {"name": "tea"}, 403, "permission_denied"),
        ("/fair.till.v1.Till/Total", {}, 401, "unauthenticated"),
    ):
        answer = await ask(page, fair_url + path, data)
        assert (answer["status"], json.loads(answer["body"])["code"]) == (status, code)


async def test_a_stream_with_its_end(page: Page, fair_url: str) -> None:
    message = b'{"most": 3}'
    sent = struct.pack(">BI", 0, len(message)) + message
    answer = await ask(page, f"{fair_url}{CATALOG}/List", sent, headers={"content-type": "application/connect+json"})
    assert answer["status"] == 200
    assert [answer["body"].count(word) for word in (b"tea 0", b"tea 2", b'"failed_precondition"')] == [1, 1, 1]


async def test_with_a_token(page: Page, fair_url: str) -> None:
    headers = {"content-type": "application/json", "authorization": f"Bearer {TOKEN}"}
    answer = await ask(page, f"{fair_url}/fair.till.v1.Till/Total", {}, headers=headers)
    assert (answer["status"], json.loads(answer["body"])) == (200, {"value": 12})


async def test_all_else_the_browser_refuses(page: Page, fair_url: str, sites: tuple[str, str]) -> None:
    find = f"{fair_url}{CATALOG}/Find"
    assert (await ask(page, find, {"text": "tea"}, credentials="include"))["status"] == 0
    assert (await ask(page, find, {"text": "tea"}, headers={"content-type": "application/json", "x-other": "1"}))[
        "status"
    ] == 0
    assert (await ask(page, f"{fair_url}/contracts", {}))["status"] == 0
    await page.goto(sites[1])
    assert (await ask(page, find, {"text": "tea"}))["status"] == 0
    assert (await ask(page, f"{find}?encoding=json&message=%7B%7D", method="GET", headers={}))["status"] == 0
