"""`plures data status`, `migrate` and `check` say of Alembic's revisions what they say of numbered migrations."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.unit.data.revisions.writing import revision, table, written

Run = Callable[..., Result]

APP = """
from typing import Protocol
from plures import AlembicMigrations, Application, Capability, Database, contract, query

@contract("till.stock.v1", owner="tests")
class Stock(Protocol):
    @query()
    async def get(self) -> int: ...

class StockService:
    def __init__(self, database: Database) -> None: ...
    async def get(self) -> int: return 1

app = Application("till", [Capability(Stock, StockService, migrations=AlembicMigrations("till_site:alembic"))])
"""


@pytest.fixture
def scripts(here: Path) -> Iterator[Path]:
    (here / "plures.toml").write_text('[application]\nimport = "till_site.app:app"\n')
    (here / "till_site").mkdir()
    (here / "till_site" / "app.py").write_text(APP)
    path = list(sys.path)
    yield written(here / "till_site" / "alembic")
    sys.path[:] = path
    for name in ("till_site.app", "till_site"):
        sys.modules.pop(name, None)


def told(result: Result) -> dict[str, Any]:
    (stock,) = json.loads(result.stdout)["databases"].values()
    found: dict[str, Any] = stock
    return found


def test_from_nothing_to_migrated(plures: Run, scripts: Path) -> None:
    revision(scripts, "a1", None, table("a"))
    revision(scripts, "b2", "a1", table("b"))
    before = told(plures("data", "status", "--json"))
    assert (before["applied"], [(m["version"], m["name"]) for m in before["pending"]]) == (
        [],
        [("a1", "make a1"), ("b2", "make b2")],
    )
    assert plures("data", "migrate").stdout == "ok  stock: a1 (make a1), b2 (make b2)\n"
    assert plures("data", "migrate").stdout == "ok  stock: nothing was pending\n"
    revision(scripts, "c3", "b2", table("c"))
    assert "2 applied, 1 pending" in plures("data", "status").stdout
    after = told(plures("data", "status", "--json"))
    assert [(m["version"], m["name"]) for m in after["applied"]] == [("a1", "make a1"), ("b2", "make b2")]
    assert plures("data", "check").stdout == "ok  stock\n"


def test_a_newer_database_is_refused(plures: Run, scripts: Path) -> None:
    revision(scripts, "a1", None, table("a"))
    revision(scripts, "b2", "a1", table("b"))
    plures("data", "migrate")
    (scripts / "versions" / "b2.py").unlink()
    for command, status in (("status", 1), ("check", 2), ("migrate", 1)):
        result = plures("data", command)
        assert result.exit_code == status
        assert "it is at revision b2, which this code does not have" in result.stderr
    state = told(plures("data", "status", "--json"))
    assert (state["unknown"], state["pending"]) == (["b2"], [])
    assert state["problem"]["code"] == "data.alembic_revision_unknown"


def test_two_heads_are_refused_without_a_database(plures: Run, scripts: Path) -> None:
    revision(scripts, "a1", None, table("a"))
    revision(scripts, "mine", "a1")
    revision(scripts, "yours", "a1")
    for command, status in (("status", 1), ("check", 2), ("migrate", 1)):
        result = plures("data", command)
        assert result.exit_code == status
        assert "its Alembic scripts have several heads" in result.stderr


def test_a_revision_that_fails_is_named(plures: Run, scripts: Path) -> None:
    revision(scripts, "a1", None, table("a"))
    revision(scripts, "b2", "a1", 'op.execute("NO SQL")')
    result = plures("data", "migrate")
    assert result.exit_code == 1
    assert "Migration b2 (make b2) of capability 'stock' failed at 'NO SQL'" in result.stderr
    assert "1 applied, 1 pending" in plures("data", "status").stdout


def test_no_scripts_are_found_before_anything_else(plures: Run, scripts: Path) -> None:
    (scripts / "env.py").unlink()
    result = plures("data", "status")
    assert result.exit_code == 2
    assert "migrations of stock: 'till_site:alembic' has no env.py" in result.stderr
