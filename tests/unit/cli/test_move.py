"""`plures data move` from a file to servers and back, and the places that it refuses."""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import asyncpg
import pytest
from click.testing import Result

from tests.postgres import Postgres

from .test_data import APP, site, write

__all__ = ["site"]

Run = Callable[..., Result]

TOML = """[application]
import = "till_site:app"
[databases.main]
url = "${MAIN_URL}"
[databases.spare]
url = "${SPARE_URL}"
"""
_numbers = count(1)


@dataclass
class Shop:
    """A project whose database is a file, and two databases on a server, for which nothing is prepared."""

    postgres: Postgres
    folder: Path
    main: str
    spare: str

    def choose(self, database: str) -> None:
        (self.folder / "plures.toml").write_text(f'{TOML}[capabilities.stock]\ndatabase = "{database}"\n')


@pytest.fixture
def shop(postgres: Postgres, site: Path, plures: Run, monkeypatch: pytest.MonkeyPatch) -> Shop:
    names = [f"{name}{next(_numbers)}" for name in ("moved", "moved")]
    asyncio.run(postgres.run(*(f"CREATE DATABASE {name}" for name in names)))
    for variable, name in zip(("MAIN", "SPARE"), names, strict=True):
        monkeypatch.setenv(f"{variable}_ADMIN", postgres.url(database=name))
        monkeypatch.setenv(f"{variable}_URL", postgres.url(database=name).replace("postgres:@", ""))
    write(site, APP.replace("(id REFERENCES", "(id INTEGER REFERENCES"))
    made = Shop(postgres, site, *names)
    made.choose("sqlite")
    assert plures("data", "migrate").exit_code == 0
    with closing(sqlite3.connect(site / ".plures/stock.sqlite3")) as file:
        file.executemany("INSERT INTO pieces (id) VALUES (?)", [(number,) for number in range(5)])
        file.commit()
    return made


def refused(result: Result, *said: str) -> None:
    assert (result.exit_code, [words for words in said if words not in result.stderr]) == (2, []), result.output


def test_to_a_server_and_on_and_back(plures: Run, shop: Shop) -> None:
    refused(
        plures("data", "move", "stock", "--to", "main"),
        "[data.cannot_move]",
        "plures data prepare main --capability stock --admin-url-from NAME",
    )
    for name in ("main", "spare"):
        made = plures("data", "prepare", name, "-c", "stock", "--admin-url-from", f"{name.upper()}_ADMIN")
        assert made.exit_code == 0, made.output
    moved = plures("data", "move", "stock", "--to", "main")
    assert moved.exit_code == 0, moved.output
    assert "ok  pieces: 5 rows" in moved.stdout
    assert 'Write database = "main" below [capabilities.stock] in plures.toml.' in moved.stdout
    # The old plures.toml leads to what was moved away.
    stale = plures("data", "migrate")
    assert "[data.moved]" in stale.stderr
    assert 'Write database = "main" below [capabilities.stock] in plures.toml.' in stale.stderr
    shop.choose("main")
    assert plures("data", "migrate").stdout == "ok  stock: nothing was pending\n"

    refused(plures("data", "move", "stock", "--to", "main"), "it is there")
    on = json.loads(plures("data", "move", "stock", "--to", "spare", "--json").stdout)
    assert (on["tables"]["pieces"], on["resumed"]) == (5, 0)
    assert on["next"] == 'Write database = "spare" below [capabilities.stock] in plures.toml.'
    assert "[data.moved]" in plures("data", "migrate").stderr
    shop.choose("spare")

    back = plures("data", "move", "stock", "--to", "sqlite")
    assert 'Write database = "sqlite" below [capabilities.stock] in plures.toml.' in back.stdout
    shop.choose("sqlite")
    state = json.loads(plures("data", "status", "--json").stdout)["databases"]["stock"]
    assert (state["dialect"], state["problem"]) == ("sqlite", None)
    password = (shop.folder / ".plures/passwords/main/stock").read_text().strip()
    assert password not in "".join(result.output for result in (moved, stale, back))


def test_to_a_folder_beside(plures: Run, shop: Shop) -> None:
    moved = plures("data", "move", "stock", "--to", "elsewhere")
    assert 'Write data = "elsewhere" below [application]' in moved.stdout
    assert (shop.folder / "elsewhere/stock.sqlite3").is_file()


def test_names_that_are_almost_right(plures: Run, shop: Shop) -> None:
    refused(plures("data", "move", "stock", "--to", "mian"), "Did you mean 'main'?", "./mian")
    refused(plures("data", "move", "stokc", "--to", "main"), "Did you mean 'stock'?")
    refused(plures("data", "prepare", "main", "-c", "stokc", "--admin-url-from", "MAIN_ADMIN"), "Did you mean 'stock'?")
    assert not (shop.folder / "mian").exists()
    for words in ((), ("--to", "main", "--to-url-from", "MAIN_URL")):
        assert plures("data", "move", "stock", *words).exit_code == 2


def test_urls(plures: Run, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    role, password = f"{shop.main}_by_hand", "s3cret/@words"
    asyncio.run(shop.postgres.role_with_password(role, password))
    schema = f"CREATE SCHEMA stock AUTHORIZATION {role}"
    asyncio.run(shop.postgres.run(f"GRANT CREATE ON DATABASE {shop.main} TO {role}"))
    asyncio.run(_in(shop, schema))
    url = shop.postgres.url(role, password, shop.main)

    shown = plures("data", "move", "stock", "--to", url)
    refused(shown, "would show the password", "--to-url-from NAME")
    assert "s3cret" not in shown.output
    refused(plures("data", "move", "stock", "--to", "mysql://role@host/name"), "not the URL of a PostgreSQL database")
    refused(plures("data", "move", "stock", "--to", "postgresql://db.internal/shop"), "names no role")
    refused(plures("data", "move", "stock", "--to-url-from", "NOT_SET"), "neither a variable")

    monkeypatch.setenv("OTHER_URL", url.replace("words", "wrong"))
    wrong = plures("data", "move", "stock", "--to-url-from", "OTHER_URL")
    assert (wrong.exit_code, "[data.access_refused]" in wrong.stderr) == (2, True), wrong.output
    assert "s3cret" not in wrong.output
    monkeypatch.setenv("OTHER_URL", "postgresql://role:s3cret@127.0.0.1:1/shop")
    lost = plures("data", "move", "stock", "--to-url-from", "OTHER_URL")
    assert (lost.exit_code, "[data.server_unreachable]" in lost.stderr, "s3cret" in lost.output) == (2, True, False)

    (shop.folder / "url").write_text(f"{url}\n")
    moved = plures("data", "move", "stock", "--to-url-from", "url")
    assert moved.exit_code == 0, moved.output
    assert 'url_file = "url"' in moved.stdout
    assert "s3cret" not in moved.output
    stale = plures("data", "migrate")
    assert ("[data.moved]" in stale.stderr, "s3cret" in stale.stderr, role in stale.stderr) == (True, False, False)


async def _in(shop: Shop, statement: str) -> None:
    connection = await asyncpg.connect(shop.postgres.url(database=shop.main))
    await connection.execute(statement)
    await connection.close()
