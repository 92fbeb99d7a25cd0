"""`plures topology isolate`: what it shows, and what it exits with."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]

APP = """
from typing import Protocol
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from plures import Application, Capability, Event, Optionally, contract, query, subscribe

class Found(Event):
    word: str

@contract("isolated.search.v1", owner="tests", events=[Found])
class Search(Protocol):
    @query()
    async def find(self) -> str: ...

@contract("isolated.catalog.v1", owner="tests")
class Catalog(Protocol):
    @query()
    async def get(self) -> str: ...

class SearchService:
    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
    async def find(self) -> str:
        return await self._catalog.get()

class CatalogService:
    async def get(self) -> str:
        return "x"
    @subscribe()
    async def count(self, event: Found) -> None: ...

def edge(catalog: Catalog, search: Optionally[Search]) -> Starlette:
    async def home(request):
        return PlainTextResponse(await search.call_or("", Search.find))
    async def item(request):
        return PlainTextResponse(await catalog.get())
    return Starlette(routes=[Route("/", home), Route("/item", item)])

app = Application("isolated", [Capability(Search, SearchService), Capability(Catalog, CatalogService)], edge=edge)
"""
TOML = """
[application]
import = "isolated_site:app"

[topology.sale]
search = { capabilities = ["search"] }
shop = { capabilities = ["*"] }
"""
LEGEND = "handled: its own code catches the failure and decides; delayed: events arrive later\n"


@pytest.fixture
def site(here: Path) -> Iterator[Path]:
    (here / "isolated_site.py").write_text(APP)
    (here / "plures.toml").write_text(TOML)
    path = list(sys.path)
    yield here
    sys.path[:] = path
    sys.modules.pop("isolated_site", None)


@pytest.mark.usefixtures("site")
def test_each_capability_by_itself(plures: Run) -> None:
    result = plures("topology", "isolate")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "search dies  1 of 2 other routes and 1 of 1 other operations work as before\n"
        "  degrades GET /\n\n"
        "catalog dies  0 of 2 other routes and 0 of 1 other operations work as before\n"
        "  fails    GET /item, search.find\n"
        "  degrades GET /\n"
        "  delayed  catalog.count\n\n" + LEGEND
    )


@pytest.mark.usefixtures("site")
def test_each_process_of_a_topology(plures: Run) -> None:
    result = plures("topology", "isolate", "sale", "--only", "shop")
    assert result.stdout.splitlines()[:3] == [
        "shop dies  and the edge with it",
        "  fails    search.find",
        "  delayed  catalog.count",
    ]


@pytest.mark.usefixtures("site")
def test_for_programs(plures: Run) -> None:
    result = plures("topology", "isolate", "--json", "--only", "search")
    assert result.stdout.count("\n") == 1
    shown = json.loads(result.stdout)
    assert shown["deaths"] == [
        {
            "name": "search",
            "capabilities": ["search"],
            "edge": False,
            "operations": {"catalog.get": "works"},
            "routes": {"GET /": "degrades", "GET /item": "works"},
            "delayed": [],
        }
    ]
    assert shown["needs"]["GET /"] == {"search.find": "optional"}
    assert (shown["assumed"], shown["lost"]) == ({}, [])


@pytest.mark.usefixtures("site")
def test_what_must_be_kept(plures: Run) -> None:
    kept = plures("topology", "isolate", "--keeps", "GET /", "--keeps", "catalog.get")
    assert kept.exit_code == 0
    lost = plures("topology", "isolate", "--keeps", "GET /item", "--keeps", "search.find")
    assert lost.exit_code == 1
    assert lost.stdout.splitlines()[-2:] == [
        "lost  search.find does not survive the death of catalog: it fails",
        "lost  GET /item does not survive the death of catalog: it fails",
    ]
    assert json.loads(plures("topology", "isolate", "--json", "--keeps", "GET /item").stdout)["lost"] == [
        "catalog: GET /item"
    ]


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--only", "serch"], "There is no capability or process 'serch' here"),
        (["--keeps", "GET /itm"], "There is no operation or route 'GET /itm' here"),
        (["sail"], "There is no topology 'sail'"),
    ],
)
def test_mistakes(plures: Run, arguments: list[str], says: str) -> None:
    result = plures("topology", "isolate", *arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert "Did you mean" in result.stderr
