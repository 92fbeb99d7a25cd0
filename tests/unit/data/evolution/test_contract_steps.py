"""Expand and contract: what the version still running would not survive is found, what it would is let alone."""

import pytest

from marketplace.checkout.store import MIGRATIONS
from plures.data import Connection, Migration, Statement, check_contract_steps

OLD = Migration(
    1,
    "old",
    (
        "CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT, c TEXT DEFAULT '')",
        "CREATE TABLE other (id INTEGER)",
        "CREATE VIEW seen AS SELECT id FROM a",
        "CREATE UNIQUE INDEX one_b ON a (b)",
        "CREATE INDEX some_c ON a (c)",
    ),
)


def codes(*statements: str) -> list[str]:
    found = check_contract_steps("shop", (OLD, Migration(2, "next", statements)))
    assert check_contract_steps("shop", (OLD, Migration(2, "next", statements, contract_step=True))) == ()
    return [violation.code.removeprefix("data.") for violation in found]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("DROP TABLE a", ["drops"]),
        ("drop table if exists main.a;", ["drops"]),
        ('/* a /* nested */ comment */ DROP -- really\n TABLE\n"a"', ["drops"]),
        ("DROP TABLE [a]", ["drops"]),
        ("DROP TABLE `a`", ["drops"]),
        ("DROP TABLE a, other CASCADE", ["drops", "drops"]),
        ("DROP VIEW seen", ["drops"]),
        ("DROP INDEX one_b", ["drops"]),
        ("DROP TYPE state", ["drops"]),
        ("DROP SCHEMA old CASCADE", ["drops"]),
        ("ALTER TABLE a RENAME TO x", ["renames"]),
        ("ALTER TABLE a RENAME b TO x", ["renames"]),
        ("ALTER TABLE IF EXISTS ONLY public.a * RENAME COLUMN b TO x", ["renames"]),
        ("ALTER VIEW seen RENAME TO x", ["renames"]),
        ("ALTER TYPE state RENAME VALUE 'on' TO 'up'", ["renames"]),
        ("ALTER TABLE a SET SCHEMA elsewhere", ["renames"]),
        ("ALTER TABLE a DROP b", ["drops"]),
        ("ALTER TABLE a DROP COLUMN IF EXISTS b CASCADE", ["drops"]),
        ("ALTER TABLE a ADD COLUMN d TEXT, DROP COLUMN b, ALTER c TYPE BIGINT", ["drops", "changes_type"]),
        ("ALTER TABLE a ALTER COLUMN b SET DATA TYPE BIGINT USING b::bigint", ["changes_type"]),
        ("ALTER TABLE a ALTER b SET NOT NULL", ["requires_value"]),
        ("ALTER TABLE a ALTER c DROP DEFAULT", ["requires_value"]),
        ("ALTER TABLE a ADD COLUMN d TEXT NOT NULL", ["requires_value"]),
        ("ALTER TABLE a ADD COLUMN IF NOT EXISTS d TEXT NOT NULL DEFAULT NULL", ["requires_value"]),
        ("ALTER TABLE a ADD d NUMERIC(10, 2) NOT NULL", ["requires_value"]),
        ("ALTER TABLE a ADD d TEXT /* DEFAULT 1 */ NOT NULL", ["requires_value"]),
        ("ALTER TABLE a ADD d TEXT NOT NULL CHECK (d <> ' DEFAULT ')", ["requires_value"]),
        ("ALTER TABLE a ADD UNIQUE (c)", ["new_constraint"]),
        ("ALTER TABLE a ADD CONSTRAINT n CHECK (b > 0) NOT VALID", ["new_constraint"]),
        ("ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES other (id)", ["new_constraint"]),
        ("ALTER TABLE a ADD COLUMN d TEXT DEFAULT '' UNIQUE", ["new_constraint"]),
        ("ALTER TABLE a ADD COLUMN d TEXT CHECK (d <> b)", ["new_constraint"]),
        ("ALTER TABLE a ADD COLUMN d TEXT CHECK (d IS NOT NULL)", ["new_constraint"]),
        ("CREATE UNIQUE INDEX n ON a (c)", ["new_constraint"]),
        ("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS n ON ONLY a USING btree (lower(c)) WHERE c <> ''", ["new_constraint"]),
        ("CREATE UNIQUE INDEX ON a (c)", ["new_constraint"]),
        ("CREATE TABLE IF NOT EXISTS a (id INTEGER)", []),
        ("CREATE TABLE n (id INTEGER NOT NULL UNIQUE)", []),
        ("CREATE INDEX n ON a (c)", []),
        ("DROP INDEX some_c", []),
        ("DROP INDEX IF EXISTS never", []),
        ("DROP TABLE IF EXISTS left_over", []),
        ("DROP TRIGGER t", []),
        ("ALTER INDEX some_c RENAME TO more_c", []),
        ("ALTER TABLE a RENAME CONSTRAINT x TO y", []),
        ("ALTER TABLE a ADD COLUMN d TEXT", []),
        ("ALTER TABLE a ADD COLUMN d TEXT UNIQUE", []),
        ("ALTER TABLE a ADD COLUMN d TEXT CHECK (length(d) < 9 AND d LIKE 'x%')", []),
        ("ALTER TABLE a ADD COLUMN d TEXT NOT NULL DEFAULT ''", []),
        ("ALTER TABLE a ADD COLUMN d BIGINT GENERATED ALWAYS AS IDENTITY NOT NULL", []),
        ("ALTER TABLE a ADD COLUMN d INTEGER NOT NULL GENERATED ALWAYS AS (id * 2) STORED", []),
        ("ALTER TABLE a ADD COLUMN d BIGSERIAL NOT NULL", []),
        ("ALTER TABLE a ALTER b DROP NOT NULL, ALTER b SET DEFAULT 'x'", []),
        ("ALTER TABLE a DROP CONSTRAINT x", []),
        ("INSERT INTO a (b) VALUES ('DROP TABLE a; ALTER TABLE a DROP b')", []),
        ("UPDATE a SET b = $$; DROP TABLE a;$$", []),
        ("-- DROP TABLE a\nDELETE FROM a", []),
        ("", []),
    ],
)  # fmt: skip
def test_one_statement(statement: str, expected: list[str]) -> None:
    assert codes(statement) == expected


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        # What the same migration made, the version still running does not know.
        (["CREATE TABLE n (a)", "ALTER TABLE n ADD b TEXT NOT NULL", "ALTER TABLE n RENAME TO m", "DROP TABLE m"], []),
        (["CREATE TEMP TABLE n (a)", "CREATE UNIQUE INDEX u ON n (a)", "DROP TABLE n"], []),
        (["ALTER TABLE a ADD d TEXT", "ALTER TABLE a RENAME d TO e", "ALTER TABLE a DROP e"], []),
        (["ALTER TABLE a ADD d TEXT DEFAULT ''", "ALTER TABLE a DROP d"], []),
        (["ALTER TABLE a ADD d TEXT DEFAULT 'x'", "UPDATE a SET d = b", "ALTER TABLE a ALTER d SET NOT NULL"], []),
        (["ALTER TABLE a ADD d TEXT", "UPDATE a SET d = b", "ALTER TABLE a ALTER d SET NOT NULL"], ["requires_value"]),
        (["ALTER TABLE a ADD d TEXT", "CREATE UNIQUE INDEX u ON a (b, d)"], []),
        (["ALTER TABLE a ADD d TEXT", "CREATE UNIQUE INDEX u ON a (b, d) NULLS NOT DISTINCT"], ["new_constraint"]),
        (["ALTER TABLE a ADD d TEXT DEFAULT ''", "CREATE UNIQUE INDEX u ON a (d)"], ["new_constraint"]),
        (["ALTER TABLE a ADD d TEXT DEFAULT ''", "CREATE UNIQUE INDEX u ON a (b) WHERE d != '' AND (c = '' OR b > c)"], []),
        (["ALTER TABLE a ADD d TEXT DEFAULT ''", "CREATE UNIQUE INDEX u ON a (b) WHERE d != '' OR c = ''"], ["new_constraint"]),
        (["ALTER TABLE a ADD d TEXT DEFAULT ''", "CREATE UNIQUE INDEX u ON a (b) WHERE d != 'x'"], ["new_constraint"]),
        (["ALTER TABLE a ADD d TEXT", "CREATE UNIQUE INDEX u ON a (b) WHERE d IS NOT NULL"], []),
        (["DROP VIEW seen", "CREATE VIEW seen AS SELECT id, b FROM a"], []),
        # SQLite's way to change what ALTER TABLE cannot, and its other order.
        (["CREATE TABLE n (id)", "INSERT INTO n SELECT id FROM a", "DROP TABLE a", "ALTER TABLE n RENAME TO a"], ["rebuilds_table"]),
        (["ALTER TABLE a RENAME TO o", "CREATE TABLE a (id)", "INSERT INTO a SELECT id FROM o", "DROP TABLE o"], ["rebuilds_table"]),
        (["DROP TABLE a", "CREATE TABLE a (id)"], ["rebuilds_table"]),
        (["ALTER TABLE a RENAME TO o", "DROP TABLE o"], ["renames"]),
    ],
)  # fmt: skip
def test_statements_together(statements: list[str], expected: list[str]) -> None:
    assert codes(*statements) == expected


def test_where_why_and_what_to_do_instead() -> None:
    (violation,) = check_contract_steps("shop", (OLD, Migration(2, "tidy", ("SELECT 1", "ALTER TABLE a\n DROP b"))))
    assert violation.where == "migration 2 (tidy) of shop, part 2"
    assert violation.what.startswith("'ALTER TABLE a DROP b' drops column 'a.b'")
    assert "In two steps: " in violation.fix
    assert "contract_step=True" in violation.fix


def test_what_later_migrations_made_is_unknown_to_a_version_that_runs_an_earlier_one() -> None:
    migrations = (OLD, Migration(2, "n", ("CREATE TABLE n (a)",)), Migration(3, "more", ("ALTER TABLE n DROP a",)))
    assert len(check_contract_steps("shop", migrations)) == 1
    assert len(check_contract_steps("shop", migrations, running=2)) == 1
    assert check_contract_steps("shop", migrations, running=1) == ()


def test_both_dialects_are_read_and_said_once() -> None:
    async def step(connection: Connection) -> None: ...

    in_both = Statement("ALTER TABLE a DROP COLUMN b", "ALTER TABLE a DROP COLUMN IF EXISTS b")
    in_one = Statement(sqlite=None, postgresql="ALTER TABLE a ALTER c TYPE BIGINT")
    found = check_contract_steps("shop", (OLD, Migration(2, "next", (step, in_one, in_both))))
    assert [violation.where[-6:] for violation in found] == ["part 2", "part 3"]


def test_the_marketplace_survives_its_own_migrations() -> None:
    assert check_contract_steps("checkout", MIGRATIONS) == ()
