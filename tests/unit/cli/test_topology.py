"""`plures topology`: what it shows, and each mistake as sentences and as JSON."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]

APP = """
from typing import Protocol
from plures import Application, Capability, Database, contract, query

@contract("cli.search.v1", owner="tests")
class Search(Protocol):
    @query()
    async def find(self) -> int: ...

@contract("cli.catalog.v1", owner="tests")
class Catalog(Protocol):
    @query()
    async def get(self) -> int: ...

class SearchService:
    def __init__(self, catalog: Catalog) -> None: ...
    async def find(self) -> int: return 1

class CatalogService:
    def __init__(self, database: Database) -> None: ...
    async def get(self) -> int: return 1

def edge(search: Search): ...

app = Application("cli", [Capability(Search, SearchService), Capability(Catalog, CatalogService)], edge=edge)
"""
TOML = """
[application]
import = "cli_site:app"

[topology.sale]
search = { capabilities = ["search"], replicas = { min = 2, max = 9 } }
catalog = { capabilities = ["catalog"], command = "run [bold] it" }
shop = { capabilities = ["*"] }
"""


@pytest.fixture
def site(here: Path) -> Iterator[Path]:
    """A current folder with a small application; what is imported from it is forgotten."""
    (here / "cli_site.py").write_text(APP)
    (here / "plures.toml").write_text(TOML)
    path = list(sys.path)
    yield here
    sys.path[:] = path
    for name in [name for name in sys.modules if name.startswith("cli_site")]:
        del sys.modules[name]


def test_show_the_monolith(plures: Run, site: Path) -> None:
    result = plures("topology", "show")
    assert (result.exit_code, result.stderr) == (0, "")
    title, heading, row, summary = (line.split() for line in result.stdout.splitlines())
    assert title == ["topology", "monolith"]
    assert heading == ["process", "replicas", "capabilities", "calls", "out", "runs"]
    assert row == ["main", "1", "the", "edge,", "search,", "catalog", "(db)", "this", "application"]
    assert " ".join(summary) == "2 calls between capabilities stay in a process, 0 cross the wire."


def test_show_a_split(plures: Run, site: Path) -> None:
    lines = [" ".join(line.split()) for line in plures("topology", "show", "sale").stdout.splitlines()]
    assert lines[2:] == [
        "search 2-9 search search → catalog this application", "catalog 1 catalog run [bold] it",
        "shop 1 the edge the edge → search this application",
        "0 calls between capabilities stay in a process, 2 cross the wire.",
    ]  # fmt: skip


def test_show_for_programs(plures: Run, site: Path) -> None:
    result = plures("topology", "show", "sale", "--json")
    assert result.stdout.count("\n") == 1
    shown = json.loads(result.stdout)
    assert shown["name"] == "sale"
    search, catalog, _ = shown["processes"]
    replicas = {"min": 2, "max": 9, "cpu": 0.75, "in_flight": 64.0, "cool_down_s": 60.0}
    assert (search["name"], search["replicas"], search["kind"]) == ("search", replicas, "ours")
    assert search["remote_calls"][0]["capability"] == "catalog"
    assert (catalog["kind"], catalog["runs"]) == ("command", "run [bold] it")


def test_show_where_settings_come_from_and_no_value(plures: Run, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = (site / "cli_site.py").read_text().replace("database: Database", "settings: Words")
    words = "from plures import Secret, Settings\nclass Words(Settings):\n    host: str\n    key: Secret[str]\n    port: int = 8\n"
    (site / "cli_site.py").write_text(words + app)
    (site / "plures.toml").write_text(TOML.partition("[")[0] + '[application]\nimport = "cli_site:app"\n')
    monkeypatch.setenv("CATALOG_KEY", "hush")
    lines = plures("topology", "show").stdout.splitlines()
    assert lines[-4:] == ["Settings of catalog:", "  host: missing", "  key: variable CATALOG_KEY", "  port: default"]
    shown = plures("topology", "show", "--json").stdout
    assert json.loads(shown)["settings"]["catalog"]["key"] == "variable CATALOG_KEY"
    assert "hush" not in shown


def test_show_what_a_caller_can_do_without(plures: Run, site: Path) -> None:
    app = (site / "cli_site.py").read_text().replace("catalog: Catalog", "catalog: Optionally[Catalog]")
    (site / "cli_site.py").write_text(app.replace("Database, contract", "Database, Optionally, contract"))
    lines = [" ".join(line.split()) for line in plures("topology", "show", "sale").stdout.splitlines()]
    assert lines[2] == "search 2-9 search search → catalog? this application"
    assert lines[-1] == "? The caller can do without it."
    search, *_ = json.loads(plures("topology", "show", "sale", "--json").stdout)["processes"]
    assert [(call["capability"], call["optional"]) for call in search["remote_calls"]] == [("catalog", True)]


def test_show_how_many_threads_a_capability_gets(plures: Run, site: Path) -> None:
    with (site / "plures.toml").open("a") as file:
        file.write("\n[policy]\nthreads = 60\n[capabilities.search]\npolicy = { threads = 5 }\n")
    shown = " ".join(plures("topology", "show").stdout.split())
    assert "threads: 60" in shown
    assert "threads: 5)" in shown
    [main] = json.loads(plures("topology", "show", "--json").stdout)["processes"]
    assert main["threads"]["search"] == 5


def test_show_whose_tables_are_in_the_database_of_the_application(plures: Run, site: Path) -> None:
    app = (site / "cli_site.py").read_text()
    app = app.replace("Capability(Search, SearchService)", 'Capability(Search, SearchService, shared_tables=["terms"])')
    (site / "cli_site.py").write_text(app)
    shown = " ".join(plures("topology", "show").stdout.split())
    assert "search (shared db)" in shown
    assert "search shares the application's own database: terms. It stays with the edge until it owns them." in shown
    [main] = json.loads(plures("topology", "show", "--json").stdout)["processes"]
    assert main["shared"] == {"search": ["terms"]}
    refused = plures("topology", "check", "sale")
    assert refused.exit_code == 2
    assert "give it a database of its own" in refused.stderr


def test_check_all_that_fit(plures: Run, site: Path) -> None:
    result = plures("topology", "check")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "ok  monolith\nok  sale\n", "")
    assert json.loads(plures("topology", "check", "--json").stdout) == {
        "topologies": {"monolith": {"ok": True}, "sale": {"ok": True}}
    }
    assert plures("topology", "check", "sale").stdout == "ok  sale\n"


def test_check_what_does_not_fit(plures: Run, site: Path) -> None:
    (site / "plures.toml").write_text(
        TOML
        + '[topology."[red]"]\nsearch = { capabilities = ["serch"] }\ncatalog = { capabilities = ["catalog"], replicas = 2 }\n'
    )
    result = plures("topology", "check")
    assert result.exit_code == 2
    assert result.stdout == "ok  monolith\nok  sale\n"
    assert "error: Topology '[red]' has " in result.stderr
    for words in (
        "1. plures.toml:10 [topology.[red]] search.capabilities",
        "Did you mean 'search'?",
        "'search' is in no process",
        "embedded database",
    ):
        assert words in result.stderr
    report = plures("topology", "check", "--json")
    assert (report.exit_code, report.stderr) == (2, "")
    found = json.loads(report.stdout)["topologies"]
    assert (found["sale"], found["[red]"]["ok"], found["[red]"]["code"]) == (
        {"ok": True},
        False,
        "plures.invalid_input",
    )
    assert {violation["code"] for violation in found["[red]"]["violations"]} >= {
        "topology.capability_unknown", "topology.capability_unplaced", "topology.database_replicas",
    }  # fmt: skip
    assert all(violation["fix"] for violation in found["[red]"]["violations"])


def without_file(site: Path) -> None:
    (site / "plures.toml").unlink()


def folder_instead(site: Path) -> None:
    (site / "plures.toml").unlink()
    (site / "plures.toml").mkdir()


def broken_toml(site: Path) -> None:
    (site / "plures.toml").write_text("[application\nimport = 1")


def not_text(site: Path) -> None:
    (site / "plures.toml").write_bytes(b"\xff\xfe\x00")


def unknown_key(site: Path) -> None:
    (site / "plures.toml").write_text(TOML.replace("import =", "imports ="))


def wrong_import(site: Path) -> None:
    (site / "plures.toml").write_text(TOML.replace("cli_site:app", "cli_sight:app"))


def wrong_name(site: Path) -> None:
    (site / "plures.toml").write_text(TOML.replace("cli_site:app", "cli_site:application"))


def broken_module(site: Path) -> None:
    (site / "cli_site.py").write_text(APP + "\ndef (")


def raising_module(site: Path) -> None:
    (site / "cli_site.py").write_text(APP + "\n1 / 0")


def needing_module(site: Path) -> None:
    (site / "cli_site.py").write_text("import not_installed_anywhere\n" + APP)


def wrong_application(site: Path) -> None:
    (site / "cli_site.py").write_text(APP.replace("-> int", "-> set[int]").replace('"cli",', '"CLI",'))


@pytest.mark.parametrize(
    ("spoil", "code", "says"),
    [
        (without_file, "cli.no_project", ["There is no file plures.toml in ", "plures new NAME"]),
        (folder_instead, "cli.no_project", ["There is no file plures.toml in "]),
        (broken_toml, "plures.invalid_input", ["is not TOML", "line 1"]),
        (not_text, "plures.invalid_input", ["UTF-8"]),
        (unknown_key, "plures.invalid_input", ["imports"]),
        (wrong_import, "application.not_loaded", ["there is no module 'cli_sight'"]),
        (wrong_name, "application.not_loaded", ["no 'application' there", "Did you mean cli_site:app?"]),
        (broken_module, "application.not_loaded", ["cli_site.py, line ", "invalid syntax"]),
        (raising_module, "application.not_loaded", ["cli_site.py, line ", "ZeroDivisionError: division by zero"]),
        (needing_module, "application.not_loaded", ["cli_site.py, line 1: ModuleNotFoundError", "not_installed_anywhere"]),
        (wrong_application, "plures.invalid_input", ["application 'CLI' has 3 problems", "is not a name", "Search.find", "Catalog.get"]),
    ],
)  # fmt: skip
def test_mistakes(plures: Run, site: Path, spoil: Callable[[Path], None], code: str, says: list[str]) -> None:
    spoil(site)
    for command in ("show", "check"):
        result = plures("topology", command)
        assert (result.exit_code, result.stdout) == (2, "")
        assert f"[{code}]" in result.stderr.splitlines()[0]
        assert "fix: " in result.stderr
        assert [words for words in says if words not in result.stderr] == []
        spoken = plures("topology", command, "--json")
        assert (spoken.exit_code, spoken.stdout) == (2, "")
        data: dict[str, Any] = json.loads(spoken.stderr)
        assert data["code"] == code
        assert data["what"] in result.stderr
        assert data["fix"] or all(violation["fix"] for violation in data["violations"])


@pytest.mark.parametrize("command", ["show", "check"])
def test_a_misspelt_topology(plures: Run, site: Path, command: str) -> None:
    result = plures("topology", command, "sail")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "error: There is no topology 'sail'  [topology.unknown]", "  why: plures.toml has monolith, sale",
        "  fix: Did you mean 'sale'?",
    ]  # fmt: skip


def test_another_file(plures: Run, site: Path) -> None:
    (site / "plures.toml").rename(site / "other.toml")
    assert plures("topology", "check", "--file", "other.toml").exit_code == 0
    assert plures("topology", "check", "-f", str(site / "other.toml")).exit_code == 0
    for file in ("absent/plures.toml", "a" * 300, "other.toml/plures.toml", ""):
        result = plures("topology", "check", "-f", file)
        assert result.exit_code == 2
        assert "cli.no_project" in result.stderr
