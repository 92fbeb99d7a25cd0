"""Each migration is applied once, whole or not at all, and nothing is applied to a database that does not fit."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from plures.data import (
    Connection,
    DatabaseNewer,
    Dialect,
    Folder,
    Migration,
    MigrationChanged,
    MigrationFailed,
    Place,
    Statement,
    check_migrations,
    open_database,
)
from plures.data.migration import Step
from plures.errors import InvalidInput, PluresError

ONE = Migration(1, "first table", ("CREATE TABLE a (id INTEGER)",))
TWO = Migration(2, "second table", ("CREATE TABLE b (id INTEGER)", "INSERT INTO b VALUES (7)"))
THREE = Migration(3, "third table", ("CREATE TABLE c (id INTEGER)",))


async def shout(connection: Connection) -> None:
    """A step in Python."""
    for row in await connection.execute("SELECT id FROM b"):
        await connection.execute("INSERT INTO b VALUES (:id)", {"id": row.id * 6})


async def stumble(connection: Connection) -> None:
    """A step that fails half-way."""
    await connection.execute("INSERT INTO a VALUES (1)")
    {}["missing"]


async def misspell(connection: Connection) -> None:
    """A step with a wrong statement."""
    await connection.execute("INSERT INTO nowhere VALUES (1)")


async def tables_after(place: Path | Place, *migrations: Migration) -> list[str]:
    """Open with these migrations; the tables that there are then."""
    database = await open_database(place, "ledger", migrations)
    listed = {
        Dialect.SQLITE: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'plures%' ORDER BY name",
        Dialect.POSTGRESQL: "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() "
        "AND tablename NOT LIKE 'plures%' ORDER BY tablename",
    }
    query = listed[database.dialect]
    async with database.read() as connection:
        names = (await connection.execute(query)).scalars()
    await database.close()
    return list(names)


async def test_what_is_pending_is_applied_and_nothing_twice(place: Place) -> None:
    assert await tables_after(place) == []
    assert await tables_after(place, ONE) == ["a"]
    assert await tables_after(place, ONE, TWO, THREE) == ["a", "b", "c"]
    assert await tables_after(place, ONE, TWO, THREE) == ["a", "b", "c"]


async def test_the_database_remembers_when_what_was_applied(place: Place) -> None:
    database = await open_database(place, "ledger", (ONE, TWO))
    async with database.read() as connection:
        rows = (await connection.execute("SELECT * FROM plures_migrations ORDER BY version")).all()
    await database.close()
    assert [(row.version, row.name, row.checksum) for row in rows] == [
        (m.version, m.name, m.checksum(Dialect.SQLITE)) for m in (ONE, TWO)
    ]
    assert all(row.applied_at.endswith("Z") for row in rows)


async def test_a_migration_may_be_reworded_but_not_changed(place: Place) -> None:
    await tables_after(place, ONE, TWO)
    assert await tables_after(place, Migration(1, "another name", ONE.statements), TWO) == ["a", "b"]
    changed = (
        Migration(1, "one", ("CREATE TABLE x (id INTEGER)",)),
        Migration(2, "two", ("CREATE TABLE y (id INTEGER)",)),
    )
    with pytest.raises(MigrationChanged) as caught:
        await tables_after(place, *changed, THREE)
    assert caught.value.code == "data.migration_changed"
    assert "1 (one), 2 (two)" in caught.value.why
    assert await tables_after(place, ONE, TWO) == ["a", "b"]


async def test_a_database_newer_than_the_code_is_left_alone(place: Place) -> None:
    await tables_after(place, ONE, TWO, THREE)
    with pytest.raises(DatabaseNewer) as caught:
        await tables_after(place, ONE)
    assert caught.value.code == "data.newer_than_code"
    assert "at migration 3, and this code knows migrations up to 1" in caught.value.why


ON_POSTGRESQL = {
    "no such table: missing": 'relation "missing" does not exist',
    "one statement at a time": "cannot insert multiple commands",
    "Binding": "syntax error",
    "too many attached databases": "syntax error",
    "within a transaction": "inside a transaction",
}


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("CREATE TABEL b (id INTEGER)", "syntax error"),
        ("INSERT INTO missing VALUES (1)", "no such table: missing"),
        ("CREATE TABLE a (id INTEGER)", "already exists"),
        ("SELECT 1; SELECT 2", "one statement at a time"),
        ("INSERT INTO a VALUES (?)", "Binding"),
        ("ATTACH DATABASE '/nowhere/else.sqlite3' AS other", "too many attached databases"),
        ("VACUUM", "within a transaction"),
    ],
)
async def test_a_failing_statement_names_its_migration_and_leaves_nothing_of_it(
    place: Place, statement: str, why: str
) -> None:
    failing = Migration(2, "more", ("CREATE TABLE gone (id INTEGER)", statement))
    with pytest.raises(MigrationFailed) as caught:
        await tables_after(place, ONE, failing, THREE)
    assert caught.value.code == "data.migration_failed"
    assert "Migration 2 (more) of capability 'ledger'" in caught.value.what
    assert statement in caught.value.what
    assert (why if isinstance(place, Folder) else ON_POSTGRESQL.get(why, why)) in caught.value.why
    assert await tables_after(place, ONE) == ["a"]


@pytest.mark.parametrize(
    ("migrations", "codes"),
    [
        ([], []),
        ([ONE, TWO, THREE], []),
        ([TWO], ["data.migration_version"]),
        ([ONE, THREE], ["data.migration_version"]),
        ([ONE, ONE], ["data.migration_version"]),
        ([TWO, ONE], ["data.migration_version", "data.migration_version"]),
        ([Migration(0, "zero", ("SELECT 1",))], ["data.migration_version"]),
        ([Migration(1, "empty", ())], ["data.migration_empty"]),
        ([Migration(1, "blank", ("  ", "commit", "COMMIT;", "Begin immediate"))], ["data.migration_statement"] * 4),
        ([Migration(1, "nowhere", (Statement(sqlite=None, postgresql=None),))], ["data.migration_empty"]),
        ([Migration(1, "one", (Statement(sqlite="SELECT 1", postgresql=" COMMIT"),))], ["data.migration_statement"]),
        ([Migration(1, "steps", (partial(shout), print, 7))], ["data.migration_step"] * 3),  # type: ignore[arg-type]
        (
            [Migration(2, "all of it", ()), Migration(2, "late", ("END",))],
            ["data.migration_version", "data.migration_empty", "data.migration_statement"],
        ),
    ],
)
def test_lists_that_break_the_rules(migrations: Sequence[Migration], codes: list[str]) -> None:
    violations = check_migrations("ledger", migrations)
    assert [violation.code for violation in violations] == codes
    assert all(violation.where.endswith("of ledger") and violation.fix for violation in violations)


async def test_a_list_that_breaks_the_rules_touches_nothing(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="has 2 problems") as caught:
        await open_database(tmp_path / "data", "ledger", (TWO, ONE))
    assert isinstance(caught.value, PluresError)
    assert not (tmp_path / "data").exists()


async def test_checksums_of_databases_that_exist_stay(tmp_path: Path) -> None:
    """Written by a release that knew neither dialects nor steps: `sha256` of the statements with NUL between them."""
    assert TWO.checksum(Dialect.SQLITE) == "b2098df3a44d28a6400d6031b124962d462909a1910316169d0799fdc3c57661"
    for_both = Migration(1, "first table", (Statement("CREATE TABLE a (id INTEGER)", "CREATE TABLE a (id BIGINT)"),))
    assert for_both.checksum(Dialect.SQLITE) == ONE.checksum(Dialect.SQLITE) == ONE.checksum(Dialect.POSTGRESQL)
    assert for_both.checksum(Dialect.POSTGRESQL) != ONE.checksum(Dialect.POSTGRESQL)
    await tables_after(tmp_path, ONE)
    assert await tables_after(tmp_path, for_both, TWO) == ["a", "b"]


async def test_a_statement_runs_where_it_is_meant_to(tmp_path: Path) -> None:
    apart = (
        Statement(sqlite="CREATE TABLE here (id)", postgresql="CREATE TABLE there (id)"),
        Statement(sqlite=None, postgresql="NO SQL AT ALL"),
    )
    assert await tables_after(tmp_path, Migration(1, "apart", apart)) == ["here"]


async def test_a_step_in_python_runs_in_the_transaction_of_its_migration(place: Place) -> None:
    migrations = (ONE, TWO, Migration(3, "times six", (shout, "INSERT INTO b VALUES (1)")))
    for _ in range(2):
        database = await open_database(place, "ledger", migrations)
        async with database.read() as connection:
            assert (await connection.execute("SELECT id FROM b ORDER BY id")).scalars() == [1, 7, 42]
        await database.close()
    with pytest.raises(MigrationChanged):
        await tables_after(place, ONE, TWO, Migration(3, "times six", (stumble, "INSERT INTO b VALUES (1)")))


@pytest.mark.parametrize(("step", "why"), [(stumble, "KeyError: 'missing'"), (misspell, "no such table: nowhere")])
async def test_a_step_that_fails_leaves_nothing_and_says_where(tmp_path: Path, step: Step, why: str) -> None:
    with pytest.raises(MigrationFailed) as caught:
        await tables_after(tmp_path, ONE, Migration(2, "half", ("CREATE TABLE gone (id INTEGER)", step)))
    assert f"failed at '{step.__name__}'" in caught.value.what
    assert why in caught.value.why
    assert f"({__file__}, line " in caught.value.why
    database = await open_database(tmp_path, "ledger", (ONE,))
    async with database.read() as connection:
        assert await connection.scalar("SELECT count(*) FROM a") == 0
    await database.close()
