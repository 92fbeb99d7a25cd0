"""`plures contract owners`: teams, CODEOWNERS and the catalog of Backstage."""

import json
import os
import subprocess
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
    assert lines[2:5] == [
        # Both contracts are in this folder.
        "/owned_shop/search/ @shop/discovery web@shop.example",
        "/contracts/shop.search.v1.toml @shop/discovery",
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


def lines_of(shop: Path, *, after: str) -> list[str]:
    owners = shop / "CODEOWNERS"
    owners.write_text(owners.read_text() + after)
    return [line for line in owners.read_text().splitlines() if not line.startswith("#")]


def test_no_later_line_takes_a_contract_from_its_owner(plures: Run, shop: Path) -> None:
    (shop / "CODEOWNERS").write_text("")
    plures("contract", "owners", "--write")
    ours = lines_of(
        shop, after="/docs/ @shop/writers\n/owned_shop/search/pictures/ @shop/artists\n*.md @shop/writers\n"
    )
    # These decide about other files.
    assert plures("contract", "owners", "--check").exit_code == 0
    lines_of(shop, after="*.py @shop/python  # all\n/docs/more/ @shop/writers\n")
    assert "stale  CODEOWNERS" in plures("contract", "owners", "--check").stdout
    plures("contract", "owners", "--write")
    others = ["/docs/ @shop/writers", "/owned_shop/search/pictures/ @shop/artists", "*.md @shop/writers"]
    wanted = [*others, "*.py @shop/python  # all", *ours[: -len(others)], "/docs/more/ @shop/writers"]
    assert lines_of(shop, after="") == wanted
    assert plures("contract", "owners", "--check").exit_code == 0


@pytest.mark.parametrize(
    "pattern", ["*", "/owned_shop/", "owned_shop/", "search/", "/owned_shop/search", "/owned_shop/*/", "**/contract.py", "/contracts/*"]
)  # fmt: skip
def test_lines_that_decide_are_found(pattern: str, plures: Run, shop: Path) -> None:
    (shop / "CODEOWNERS").write_text("")
    plures("contract", "owners", "--write")
    lines_of(shop, after=f"{pattern} @shop/all")
    assert plures("contract", "owners", "--check").exit_code == 1
    plures("contract", "owners", "--write")
    assert lines_of(shop, after="")[0] == f"{pattern} @shop/all"


@pytest.mark.parametrize(
    "pattern", ["/search/", "contract", "/owned_shop/*", "/contract*/x", "shop.search.v1", "[Section]"]
)
def test_lines_about_other_files_stay_behind(pattern: str, plures: Run, shop: Path) -> None:
    (shop / "CODEOWNERS").write_text("")
    plures("contract", "owners", "--write")
    lines_of(shop, after=f"{pattern} @shop/all\n")
    assert plures("contract", "owners", "--check").exit_code == 0


def test_our_lines_stand_in_front_of_the_sections_of_gitlab(plures: Run, shop: Path) -> None:
    sections = "^[Optional] @some\n*.py\n\n[Docs]\n/owned_shop/ @docs\n"
    (shop / "CODEOWNERS").write_text(f"* @all\n{sections}")
    plures("contract", "owners", "--write")
    written = (shop / "CODEOWNERS").read_text()
    assert written.startswith("* @all\n# Written by")
    assert written.endswith(f"`plures contract owners --write` writes.\n{sections}")
    # Other sections decide by themselves; lines outside of them do not.
    assert plures("contract", "owners", "--check").exit_code == 0
    (shop / "CODEOWNERS").write_text(written.replace("^[Optional]", "contract.py @late\n^[Optional]"))
    assert plures("contract", "owners", "--check").exit_code == 1


def test_teams_are_found_behind_our_lines_and_in_headings(plures: Run, shop: Path) -> None:
    (shop / "CODEOWNERS").write_text("")
    plures("contract", "owners", "--write")
    lines_of(shop, after="/docs/ @shop/web\n[Search] @shop/discovery\nsearch/\n")
    (shop / "plures.toml").write_text(TOML)
    assert json.loads(plures("contract", "owners", "--json").stdout)["unknown"] == []
    (shop / "CODEOWNERS").write_text("[Search] @shop/discovery\nsearch/\n")
    assert json.loads(plures("contract", "owners", "--json").stdout)["unknown"] == ["web"]


def test_in_a_repository_of_several_projects_the_file_is_at_its_top(plures: Run, shop: Path) -> None:
    subprocess.run(["git", "init", "-q", str(shop)], check=True)
    part = shop / "a part"
    part.mkdir()
    for name in ("owned_shop", "plures.toml"):
        (shop / name).rename(part / name)
    os.chdir(part)
    other = "# Written by `plures contract owners --write` for other/, down to the line that says so.\n# End of what `plures contract owners --write` writes.\n"
    (shop / "CODEOWNERS").write_text(f"* @all\n{other}")
    assert f"written  ..{os.sep}CODEOWNERS" in plures("contract", "owners", "--write").stdout
    written = (shop / "CODEOWNERS").read_text()
    assert written.startswith(f"* @all\n{other}")
    assert "/a\\ part/owned_shop/search/ @shop/discovery web@shop.example\n" in written
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
