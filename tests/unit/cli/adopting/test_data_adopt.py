"""`plures data adopt`: what it prints and what programs read; what is wrong with a place, without its password."""

import json
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]

APP = """
from typing import Protocol
from plures import Application, Capability, Database, Migration, contract, query

@contract("cli.invites.v1", owner="tests")
class Invites(Protocol):
    @query()
    async def count(self) -> int: ...

class InvitesService:
    def __init__(self, database: Database) -> None: ...
    async def count(self) -> int: return 1

TABLE = Migration(1, "invites", ("CREATE TABLE invites (id INTEGER PRIMARY KEY, email TEXT)",))
app = Application("cli", [Capability(Invites, InvitesService, migrations=[TABLE])])
"""


@pytest.fixture
def site(here: Path) -> Iterator[Path]:
    (here / "cli_adopt.py").write_text(APP)
    (here / "plures.toml").write_text('[application]\nimport = "cli_adopt:app"\n')
    with closing(sqlite3.connect(here / "app.db")) as connection:
        connection.executescript(
            "CREATE TABLE invites (id INTEGER PRIMARY KEY, email TEXT); INSERT INTO invites VALUES (7, 'a')"
        )
    path = list(sys.path)
    yield here
    sys.path[:] = path
    sys.modules.pop("cli_adopt", None)


def test_in_and_out_again(plures: Run, site: Path) -> None:
    looked = json.loads(plures("data", "adopt", "invites", "--from", "app.db", "--dry-run", "--json").stdout)
    assert (looked["tables"], looked["dry_run"], looked["back"], looked["breaks"]) == ({"invites": 1}, True, False, [])
    taken = plures("data", "adopt", "invites", "--from", "app.db")
    assert (taken.exit_code, taken.stdout.splitlines()[0]) == (0, "ok  invites: 1 rows")
    assert "their names begin with plures_kept_" in taken.stdout
    again = plures("data", "adopt", "invites", "--from", "app.db")
    assert "There is nothing to do" in again.stderr
    back = plures("data", "adopt", "invites", "--from", "app.db", "--back")
    assert (back.exit_code, back.stdout.splitlines()[0]) == (0, "ok  invites: 1 rows")
    with closing(sqlite3.connect(site / "app.db")) as connection:
        assert connection.execute("SELECT * FROM invites").fetchall() == [(7, "a")]


def test_a_table_that_differs_is_told_by_its_columns(plures: Run, site: Path) -> None:
    with closing(sqlite3.connect(site / "app.db")) as connection:
        connection.executescript(
            "DROP TABLE invites; CREATE TABLE invites (id INTEGER, note TEXT, PRIMARY KEY (id, note))"
        )
    said = " ".join(plures("data", "adopt", "invites", "--from", "app.db").stderr.split())
    assert (
        "email in the migrations alone; note in the application alone; the key is (id, note) there and (id) here"
        in said
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name the application's own database once"),
        (("--from", "app.db", "--from-url-from", "URL"), "name the application's own database once"),
        (("--from", "none.db"), "there is no such file"),
        (("--from", "postgresql://me:hush@db/shop"), "the command line would show the password"),
        (("--from", "mysql://me@db/shop"), "not the URL of a PostgreSQL database"),
        (("--from-url-from", "NONE"), "neither a variable of the environment nor a file"),
        (("--from-url-from", "WRONG"), "not the URL of a PostgreSQL database"),
    ],
)
def test_a_place_that_is_none(
    plures: Run, site: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.setenv("WRONG", "mysql://me:hush@db/shop")
    result = plures("data", "adopt", "invites", *arguments)
    assert result.exit_code != 0
    assert said in " ".join(result.stderr.split())
    assert "hush" not in result.output
    assert not (site / ".plures").exists()
