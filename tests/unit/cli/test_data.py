"""`plures data status`, `migrate` and `check`: what they show and refuse, also while an application has the databases open."""

import asyncio
import importlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from plures.data import Migration, open_database

Run = Callable[..., Result]

APP = """
from typing import Protocol
from plures import Application, Capability, Database, Migration, contract, query

@contract("till.stock.v1", owner="tests")
class Stock(Protocol):
    @query()
    async def get(self) -> int: ...

@contract("till.prices.v1", owner="tests")
class Prices(Protocol):
    @query()
    async def get(self) -> int: ...

class StockService:
    def __init__(self, database: Database) -> None: ...
    async def get(self) -> int: return 1

class PricesService:
    async def get(self) -> int: return 1

MIGRATIONS = [
    Migration(1, "pieces", ("CREATE TABLE pieces (id INTEGER PRIMARY KEY, note TEXT)", "CREATE TABLE held (id REFERENCES pieces (id))")),
    Migration(2, "more", ("ALTER TABLE pieces ADD COLUMN shelf TEXT",)),
]
app = Application("till", [Capability(Stock, StockService, migrations=MIGRATIONS), Capability(Prices, PricesService)])
"""
DROP = '    Migration(3, "fewer", ("ALTER TABLE pieces DROP COLUMN note",)),\n]'
HOLD = """
import sys
from pathlib import Path
from plures.data.sqlite.lock import ProcessLock
lock = ProcessLock(Path(sys.argv[1]), "stock")
print("held", flush=True)
sys.stdin.read()
lock.release()
"""


@pytest.fixture
def site(here: Path) -> Iterator[Path]:
    (here / "plures.toml").write_text('[application]\nimport = "till_site:app"\n')
    write(here, APP)
    path = list(sys.path)
    yield here
    sys.path[:] = path
    sys.modules.pop("till_site", None)


def write(site: Path, code: str) -> None:
    """The application as a release has it."""
    (site / "till_site.py").write_text(code)
    sys.modules.pop("till_site", None)


def told(result: Result) -> dict[str, Any]:
    assert result.stdout.count("\n") == 1, result.output
    (stock,) = json.loads(result.stdout)["databases"].values()
    found: dict[str, Any] = stock
    return found


def rows(site: Path, *statements: str) -> None:
    """Change the file behind the application's back."""
    with closing(sqlite3.connect(site / ".plures/stock.sqlite3")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_from_nothing_to_migrated(plures: Run, site: Path) -> None:
    for command in ("status", "check"):
        assert plures("data", command).exit_code == 0
    assert not (site / ".plures").exists()
    before = told(plures("data", "status", "--json"))
    assert (before["size_bytes"], before["applied"], [m["version"] for m in before["pending"]]) == (None, [], [1, 2])
    assert plures("data", "migrate").stdout == "ok  stock: 1 (pieces), 2 (more)\n"
    assert plures("data", "migrate", "stock").stdout == "ok  stock: nothing was pending\n"
    after = told(plures("data", "status", "--json"))
    assert ([m["name"] for m in after["applied"]], after["pending"], after["open_in"]) == (["pieces", "more"], [], None)
    assert after["size_bytes"] > 0
    assert plures("data", "check").stdout == "ok  stock\n"
    # Looking leaves nothing behind.
    assert sorted(file.name for file in (site / ".plures").iterdir()) == ["stock.lock", "stock.sqlite3"]
    table = plures("data", "status").stdout.splitlines()
    assert table[1].split() == ["stock", "28", "KiB", "2", "applied", "-", "sqlite", ".plures/stock.sqlite3"]


def test_a_running_application_is_named_and_not_disturbed(plures: Run, site: Path) -> None:
    plures("data", "migrate")
    write(site, APP.replace("]\napp", DROP + "\napp"))
    command = [sys.executable, "-c", HOLD, str(site / ".plures/stock.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        state = told(plures("data", "status", "--json"))
        assert (state["open_in"], len(state["applied"]), len(state["pending"])) == (f"process {process.pid}", 2, 1)
        assert f"process {process.pid}" in plures("data", "status").stdout
        refused = plures("data", "migrate")
        assert refused.exit_code == 1
        assert f"process {process.pid} has it open" in refused.stderr
        process.communicate("")
    assert told(plures("data", "status", "--json"))["open_in"] is None


async def test_what_is_written_but_not_yet_merged_is_seen(
    plures: Run, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(site))
    till_site = importlib.import_module("till_site")

    database = await open_database(site / ".plures", "stock", till_site.MIGRATIONS[:1])
    async with database.write() as connection:
        await connection.execute("INSERT INTO pieces (id) VALUES (1)")
    state = told(await asyncio.to_thread(plures, "data", "status", "--json"))
    assert (state["open_in"], len(state["applied"]), len(state["pending"])) == ("this process itself", 1, 1)
    assert told(await asyncio.to_thread(plures, "data", "check", "--json"))["ok"]
    async with database.write() as connection:
        await connection.execute("INSERT INTO pieces (id) VALUES (2)")
    await database.close()


def test_a_lock_of_a_process_that_died_is_no_holder(plures: Run, site: Path) -> None:
    plures("data", "migrate")
    (site / ".plures/stock.lock").write_text(str(os.getppid()))
    assert told(plures("data", "status", "--json"))["open_in"] is None


def test_a_migration_that_changed_after_it_ran(plures: Run, site: Path) -> None:
    plures("data", "migrate")
    write(site, APP.replace("note TEXT", "remark TEXT"))
    for command, status in (("status", 1), ("migrate", 1), ("check", 2)):
        result = plures("data", command)
        assert result.exit_code == status
        assert "1 (pieces)" in result.stderr
        assert "[data.migration_changed]" in result.stderr
    assert told(plures("data", "status", "--json"))["changed"] == [1]


def test_a_database_newer_than_the_code(plures: Run, site: Path) -> None:
    plures("data", "migrate")
    write(site, APP.replace('    Migration(2, "more"', '    # Migration(2, "more"'))
    result = plures("data", "check")
    assert result.exit_code == 2
    assert "it is at migration 2, and this code knows migrations up to 1" in result.stderr
    assert told(plures("data", "status", "--json"))["unknown"] == [2]


def test_one_that_fails_half_way(plures: Run, site: Path) -> None:
    broken = '    Migration(3, "half", ("CREATE TABLE gone (id)", "INSERT INTO nowhere VALUES (1)")),\n]\napp'
    write(site, APP.replace("]\napp", broken))
    result = plures("data", "migrate")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Migration 3 (half) of capability 'stock' failed at 'INSERT INTO nowhere VALUES (1)'" in result.stderr
    assert told(plures("data", "migrate", "--json"))["problem"]["code"] == "data.migration_failed"
    state = told(plures("data", "status", "--json"))
    assert [len(state["applied"]), len(state["pending"])] == [2, 1]
    rows(site, "CREATE TABLE gone (id)")


def test_what_a_running_version_would_not_survive(plures: Run, site: Path) -> None:
    write(site, APP.replace("]\napp", DROP + "\napp"))
    # Nothing has run yet, so each migration might be the next one of a version that runs.
    refused = plures("data", "check")
    assert refused.exit_code == 2
    for words in ("migration 3 (fewer) of stock, part 1", "drops column 'pieces.note'", "In two steps: "):
        assert words in refused.stderr
    (problem,) = told(plures("data", "check", "--json"))["problems"]
    assert [violation["code"] for violation in problem["violations"]] == ["data.drops"]
    write(site, APP.replace("]\napp", DROP.replace('",)),', '",), contract_step=True),') + "\napp"))
    assert plures("data", "check").stdout == "ok  stock (no database yet)\n"


def test_the_full_check_finds_rows_that_refer_to_nothing_and_broken_pages(plures: Run, site: Path) -> None:
    plures("data", "migrate")
    rows(site, "INSERT INTO held VALUES (7)", "INSERT INTO held VALUES (8)")
    result = plures("data", "check")
    assert result.exit_code == 2
    assert "2 rows of table held refer to no row of pieces" in result.stderr
    assert plures("data", "status").exit_code == 0
    file = site / ".plures/stock.sqlite3"
    file.write_bytes(file.read_bytes()[:4096] + b"\x77" * (file.stat().st_size - 4096))
    for command in ("status", "check"):
        assert plures("data", command).exit_code != 0
    file.write_bytes(b"no database at all" * 500)
    result = plures("data", "status")
    assert result.exit_code == 1
    assert "[data.damaged]" in result.stderr
    assert told(plures("data", "check", "--json"))["problems"][0]["code"] == "data.damaged"


def test_names_that_have_no_database(plures: Run, site: Path) -> None:
    for command in ("status", "migrate", "check"):
        result = plures("data", command, "stok", "--json")
        assert (result.exit_code, result.stdout) == (2, "")
        assert json.loads(result.stderr)["fix"] == "Did you mean 'stock'?"
        assert plures("data", command, "prices").exit_code == 2
        assert plures("data", command, "--file", "missing.toml").exit_code == 2
    write(site, APP.replace("(self, database: Database)", "(self)").replace("migrations=MIGRATIONS", ""))
    assert plures("data", "status").stdout == "No capability of this application has a database.\n"


async def test_another_data_folder(plures: Run, site: Path, tmp_path: Path) -> None:
    database = await open_database(tmp_path / "elsewhere", "stock", [Migration(1, "one", ("CREATE TABLE a (b)",))])
    await database.close()
    state = told(await asyncio.to_thread(plures, "data", "status", "--json", "--data", str(tmp_path / "elsewhere")))
    assert state["changed"] == [1]


def test_half_of_a_restore_is_no_database(plures: Run, site: Path) -> None:
    plures("data", "migrate")
    (site / ".plures/stock.restoring").touch()
    for command in ("status", "migrate", "check"):
        result = plures("data", command)
        assert result.exit_code != 0
        assert "[data.restore_unfinished]" in result.stderr


def test_an_empty_file_is_lost_and_not_new(plures: Run, site: Path) -> None:
    plures("data", "migrate")
    file = site / ".plures/stock.sqlite3"
    file.write_bytes(b"")
    for command in ("status", "migrate", "check"):
        result = plures("data", command)
        assert result.exit_code != 0
        assert "[data.lost]" in result.stderr
    refused = plures("data", "backup", "kept")
    assert (refused.exit_code, "[data.lost]" in refused.stderr) == (2, True)
    assert file.read_bytes() == b""
