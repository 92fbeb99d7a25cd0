"""`plures contract lock` and `plures contract check`, as people, programs and code hosts see them."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]

APP = """
from typing import Protocol

from plures import Application, Capability, Message, contract, query


class Hit(Message):
    id: str
    price: int


@contract("shop.search.v1", owner="discovery")
class Search(Protocol):
    @query()
    async def find(self, text: str) -> tuple[Hit, ...]: ...


@contract("shop.home.v1", owner="web")
class Home(Protocol):
    @query()
    async def show(self) -> str: ...


class SearchService:
    async def find(self, text: str) -> tuple[Hit, ...]:
        return ()


class HomeService:
    def __init__(self, search: Search) -> None:
        self.search = search

    async def show(self) -> str:
        return "home"


async def edge(search: Search) -> None: ...


app = Application("shop", [Capability(Search, SearchService), Capability(Home, HomeService)])
"""


@pytest.fixture
def shop(here: Path) -> Iterator[Path]:
    (here / "plures.toml").write_text('[application]\nimport = "locked_shop:app"\n')
    (here / "locked_shop.py").write_text(APP)
    yield here
    sys.modules.pop("locked_shop", None)


@pytest.fixture
def change(shop: Path) -> Callable[[str, str], None]:
    def to(before: str, after: str) -> None:
        text = (shop / "locked_shop.py").read_text()
        assert before in text
        (shop / "locked_shop.py").write_text(text.replace(before, after))
        sys.modules.pop("locked_shop", None)

    return to


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments], cwd=folder, check=True, capture_output=True
    )


def test_what_is_not_locked_fails_and_what_is_passes(plures: Run, shop: Path) -> None:
    missing = plures("contract", "check")
    assert missing.exit_code == 1
    assert "it is not locked" in missing.stdout
    first = plures("contract", "lock")
    assert first.exit_code == 0
    assert first.stdout.splitlines() == ["new       shop.search.v1  1.0.0", "new       shop.home.v1  1.0.0"]
    assert sorted(path.name for path in (shop / "contracts").iterdir()) == ["shop.home.v1.toml", "shop.search.v1.toml"]
    assert plures("contract", "lock").stdout.splitlines()[0] == "unchanged shop.search.v1  1.0.0"
    fine = plures("contract", "check")
    assert fine.exit_code == 0
    assert fine.stdout == "ok  2 contracts against the lock files in contracts/: no change breaks callers\n"


def test_an_addition_asks_to_be_locked_as_a_minor_version(
    plures: Run, shop: Path, change: Callable[[str, str], None]
) -> None:
    plures("contract", "lock")
    change("price: int", "price: int\n    shown: bool = True")
    found = plures("contract", "check")
    assert found.exit_code == 1
    assert "needs 1.1.0" in found.stdout
    assert "its lock file does not say what the code says" in found.stdout
    assert plures("contract", "lock", "search").stdout == "locked    shop.search.v1  1.1.0\n"
    assert (
        'shown = { number = 3, type = "bool", default = true }' in (shop / "contracts/shop.search.v1.toml").read_text()
    )
    assert plures("contract", "check").exit_code == 0


def test_a_change_that_breaks_callers_says_whom_and_how_to_do_it_without(
    plures: Run, shop: Path, change: Callable[[str, str], None]
) -> None:
    plures("contract", "lock")
    change("price: int", "price: float")
    found = plures("contract", "check")
    assert found.exit_code == 1
    assert "needs shop.search.v2" in found.stdout
    assert "Hit.price is double, and was int64  [compat.type_changed]" in found.stdout
    assert "where: Find response.value[]" in found.stdout
    assert "callers: home" in found.stdout
    assert "instead: Keep Hit.price as it is, add a field of another name beside it" in found.stdout
    refused = plures("contract", "lock")
    assert refused.exit_code == 1
    assert "refused   shop.search.v1" in refused.stdout
    assert "--breaking" in refused.stderr
    assert plures("contract", "check").exit_code == 1
    assert plures("contract", "lock", "--breaking").exit_code == 0
    assert plures("contract", "check").exit_code == 0


def test_each_format_says_the_same(plures: Run, shop: Path, change: Callable[[str, str], None]) -> None:
    plures("contract", "lock")
    change("text: str) -> tuple[Hit, ...]: ...", "words: str) -> tuple[Hit, ...]: ...")
    change("text: str) -> tuple[Hit, ...]:\n", "words: str) -> tuple[Hit, ...]:\n")
    data = json.loads(plures("contract", "check", "--json").stdout)
    assert data["passes"] is False
    [contract] = data["contracts"]
    [renamed] = contract["changes"]
    assert renamed["rule"] == "compat.field_renamed"
    assert renamed["places"] == ["Find request"]
    assert (renamed["side"], renamed["severity"], renamed["callers"]) == ("request", "error", ["home"])
    markdown = plures("contract", "check", "--format", "markdown").stdout
    assert "| **breaks** | FindRequest.text is called FindRequest.words" in markdown
    sarif = json.loads(plures("contract", "check", "--format", "sarif").stdout)
    [run] = sarif["runs"]
    assert sarif["version"] == "2.1.0"
    assert {each["ruleId"] for each in run["results"]} <= {each["id"] for each in run["tool"]["driver"]["rules"]}
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "locked_shop.py"}, "region": {"startLine": 12}}


def test_against_a_commit_the_version_must_have_grown(
    plures: Run, shop: Path, change: Callable[[str, str], None]
) -> None:
    plures("contract", "lock")
    git(shop, "init", "-q")
    git(shop, "add", "-A")
    git(shop, "commit", "-qm", "first")
    change("price: int", "price: int\n    shown: bool = True")
    assert plures("contract", "check", "--against", "HEAD").exit_code == 1
    plures("contract", "lock")
    locked = plures("contract", "check", "--against", "HEAD", "--all")
    assert locked.exit_code == 0
    assert "Hit.shown is new" in locked.stdout
    lock = shop / "contracts/shop.search.v1.toml"
    lock.write_text(lock.read_text().replace('"1.1.0"', '"1.0.0"'))
    not_grown = plures("contract", "check", "--against", "HEAD")
    assert not_grown.exit_code == 1
    assert "has version 1.0.0, and the changes need 1.1.0" in not_grown.stdout
    folder = shop / "before"
    git(shop, "worktree", "add", "-q", str(folder))
    assert plures("contract", "check", "--against", "before").exit_code == 1


@pytest.mark.parametrize(
    ("against", "said"),
    [
        ("no-such-commit", "git does not know it here"),
        ("--output=/tmp/x", "it is no name of a commit"),
        (".", "the folder has none"),
    ],
)
def test_what_cannot_be_compared_with_is_told(plures: Run, shop: Path, against: str, said: str) -> None:
    result = plures("contract", "check", f"--against={against}")
    assert result.exit_code == 2
    assert said in result.stderr
    assert "cli.nothing_to_compare_with" in result.stderr


def test_against_an_application_that_runs(plures: Run, shop: Path, change: Callable[[str, str], None]) -> None:
    from plures.application import assemble, load
    from plures.host.telling import listing

    contracts = [each.contract for each in assemble(load("locked_shop:app", shop)).capabilities.values()]
    with served(json.dumps(listing("shop", contracts))) as url:
        plures("contract", "lock")
        assert plures("contract", "check", "--against", url).exit_code == 0
        change("price: int", "price: float")
        assert "compat.type_changed" in plures("contract", "check", "--against", url).stdout
    stopped = plures("contract", "check", "--against", url)
    assert (stopped.exit_code, "cli.not_reached" in stopped.stderr) == (2, True)
    with served("<html>") as url:
        assert plures("contract", "check", "--against", url).exit_code == 2
    with served("[]") as url:
        assert "lists no contracts" in plures("contract", "check", "--against", url).stderr


def test_rules_are_explained(plures: Run) -> None:
    said = plures("contract", "check", "--explain", "field_renamed").stdout
    assert said.startswith("compat.field_renamed\n")
    assert "in a request: breaks" in said
    assert (
        json.loads(plures("contract", "check", "--json", "--explain", "compat.bound_added").stdout)["request"]
        == "error"
    )
    listed = plures("contract", "check", "--explain", "all").stdout
    assert "compat.field_renamed" in listed
    unknown = plures("contract", "check", "--explain", "compat.field_renamd")
    assert unknown.exit_code == 2
    assert "Did you mean 'compat.field_renamed'?" in unknown.stderr


def test_damaged_lock_files_are_all_told_at_once(plures: Run, shop: Path) -> None:
    plures("contract", "lock")
    (shop / "contracts/shop.home.v1.toml").write_text("<<<<<<< HEAD\n")
    (shop / "contracts/shop.search.v1.toml").write_bytes(b"\xff\xfe")
    result = plures("contract", "check")
    assert result.exit_code == 2
    assert "a merge left its marks here" in result.stderr
    assert "it is no UTF-8" in result.stderr


def test_a_lock_file_without_its_capability_is_told(
    plures: Run, shop: Path, change: Callable[[str, str], None]
) -> None:
    plures("contract", "lock")
    change(", Capability(Home, HomeService)", "")
    assert "shop.home.v1 has a lock file and no capability" in plures("contract", "lock").stdout
    gone = plures("contract", "check")
    assert gone.exit_code == 1
    assert "the contract is gone" in gone.stdout


@pytest.mark.parametrize(
    ("command", "in_its_way"),
    [
        (("lock",), "contracts/shop.home.v1.toml.part/x"),
        (("export", "proto", "--to", "out"), "out/shop/search/v1/search.proto.part/x"),
        (("owners", "--write"), "catalog-info.yaml.part/x"),
    ],
)
def test_a_file_that_cannot_be_written_is_told(
    plures: Run, shop: Path, command: tuple[str, ...], in_its_way: str
) -> None:
    if command != ("lock",):
        plures("contract", "lock")
    (shop / in_its_way).mkdir(parents=True)
    result = plures("contract", *command)
    assert result.exit_code == 2
    assert "Cannot write" in result.stderr
    assert "cli.file_not_written" in result.stderr


class served:  # noqa: N801 - reads like a function
    """A control listener that says one thing."""

    def __init__(self, said: str) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(said.encode())

            def log_message(self, *_: Any) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> str:
        self.thread.start()
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
