"""The pages about contracts in a browser: as files, and served by the control listener of an application that runs."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.async_api import Browser, Page, expect

from plures.deploy import Run

from .shops import application_run
from .test_accessibility import problems_on

APP = '''
"""A small shop."""

from typing import Literal, Protocol

from plures import Application, Capability, ContractError, Message, command, contract, query


class Hit(Message):
    name: str
    price: float


class NothingFound(ContractError, status="not_found"):
    """<b>Nothing</b> is called so."""


@contract("paged.search.v1", owner="discovery")
class Search(Protocol):
    """Finds things. <img src=x onerror=alert(1)>"""

    @query(errors=[NothingFound])
    async def find(self, text: str, order: Literal["price", "name"] = "name", limit: int = 10) -> tuple[Hit, ...]: ...

    @command()
    async def add(self, hit: Hit) -> int: ...


class SearchService:
    def __init__(self) -> None:
        self.hits = [Hit(name="tea", price=1.5)]

    async def find(self, text: str, order: Literal["price", "name"] = "name", limit: int = 10) -> tuple[Hit, ...]:
        found = tuple(each for each in self.hits if text in each.name)
        if not found:
            raise NothingFound
        return found[:limit]

    async def add(self, hit: Hit) -> int:
        self.hits.append(hit)
        return len(self.hits)


app = Application("paged", [Capability(Search, SearchService)])
'''


class Paged(NamedTuple):
    """A small shop that runs."""

    folder: Path
    run: Run


@pytest.fixture(scope="module")
def paged(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[Paged]:
    folder = tmp_path_factory.mktemp("paged")
    (folder / "paged_app.py").write_text(APP)
    (folder / "plures.toml").write_text('[application]\nimport = "paged_app:app"\n')
    with application_run(folder) as run:
        yield Paged(folder, run)


async def opened(browser: Browser, address: str, said: list[str]) -> Page:
    """A page in a window of its own; what its console says goes into `said`."""
    page = await (await browser.new_context()).new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    await page.goto(address)
    return page


async def test_pages_as_files(paged: Paged, browser: Browser) -> None:
    command = [sys.executable, "-m", "plures", "contract", "docs", "--to", "pages"]
    writing = await asyncio.create_subprocess_exec(*command, cwd=paged.folder, stdout=DEVNULL)
    assert await writing.wait() == 0
    said: list[str] = []
    page = await opened(browser, f"{(paged.folder / 'pages' / 'index.html').as_uri()}", said)
    problems = await problems_on("list", page)
    await page.get_by_role("searchbox").fill("nothing like it")
    await expect(page.get_by_role("status")).to_have_text("0 of 1 contracts")
    await page.get_by_role("searchbox").fill("discovery hit")
    await page.get_by_role("link", name="paged.search.v1").click()
    await expect(page.get_by_text("Finds things. <img src=x onerror=alert(1)>")).to_be_visible()
    problems += await problems_on("contract", page)
    assert problems == []
    assert said == []


async def test_the_running_application_is_called_with_its_token(paged: Paged, browser: Browser) -> None:
    said: list[str] = []
    page = await opened(browser, f"{paged.run.control[0]}/docs#token={paged.run.token}", said)
    await expect(page.get_by_role("heading", name="Contracts of paged")).to_be_visible()
    assert "token" not in page.url
    await page.get_by_role("link", name="paged.search.v1").click()
    problems = await problems_on("served contract", page)
    find = page.get_by_role("form", name="Call Find")
    await find.get_by_label("text").fill("te")
    await find.get_by_label("order").select_option("price")
    await find.get_by_label("text").press("Enter")
    await expect(find.get_by_role("status")).to_contain_text('"name": "tea"')
    await find.get_by_label("text").fill("coffee")
    await find.get_by_role("button").click()
    await expect(find.get_by_role("status")).to_contain_text("404 Not Found")
    add = page.get_by_role("form", name="Call Add")
    await add.get_by_label("hit").fill('{"name": "mug", "price": 4}')
    await add.get_by_role("button").click()
    # The browser asks for the box first, and nothing is sent.
    assert await add.get_by_label("This is a command").evaluate("box => !box.validity.valid")
    await expect(add.get_by_role("status")).to_be_hidden()
    await add.get_by_label("This is a command").check()
    await add.get_by_role("button").click()
    await expect(add.get_by_role("status")).to_contain_text('"value": 2')
    await page.reload()
    await expect(page.get_by_role("heading", name="paged.search.v1")).to_be_visible()
    problems += await problems_on("served contract again", page)
    assert problems == []
    # What a browser notes of an answer that is no success.
    assert [each for each in said if "404" not in each] == []


async def test_without_a_token_it_shows_nothing(paged: Paged, browser: Browser) -> None:
    said: list[str] = []
    page = await opened(browser, f"{paged.run.control[0]}/docs", said)
    assert "paged" not in await page.content()
    problems = await problems_on("entrance", page)
    await page.get_by_label("Token").fill("wrong")
    await page.get_by_role("button", name="Open").click()
    await expect(page.get_by_role("alert")).to_have_text("That token is not one of this run.")
    await page.get_by_label("Token").fill(paged.run.token)
    await page.get_by_role("button", name="Open").click()
    await expect(page.get_by_role("heading", name="Contracts of paged")).to_be_visible()
    assert problems == []
