"""`plures contract owners`: teams, CODEOWNERS and the catalog of Backstage."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import Result

Run = Callable[..., Result]

CONTRACT = '''
from typing import Protocol

from plures import contract, query


@contract("shop.search.v1", owner="discovery", stability="experimental")
class Search(Protocol):
    """Finds: "all" & more.

    At length."""

    @query()
    async def find(self, text: str) -> str: ...


@contract("shop.home.v1", owner="web")
class Home(Protocol):
    @query()
    async def show(self) -> str: ...
'''
APP = """
from plures import Application, Capability

from .search.contract import Home, Search


class SearchService:
    async def find(self, text: str) -> str:
        return text


class HomeService:
    def __init__(self, search: Search) -> None: ...

    async def show(self) -> str:
        return "home"


app = Application("shop", [Capability(Search, SearchService), Capability(Home, HomeService)])
"""
TOML = '[application]\nimport = "owned_shop.app:app"\n'
TEAMS = '\n[teams]\ndiscovery = "@shop/discovery"\nweb = "web@shop.example"\n'


@pytest.fixture
def shop(here: Path) -> Iterator[Path]:
    (here / "owned_shop/search").mkdir(parents=True)
    (here / "owned_shop/search/contract.py").write_text(CONTRACT)
    (here / "owned_shop/app.py").write_text(APP)
    (here / "plures.toml").write_text(TOML + TEAMS)
    yield here
    for name in [name for name in sys.modules if name.startswith("owned_shop")]:
        del sys.modules[name]


def test_files_are_written_and_checked_and_what_people_wrote_stays(plures: Run, shop: Path) -> None:
    owners = shop / ".github/CODEOWNERS"
    owners.parent.mkdir()
    owners.write_text("* @shop/all")
    assert plures("contract", "owners", "--check").exit_code == 1
    written = plures("contract", "owners", "--write")
    assert written.exit_code == 0
    assert "shop.search.v1 discovery @shop/discovery" in " ".join(written.stdout.split())
    lines = owners.read_text().splitlines()
    assert lines[0] == "* @shop/all"
    assert lines[2:6] == [
        "/owned_shop/search/ @shop/discovery",
        "/contracts/shop.search.v1.toml @shop/discovery",
        "/owned_shop/search/ web@shop.example",
        "/contracts/shop.home.v1.toml web@shop.example",
    ]
    assert plures("contract", "owners", "--check").exit_code == 0
    owners.write_text(owners.read_text() + "/docs/ @shop/writers\n")
    assert plures("contract", "owners", "--check").exit_code == 0
    owners.write_text(owners.read_text().replace("@shop/discovery", "@shop/search"))
    stale = plures("contract", "owners", "--check")
    assert stale.exit_code == 1
    assert "stale  .github/CODEOWNERS" in stale.stdout
    plures("contract", "owners", "--write")
    assert "/docs/ @shop/writers" in owners.read_text()
    assert plures("contract", "owners", "--check").exit_code == 0


def test_the_catalog_is_yaml_that_names_owners_and_callers(plures: Run, shop: Path) -> None:
    plures("contract", "owners", "--write")
    entities = {
        (each["kind"], each["metadata"]["name"]): each
        for each in yaml.safe_load_all((shop / "catalog-info.yaml").read_text())
    }
    assert entities["API", "shop.search.v1"]["spec"]["lifecycle"] == "experimental"
    assert entities["API", "shop.search.v1"]["metadata"]["description"] == 'Finds: "all" & more.'
    home = entities["Component", "owned_shop-home"]["spec"]
    assert (home["owner"], home["providesApis"], home["consumesApis"]) == ("web", ["shop.home.v1"], ["shop.search.v1"])


def test_an_owner_that_is_no_team_fails_the_check(plures: Run, shop: Path) -> None:
    (shop / "plures.toml").write_text(TOML + TEAMS.replace("web =", "wep ="))
    plures("contract", "lock")
    result = plures("contract", "check")
    assert result.exit_code == 1
    assert "its owner 'web' is no team of the list" in result.stdout
    assert "Did you mean 'wep'?" in result.stdout
    assert json.loads(plures("contract", "owners", "--json").stdout)["unknown"] == ["web"]


def test_codeowners_is_the_list_where_plures_toml_has_none(plures: Run, shop: Path) -> None:
    (shop / "plures.toml").write_text(TOML)
    plures("contract", "lock")
    assert plures("contract", "check").exit_code == 0
    (shop / "CODEOWNERS").write_text("/web/ @shop/web # and @shop/nobody\n/search/ @discovery a@b.example\n")
    assert plures("contract", "check").exit_code == 0
    (shop / "CODEOWNERS").write_text("/web/ @shop/web # and @shop/discovery\n")
    assert plures("contract", "check").exit_code == 1


@pytest.mark.parametrize("handle", ["discovery", "@", "@shop/", "@shop discovery", ""])
def test_a_handle_that_no_code_host_takes_is_refused(plures: Run, shop: Path, handle: str) -> None:
    (shop / "plures.toml").write_text(f'{TOML}\n[teams]\ndiscovery = "{handle}"\nweb = "@web"\n')
    result = plures("contract", "owners")
    assert result.exit_code == 2
    assert "topology.team" in result.stderr or "names neither a group nor a mailbox" in result.stderr


def test_writing_and_checking_at_once_is_refused(plures: Run, shop: Path) -> None:
    assert plures("contract", "owners", "--write", "--check").exit_code == 2
