"""What one store cannot hold as the other has it is refused by the name of the row, and nothing is changed on its way."""

import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest

from plures.data import Folder, ForeignKeyViolated, Migration, Place, Statement, copies, open_database
from tests.postgres import Postgres


async def made(place: Place, migration: Migration, *rows: str) -> None:
    database = await open_database(place, "orders", (migration,))
    async with database.write() as connection:
        for row in rows:
            await connection.execute(row)
    await database.close()


async def moved(source: Place, target: Place, migration: Migration) -> copies.Moved:
    owners = copies.Owners("shop", Path("none"), {"orders": (migration,)})
    return await copies.move(owners, "orders", copies.End(source), copies.End(target), lambda *_: None)


def kept(column: str, on_server: str = "") -> Migration:
    return Migration(
        1,
        "kept",
        (
            Statement(
                f"CREATE TABLE kept (shop TEXT, id INTEGER, said {column}, PRIMARY KEY (shop, id))",
                f"CREATE TABLE kept (shop TEXT, id INTEGER, said {on_server or column}, PRIMARY KEY (shop, id))",
            ),
        ),
    )


@pytest.mark.parametrize(
    ("columns", "value", "reason"),
    [
        (("TEXT", "TEXT"), "char(97, 0, 98)", "NUL"),
        (("TEXT", "TEXT"), "x'61'", "bytes that is not text"),
        (("INTEGER", "INTEGER"), "2147483648", "32 bits"),
        (("INTEGER", "SMALLINT"), "-32769", "16 bits"),
        (("INTEGER", "BIGINT"), "'seven'", "text that is not a whole number"),
        (("INTEGER", "BIGINT"), "0.5", "not a whole number"),
        (("BOOLEAN", "BOOLEAN"), "2", "true or false"),
        (("REAL", "REAL"), "0.1", "more digits than a REAL of PostgreSQL"),
        (("REAL", "REAL"), "1e300", "more digits than a REAL of PostgreSQL"),
        (("INTEGER", "DOUBLE PRECISION"), "9007199254740993", "floating-point"),
        (("NUMERIC", "NUMERIC"), "'many'", "not a number"),
        (("TEXT", "UUID"), "'0f8fad5b'", "not a UUID"),
        (("TEXT", "TIMESTAMPTZ"), "'yesterday'", "not a moment"),
        (("INTEGER", "TIMESTAMPTZ"), "1767323045", "a whole number that is not text"),
        (("TEXT", "TIMESTAMP"), "'2026-01-02 03:04:05+02:00'", "offset from UTC"),
        (("TEXT", "DATE"), "'2026-02-30'", "not a date"),
        (("TEXT", "TIME"), "'25:00'", "not a time of day"),
        (("TEXT", "JSONB"), "'{'", "not JSON"),
        (("VARCHAR(3)", "VARCHAR(3)"), "'abcd'", "longer than 3 characters"),
        (("CHAR(3)", "CHAR(3)"), "'abcd'", "longer than 3 characters"),
        (("NUMERIC", "NUMERIC(12, 2)"), "0.125", "more than 2 digits behind the point"),
        (("NUMERIC", "NUMERIC(12)"), "0.5", "more than 0 digits behind the point"),
        (("TEXT", "TEXT NOT NULL"), "NULL", "NULL"),
    ],
)
async def test_no_row_that_a_server_cannot_hold(
    tmp_path: Path, postgres: Postgres, columns: tuple[str, str], value: str, reason: str
) -> None:
    migration = kept(*columns)
    await made(Folder(tmp_path), migration, "INSERT INTO kept VALUES ('a', 1, NULL)" if value != "NULL" else "SELECT 1")
    await made(Folder(tmp_path), migration, f"INSERT INTO kept VALUES ('it''s', 7, {value})")
    with pytest.raises(copies.RowCannotMove) as caught:
        await moved(Folder(tmp_path), await postgres.schema(), migration)
    assert (caught.value.table, caught.value.key, caught.value.column) == ("kept", '"it\'s", 7', "said")
    assert reason in caught.value.reason
    await made(Folder(tmp_path), migration, "DELETE FROM kept WHERE id = 7")
    assert (await moved(Folder(tmp_path), await postgres.schema(), migration)).tables["kept"] <= 1


@pytest.mark.parametrize(
    ("columns", "value", "reason"),
    [
        (("REAL", "DOUBLE PRECISION"), "'NaN'", "NaN"),
        (("REAL", "REAL"), "'NaN'", "NaN"),
        (("NUMERIC", "NUMERIC"), "0.12345678901234567890", "no exact number"),
        (("NUMERIC", "NUMERIC"), "'NaN'", "no exact number"),
        (("INTEGER", "NUMERIC"), "9223372036854775809", "no exact number"),
    ],
)
async def test_no_row_that_a_file_cannot_hold(
    tmp_path: Path, postgres: Postgres, columns: tuple[str, str], value: str, reason: str
) -> None:
    migration, server = kept(*columns), await postgres.schema()
    await made(server, migration, f"INSERT INTO kept VALUES ('a', 7, {value})")
    with pytest.raises(copies.RowCannotMove) as caught:
        await moved(server, Folder(tmp_path), migration)
    assert (caught.value.key, reason in caught.value.reason) == ("'a', 7", True)
    await made(server, migration, "UPDATE kept SET said = NULL")
    assert (await moved(server, Folder(tmp_path), migration)).tables["kept"] == 1


@pytest.mark.parametrize(
    ("column", "on_server", "value"),
    [
        ("TEXT", "TIMESTAMPTZ", "'0044-03-15 12:00:00+00 BC'"),
        ("TEXT", "TIMESTAMPTZ", "'infinity'"),
        ("TEXT", "TIMESTAMP", "'2026-01-02 03:04:05.1'"),
        ("TEXT", "INTERVAL", "'1 mon -3 days 04:05:06.7'"),
        ("TEXT", "INET", "'10.0.0.0/8'"),
        ("TEXT", "INTEGER[]", "'{1,NULL,3}'"),
        ("TEXT", "NUMERIC", "0.12345678901234567890"),
        ("TEXT", "TIMETZ", "'10:00:00+02'"),
        ("TEXT", "JSON", '\'{"b": 1.10,  "a": [1e3]}\''),
        ("NUMERIC", "NUMERIC(12, 2)", "199.90"),
        ("REAL", "DOUBLE PRECISION", "'-0'"),
        ("REAL", "DOUBLE PRECISION", "'-Infinity'"),
        ("REAL", "REAL", "0.5"),
        ("CHAR(9)", "CHAR(9)", "'ab '"),
        ("BLOB", "UUID", "'0f8fad5b-d9cb-469f-a165-70867728950e'"),
        ("BLOB", "BYTEA", r"'\x00ff5c'"),
    ],
)
async def test_what_a_file_keeps_as_the_server_has_it(
    tmp_path: Path, postgres: Postgres, column: str, on_server: str, value: str
) -> None:
    migration, first, last = kept(column, on_server), await postgres.schema(), await postgres.schema()
    await made(first, migration, f"INSERT INTO kept VALUES ('a', 7, {value}), ('b', 8, NULL)")
    assert (await moved(first, Folder(tmp_path), migration)).tables["kept"] == 2
    assert (await moved(Folder(tmp_path), last, migration)).tables["kept"] == 2
    found: list[str] = []
    for server in (first, last):
        (text,) = await _fetched(postgres, f'SELECT said::text FROM "{server.schema}".kept WHERE id = 7')
        found.append(text)
    assert found[1] == found[0].replace("-0", "0") if value == "'-0'" else found[1] == found[0]


async def _fetched(postgres: Postgres, query: str) -> tuple[str, ...]:
    connection = await asyncpg.connect(postgres.url())
    row = await connection.fetchrow(query)
    await connection.close()
    return tuple(row)


async def test_tables_that_the_migrations_do_not_make(tmp_path: Path, postgres: Postgres) -> None:
    migration, server = kept("TEXT"), await postgres.schema()
    await made(server, migration, "CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)")
    with pytest.raises(copies.CannotMove, match="do not make its tables as they are: alembic_version"):
        await moved(server, Folder(tmp_path), migration)
    with pytest.raises(copies.CannotMove, match="kept"):
        await made(await postgres.schema(), migration)
        changed = await postgres.schema()
        await made(changed, migration, "ALTER TABLE kept ADD COLUMN more TEXT")
        await moved(changed, Folder(tmp_path / "other"), migration)


async def test_parts_of_a_table_are_copied_once(tmp_path: Path, postgres: Postgres) -> None:
    parted = Migration(
        1,
        "parted",
        (
            Statement(
                "CREATE TABLE kept (id INTEGER, day DATE)",
                "CREATE TABLE kept (id INTEGER, day DATE) PARTITION BY RANGE (day)",
            ),
            Statement(None, "CREATE TABLE old PARTITION OF kept FOR VALUES FROM (MINVALUE) TO ('2026-01-01')"),
            Statement(None, "CREATE TABLE new PARTITION OF kept FOR VALUES FROM ('2026-01-01') TO (MAXVALUE)"),
        ),
    )
    server = await postgres.schema()
    await made(server, parted, "INSERT INTO kept VALUES (1, '2025-12-31'), (2, '2026-01-01'), (2, '2026-01-01')")
    assert (await moved(server, Folder(tmp_path), parted)).tables == {"kept": 3, "plures_commands": 0}
    assert (await moved(Folder(tmp_path), await postgres.schema(), parted)).tables["kept"] == 3


async def test_a_file_that_breaks_its_own_rules(tmp_path: Path, postgres: Postgres) -> None:
    """SQLite keeps references only where it is told to, and takes any bytes for text."""
    referring = Migration(
        1,
        "referring",
        (
            "CREATE TABLE kept (id INTEGER PRIMARY KEY)",
            "CREATE TABLE held (kept INTEGER REFERENCES kept (id), said TEXT)",
        ),
    )
    await made(Folder(tmp_path), referring)
    with closing(sqlite3.connect(tmp_path / "orders.sqlite3")) as file:
        file.execute("INSERT INTO held VALUES (7, 'x')")
        file.commit()
    with pytest.raises(ForeignKeyViolated, match="held"):
        await moved(Folder(tmp_path), await postgres.schema(), referring)
    with closing(sqlite3.connect(tmp_path / "orders.sqlite3")) as file:
        file.execute("UPDATE held SET kept = NULL, said = CAST(x'616263ff' AS TEXT)")
        file.commit()
    with pytest.raises(copies.RowCannotMove) as caught:
        await moved(Folder(tmp_path), await postgres.schema(), referring)
    assert (caught.value.table, caught.value.column) == ("held", "said")
