"""`plures data status`, `migrate` and `check` for a capability whose database lies on a PostgreSQL server, beside one in a file."""

import asyncio
import json
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from click.testing import Result

from tests.postgres import Postgres

from .test_data import APP, DROP, site, write

__all__ = ["site"]

Run = Callable[..., Result]

FILED = APP.replace(
    "class PricesService:\n", "class PricesService:\n    def __init__(self, database: Database) -> None: ...\n"
).replace("(id REFERENCES", "(id INTEGER REFERENCES")
TOML = """[application]
import = "till_site:app"
[databases.main]
url = "${TILL_URL}"
[capabilities.stock]
database = "main"
"""
_numbers = count(1)


class Till:
    """A project with one capability on a server and one in a file, and an administrator of that server."""

    def __init__(self, postgres: Postgres, folder: Path, database: str) -> None:
        self.postgres = postgres
        self.folder = folder
        self.database = database
        self.password = folder / ".plures/passwords/main/stock"

    def on_server(self, *statements: str) -> list[Any]:
        """Run statements as administrator; the rows of the last."""

        async def run() -> list[Any]:
            connection = await asyncpg.connect(self.postgres.url(database=self.database))
            try:
                for statement in statements[:-1]:
                    await connection.execute(statement)
                return list(await connection.fetch(statements[-1]))
            finally:
                await connection.close()

        return asyncio.run(run())


@pytest.fixture
def till(postgres: Postgres, site: Path, plures: Run, monkeypatch: pytest.MonkeyPatch) -> Till:
    database = f"tills{next(_numbers)}"
    asyncio.run(postgres.run(f"CREATE DATABASE {database}"))
    url = postgres.url(database=database)
    monkeypatch.setenv("ADMIN_URL", url)
    monkeypatch.setenv("TILL_URL", url.replace("postgres:@", ""))
    write(site, FILED)
    (site / "plures.toml").write_text(TOML)
    assert plures("data", "prepare", "--admin-url-from", "ADMIN_URL").exit_code == 0
    return Till(postgres, site, database)


def told(result: Result, capability: str = "stock") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)["databases"][capability]
    return found


def refused(result: Result, code: str, *, status: int) -> str:
    """What is said of stock; prices are looked at all the same."""
    assert (result.exit_code, f"[{code}]" in result.stderr) == (status, True), result.output
    assert "prices" in result.stdout
    return result.stderr


def test_from_prepared_to_migrated(plures: Run, till: Till) -> None:
    before = told(plures("data", "status", "--json"))
    assert (before["size_bytes"], before["applied"], [m["version"] for m in before["pending"]]) == (None, [], [1, 2])
    assert plures("data", "check").stdout == "ok  stock (no database yet)\nok  prices (no database yet)\n"
    assert plures("data", "migrate").stdout == "ok  stock: 1 (pieces), 2 (more)\nok  prices: nothing was pending\n"
    assert plures("data", "migrate", "stock").stdout == "ok  stock: nothing was pending\n"
    after = told(plures("data", "status", "--json"))
    assert ([m["name"] for m in after["applied"]], after["pending"], after["open_in"]) == (["pieces", "more"], [], None)
    assert (after["dialect"], after["size_bytes"] > 0) == ("postgresql", True)
    assert plures("data", "check").stdout == "ok  stock\nok  prices (no database yet)\n"
    shown = "".join(plures("data", *words).output for words in (("status",), ("status", "--json"), ("check", "--json")))
    assert f"{till.database}_stock:***@" in shown
    assert till.password.read_text().strip() not in shown


def test_connections_of_an_application_are_counted(plures: Run, till: Till) -> None:
    plures("data", "migrate")
    role = f"{till.database}_stock"

    async def look() -> Result:
        connections = [await asyncpg.connect(till.postgres.url(role, database=till.database)) for _ in range(2)]
        looked = await asyncio.to_thread(plures, "data", "status", "--json")
        # A replica of the next version migrates while this one runs.
        write(till.folder, FILED.replace("]\napp", DROP + "\napp"))
        migrated = await asyncio.to_thread(plures, "data", "migrate", "stock")
        assert migrated.stdout == "ok  stock: 3 (fewer)\n"
        for connection in connections:
            await connection.close()
        return looked

    assert told(asyncio.run(look()))["open_in"] == f"2 connections of role {role}"


def test_many_that_migrate_at_once(plures: Run, till: Till) -> None:
    """Each migration runs once, and each command tells what it ran itself."""

    async def migrate() -> list[str]:
        command = ("-m", "plures", "data", "migrate", "stock")
        running = [
            await asyncio.create_subprocess_exec(
                sys.executable, *command, cwd=till.folder, stdout=asyncio.subprocess.PIPE
            )
            for _ in range(3)
        ]
        return [(await one.communicate())[0].decode() for one in running]

    said = asyncio.run(migrate())
    assert sorted(said) == ["ok  stock: 1 (pieces), 2 (more)\n", *["ok  stock: nothing was pending\n"] * 2]


def test_migrations_and_the_code(plures: Run, till: Till) -> None:
    plures("data", "migrate")
    write(till.folder, FILED.replace("note TEXT", "remark TEXT"))
    for command, status in (("status", 1), ("check", 2)):
        assert "1 (pieces)" in refused(plures("data", command), "data.migration_changed", status=status)
    assert plures("data", "migrate").exit_code == 1
    write(till.folder, FILED.replace('    Migration(2, "more"', '    # Migration(2, "more"'))
    refused(plures("data", "check"), "data.newer_than_code", status=2)
    # The version that runs would not survive it.
    write(till.folder, FILED.replace("]\napp", DROP + "\napp"))
    assert "drops column 'pieces.note'" in refused(plures("data", "check"), "plures.invalid_input", status=2)
    write(till.folder, FILED.replace("]\napp", DROP.replace('",)),', '",), contract_step=True),') + "\napp"))
    assert plures("data", "check").exit_code == 0


def test_what_stands_in_the_way_is_told_all_at_once(plures: Run, till: Till) -> None:
    plures("data", "migrate")
    role = f"{till.database}_stock"
    till.on_server(f"ALTER ROLE {role} CREATEDB", f"GRANT USAGE ON SCHEMA public TO {role}")
    write(till.folder, FILED.replace("note TEXT", "remark TEXT"))
    said = refused(plures("data", "check"), "data.role_too_mighty", status=2)
    assert "it may create databases" in said
    assert "[data.migration_changed]" in said
    refused(plures("data", "status"), "data.role_too_mighty", status=1)


def test_a_schema_of_another(plures: Run, till: Till) -> None:
    plures("data", "migrate")
    mark = """'plures: {"application": "erp", "capability": "stock"}'"""
    till.on_server(f"COMMENT ON SCHEMA stock IS {mark}")
    assert "of application 'erp'" in refused(plures("data", "status"), "data.schema_of_another", status=1)
    till.on_server("COMMENT ON SCHEMA stock IS NULL", "ALTER SCHEMA stock OWNER TO postgres")
    role = f"{till.database}_stock"
    till.on_server(f"GRANT USAGE, CREATE ON SCHEMA stock TO {role}")
    for command, status in (("status", 1), ("migrate", 1), ("check", 2)):
        assert "role 'postgres'" in refused(plures("data", command), "data.schema_of_another", status=status)


def test_tables_that_are_gone_are_not_taken_for_new(plures: Run, till: Till) -> None:
    plures("data", "migrate")
    till.on_server("DROP TABLE stock.plures_migrations, stock.plures_commands, stock.held, stock.pieces")
    for command, status in (("status", 1), ("migrate", 1), ("check", 2)):
        said = refused(plures("data", command), "data.lost", status=status)
        assert "the schema was emptied" in said
    # The way out that the sentence names.
    till.on_server("DROP SCHEMA stock CASCADE")
    refused(plures("data", "status"), "data.access_refused", status=1)
    assert plures("data", "prepare", "--admin-url-from", "ADMIN_URL").exit_code == 0
    assert plures("data", "migrate", "stock").stdout == "ok  stock: 1 (pieces), 2 (more)\n"


def test_indexes_and_constraints_that_do_not_hold(plures: Run, till: Till) -> None:
    plures("data", "migrate")
    till.on_server(
        "ALTER TABLE stock.pieces ADD CONSTRAINT positive CHECK (id > 0) NOT VALID",
        "CREATE INDEX half ON stock.pieces (note)",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'stock.half'::regclass",
    )
    said = refused(plures("data", "check"), "cli.database_unsound", status=2)
    assert "index half of table pieces is not valid" in said
    assert "constraint positive of table pieces was not checked" in said
    assert plures("data", "status").exit_code == 0


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda till, _: till.password.unlink(), "host.not_prepared"),
        (lambda _, environment: environment.delenv("TILL_URL"), "host.secret_missing"),
        (lambda _, environment: environment.setenv("TILL_URL", "postgresql://u:tiger@127.0.0.1:x/d"), "host.database_url_wrong"),
        (lambda _, environment: environment.setenv("TILL_URL", "postgresql://u:tiger@127.0.0.1:1/d"), "data.server_unreachable"),
        (lambda till, _: till.on_server("DROP SCHEMA stock CASCADE"), "data.access_refused"),
        (lambda till, _: till.on_server(f"ALTER ROLE {till.database}_stock NOLOGIN"), "data.access_refused"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("command", "status"), [("status", 1), ("migrate", 1), ("check", 2)])
def test_a_database_that_cannot_be_reached(
    plures: Run,
    till: Till,
    monkeypatch: pytest.MonkeyPatch,
    *,
    command: str,
    status: int,
    spoil: Callable[[Till, pytest.MonkeyPatch], object],
    code: str,
) -> None:
    spoil(till, monkeypatch)
    assert "tiger" not in refused(plures("data", command), code, status=status)
    shown = plures("data", command, "--json")
    assert "tiger" not in shown.output
    assert code in shown.stdout
    # CI has neither data nor secrets.
    assert plures("data", "check", "--migrations-only").exit_code == 0


def test_a_wrong_password_is_not_shown(plures: Run, till: Till) -> None:
    role = f"{till.database}_stock"
    (file,) = till.on_server("SHOW hba_file")[0]
    rules = Path(file).read_text()
    try:
        Path(file).write_text(f"local all {role} scram-sha-256\n{rules}")
        till.on_server("SELECT pg_reload_conf()")
        till.password.write_text("tiger\n")
        said = refused(plures("data", "status"), "data.access_refused", status=1)
        assert "password authentication failed" in said
        assert "tiger" not in said + plures("data", "status", "--json").output
    finally:
        Path(file).write_text(rules)
        till.on_server("SELECT pg_reload_conf()")


def test_a_backup_of_a_server_and_a_file(plures: Run, till: Till) -> None:
    """One backup has both, and is put back into both, or into a folder."""
    plures("data", "migrate")
    write(
        till.folder,
        FILED.replace("Capability(Prices, PricesService)", "Capability(Prices, PricesService, migrations=MIGRATIONS)"),
    )
    plures("data", "migrate")
    till.on_server("INSERT INTO stock.pieces (id, note) VALUES (1, 'kept'), (2, 'kept')", "SELECT 1")
    backed = plures("data", "backup", "kept", "--json")
    assert backed.exit_code == 0, backed.output
    kept = json.loads(backed.stdout)["databases"]
    assert [(one["capability"], one["dialect"], one["file"]) for one in kept] == [
        ("stock", "postgresql", "stock.rows.sqlite3"),
        ("prices", "sqlite", "prices.sqlite3"),
    ]
    till.on_server("DELETE FROM stock.pieces", "SELECT 1")
    assert plures("data", "restore", "kept", "-c", "stock").stdout.startswith("ok  stock: 2 rows of ")
    unasked = plures("data", "restore", "kept")
    assert (unasked.exit_code, "[data.exists]" in unasked.stderr) == (2, True)
    restored = plures("data", "restore", "kept", "--replace")
    assert restored.exit_code == 0, restored.output
    assert [row[0] for row in till.on_server("SELECT id FROM stock.pieces ORDER BY 1")] == [1, 2]
    shown = (
        backed.output
        + restored.output
        + unasked.output
        + "".join(f.read_text("latin-1") for f in Path("kept").iterdir())
    )
    assert till.password.read_text().strip() not in shown
    # The same capability in a file.
    (till.folder / "plures.toml").write_text('[application]\nimport = "till_site:app"\n')
    assert plures("data", "restore", "kept", "--data", "elsewhere").exit_code == 0
    assert (told(plures("data", "status", "--json", "--data", "elsewhere"))["changed"]) == []
    assert plures("data", "check", "--data", "elsewhere").stdout == "ok  stock\nok  prices\n"


def test_a_backup_without_the_server(plures: Run, till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = plures("data", "backup", "kept")
    assert (nothing.exit_code, "[data.nothing_to_copy]" in nothing.stderr) == (2, True)
    plures("data", "migrate")
    assert plures("data", "backup", "whole").exit_code == 0
    monkeypatch.setenv("TILL_URL", "postgresql://u:tiger@127.0.0.1:1/d")
    for words in (("backup", "kept"), ("restore", "whole", "--replace")):
        refused_ = plures("data", *words)
        assert (refused_.exit_code, "[data.server_unreachable]" in refused_.stderr) == (2, True)
        assert "tiger" not in refused_.output
    assert not [path for path in till.folder.iterdir() if "kept" in path.name]
