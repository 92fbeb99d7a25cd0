"""Each migration is applied once, whole or not at all, and nothing is applied to a database that does not fit."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from plures.data import DatabaseNewer, Migration, MigrationChanged, MigrationFailed, check_migrations, open_database
from plures.errors import InvalidInput, PluresError

ONE = Migration(1, "first table", ("CREATE TABLE a (id INTEGER)",))
TWO = Migration(2, "second table", ("CREATE TABLE b (id INTEGER)", "INSERT INTO b VALUES (7)"))
THREE = Migration(3, "third table", ("CREATE TABLE c (id INTEGER)",))


async def tables_after(folder: Path, *migrations: Migration) -> list[str]:
    """Open with these migrations; the tables that there are then."""
    database = await open_database(folder, "ledger", migrations)
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'plures%' ORDER BY name"
    async with database.read() as connection:
        names = (await connection.execute(query)).scalars()
    await database.close()
    return list(names)


async def test_what_is_pending_is_applied_and_nothing_twice(tmp_path: Path) -> None:
    assert await tables_after(tmp_path) == []
    assert await tables_after(tmp_path, ONE) == ["a"]
    assert await tables_after(tmp_path, ONE, TWO, THREE) == ["a", "b", "c"]
    assert await tables_after(tmp_path, ONE, TWO, THREE) == ["a", "b", "c"]


async def test_the_database_remembers_when_what_was_applied(tmp_path: Path) -> None:
    database = await open_database(tmp_path, "ledger", (ONE, TWO))
    async with database.read() as connection:
        rows = (await connection.execute("SELECT * FROM plures_migrations ORDER BY version")).all()
    await database.close()
    assert [(row.version, row.name, row.checksum) for row in rows] == [
        (m.version, m.name, m.checksum) for m in (ONE, TWO)
    ]
    assert all(row.applied_at.endswith("Z") for row in rows)


async def test_a_migration_may_be_reworded_but_not_changed(tmp_path: Path) -> None:
    await tables_after(tmp_path, ONE, TWO)
    assert await tables_after(tmp_path, Migration(1, "another name", ONE.statements), TWO) == ["a", "b"]
    changed = (
        Migration(1, "one", ("CREATE TABLE x (id INTEGER)",)),
        Migration(2, "two", ("CREATE TABLE y (id INTEGER)",)),
    )
    with pytest.raises(MigrationChanged) as caught:
        await tables_after(tmp_path, *changed, THREE)
    assert caught.value.code == "data.migration_changed"
    assert "1 (one), 2 (two)" in caught.value.why
    assert await tables_after(tmp_path, ONE, TWO) == ["a", "b"]


async def test_a_database_newer_than_the_code_is_left_alone(tmp_path: Path) -> None:
    await tables_after(tmp_path, ONE, TWO, THREE)
    with pytest.raises(DatabaseNewer) as caught:
        await tables_after(tmp_path, ONE)
    assert caught.value.code == "data.newer_than_code"
    assert "at migration 3, and this code knows migrations up to 1" in caught.value.why


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
    tmp_path: Path, statement: str, why: str
) -> None:
    failing = Migration(2, "more", ("CREATE TABLE gone (id INTEGER)", statement))
    with pytest.raises(MigrationFailed) as caught:
        await tables_after(tmp_path, ONE, failing, THREE)
    assert caught.value.code == "data.migration_failed"
    assert "Migration 2 (more) of capability 'ledger'" in caught.value.what
    assert statement in caught.value.what
    assert why in caught.value.why
    assert await tables_after(tmp_path, ONE) == ["a"]


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
