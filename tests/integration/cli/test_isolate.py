"""`plures topology isolate --verify`: what is computed meets what is seen, with processes that are really killed and stopped."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from .programs import PATIENCE_S, PLURES

APP = """
from typing import Any, Protocol
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from plures import Application, Capability, Optionally, contract, query

@contract("islet.search.v1", owner="tests")
class Search(Protocol):
    @query(deadline_s=0.5)
    async def find(self) -> str: ...

@contract("islet.catalog.v1", owner="tests")
class Catalog(Protocol):
    @query(deadline_s=0.5)
    async def get(self) -> str: ...

class SearchService(Search):
    async def find(self) -> str:
        return "found"

class CatalogService(Catalog):
    async def get(self) -> str:
        return "got"

HIDDEN: dict[str, Any] = {}

def edge(catalog: Catalog, search: Optionally[Search]) -> Starlette:
    async def home(request):
        return PlainTextResponse(await search.call_or("without", Search.find))
    async def item(request):
        return PlainTextResponse(await catalog.get())
    async def plain(request):
        return PlainTextResponse("plain")
    async def sly(request):
        # Where no reading finds it.
        return PlainTextResponse(await eval("HIDDEN['client'].get()"))
    HIDDEN["client"] = catalog
    routes = [Route("/", home), Route("/item", item), Route("/plain", plain)]
    return Starlette(routes=[*routes, Route("/sly", sly)] if SLY else routes)

SLY = False
app = Application("islet", [Capability(Search, SearchService), Capability(Catalog, CatalogService)], edge=edge)
"""
TOML = """
[application]
import = "islet:app"

[topology.two]
search = { capabilities = ["search"], replicas = 2 }
shop = { capabilities = ["*"] }
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "islet.py").write_text(APP)
    (tmp_path / "plures.toml").write_text(TOML)
    return tmp_path


def isolate(site: Path, *arguments: str) -> tuple[int, Any, str]:
    command = (*PLURES, "topology", "isolate", "--verify", "--json", *arguments)
    finished = subprocess.run(command, cwd=site, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    return finished.returncode, json.loads(finished.stdout or "null"), finished.stderr


def seen(data: Any) -> dict[tuple[str, str], dict[str, str]]:
    """(Who, how) → request → computed, seen."""
    return {
        (each["death"], each["signal"]): {r["name"]: f"{r['computed']} {r['seen']}" for r in each["requests"]}
        for each in data["verified"]
    }


def test_what_is_seen_is_what_was_computed(site: Path) -> None:
    status, data, errors = isolate(site)
    assert (status, errors) == (0, "")
    without_search = {"GET /": "degrades degrades", "GET /item": "works works", "GET /plain": "works works"}
    without_catalog = {"GET /": "works works", "GET /item": "fails fails", "GET /plain": "works works"}
    assert seen(data) == {
        ("search", "killed"): without_search,
        ("search", "stopped"): without_search,
        ("catalog", "killed"): without_catalog,
        ("catalog", "stopped"): without_catalog,
    }
    assert all(each["agrees"] and each["dead"] and each["back"] and each["back_s"] >= 0 for each in data["verified"])
    (item,) = [each for each in data["verified"][2]["requests"] if each["name"] == "GET /item"]
    assert (item["asked"], item["failed"], item["why"]) == (3, 3, "status 503")


def test_what_reading_does_not_find_is_seen(site: Path) -> None:
    (site / "islet.py").write_text(APP.replace("SLY = False", "SLY = True"))
    status, data, _ = isolate(site, "--only", "catalog")
    assert status == 1
    assert seen(data)["catalog", "killed"]["GET /sly"] == "works fails"
    assert [each["agrees"] for each in data["verified"]] == [False, False]
    # Whoever reads the table sees it, too.
    command = (*PLURES, "topology", "isolate", "--verify", "--only", "catalog")
    said = subprocess.run(command, cwd=site, capture_output=True, text=True, check=False, timeout=PATIENCE_S).stdout
    assert "differs  catalog killed: " in said
    assert "  differs  GET /sly (6 of 6 failed) computed: works; seen: fails, status 503" in said
    assert "0 of 2 deaths went as computed." in said


def test_a_topology_of_the_file_keeps_the_process_of_the_edge(site: Path) -> None:
    (site / "paths.txt").write_text("/plain\n/\n")
    status, data, _ = isolate(site, "two", "--requests", "paths.txt")
    assert status == 0
    assert list(seen(data)) == [("search", "killed"), ("search", "stopped")]
    assert seen(data)["search", "killed"] == {"GET /plain": "works works", "GET /": "degrades degrades"}


def test_what_is_not_well_at_first_proves_nothing(site: Path) -> None:
    (site / "islet.py").write_text(APP.replace('return "got"', "return 3"))
    status, data, errors = isolate(site)
    assert (status, data) == (2, None)
    problem = json.loads(errors.splitlines()[-1])
    assert problem["code"] == "isolation.not_well"
    assert "GET /item: status 500" in problem["why"]
