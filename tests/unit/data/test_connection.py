"""Plain SQL and SQLAlchemy's expressions on one transaction, and what statements fail with."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from plures.data import (
    CheckViolated,
    Connection,
    ConstraintViolated,
    Database,
    DatabaseBusy,
    DiskFull,
    ForeignKeyViolated,
    Migration,
    NotNullViolated,
    NotOneRow,
    Place,
    StatementFailed,
    UniqueViolated,
    open_database,
)

FILL = "INSERT INTO stock VALUES (:id, :pieces)"
ALL = "SELECT id, pieces FROM stock ORDER BY id"


class Base(DeclarativeBase):
    pass


class Stock(Base):
    __tablename__ = "stock"
    id: Mapped[str] = mapped_column(primary_key=True)
    pieces: Mapped[int]


async def fill(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(FILL, [{"id": id_, "pieces": n} for n, id_ in enumerate(("cup", "milk", "tea"))])


async def test_rows_are_named_tuples(database: Database) -> None:
    await fill(database)
    async with database.read() as connection:
        result = await connection.execute(ALL)
        first = result.first()
        assert (first.id, first.pieces, first[0], tuple(first)) == ("cup", 0, "cup", ("cup", 0))
        assert [id_ for id_, _ in result] == result.scalars() == ["cup", "milk", "tea"]
        assert len(result.all()) == 3
        assert (await connection.execute("SELECT id, id, count(*) FROM stock GROUP BY id ORDER BY id")).first() == (
            "cup",
            "cup",
            1,
        )


async def test_one_row(database: Database) -> None:
    await fill(database)
    async with database.read() as connection:
        one = await connection.execute("SELECT pieces FROM stock WHERE id = :id", {"id": "tea"})
        none = await connection.execute("SELECT pieces FROM stock WHERE id = :id", {"id": "salt"})
        three = await connection.execute(ALL)
        assert (one.one(), one.one_or_none(), one.scalar_one(), one.scalar()) == ((2,), (2,), 2, 2)
        assert (none.first(), none.one_or_none(), none.scalar(), none.all()) == (None, None, None, [])
        for wrong in (none.one, none.scalar_one, three.one, three.one_or_none):
            with pytest.raises(NotOneRow):
                wrong()
        assert await connection.scalar("SELECT count(*) FROM stock") == 3


async def test_rowcount_and_returning(database: Database) -> None:
    await fill(database)
    async with database.write() as connection:
        assert (await connection.execute("UPDATE stock SET pieces = 9 WHERE pieces > 0")).rowcount == 2
        assert (await connection.execute("DELETE FROM stock WHERE id = 'salt'")).rowcount == 0
        returned = await connection.execute("UPDATE stock SET pieces = pieces + 1 RETURNING id, pieces")
        assert sorted(returned) == [("cup", 1), ("milk", 10), ("tea", 10)]
        assert (await connection.execute(FILL, [])).all() == []


@pytest.mark.parametrize(
    ("which", "values", "found"),
    [
        ("id IN :ids", {"ids": ["tea", "cup"]}, ["cup", "tea"]),
        ("id IN :ids", {"ids": ("tea",)}, ["tea"]),
        ("id IN :ids", {"ids": ()}, []),
        ("id NOT IN :ids", {"ids": []}, ["cup", "milk", "tea"]),
        ("id IN :ids AND pieces > :least", {"ids": ["tea", "cup"], "least": 1}, ["tea"]),
        ("id IN :ids OR id = ':ids' -- :ids", {"ids": ["tea"]}, ["tea"]),
        ("id IN /* :ids */ :ids AND \"id\" <> 'it''s :ids'", {"ids": ["tea"]}, ["tea"]),
        ("id IN :id OR id IN :ids", {"id": ["cup"], "ids": ["tea"]}, ["cup", "tea"]),
    ],
)
async def test_a_list_is_for_in(database: Database, which: str, values: dict[str, Any], found: list[str]) -> None:
    await fill(database)
    async with database.read() as connection:
        rows = await connection.execute(f"SELECT id FROM stock WHERE {which}\n ORDER BY id", values)
        assert rows.scalars() == found


@pytest.mark.parametrize("rows", [0, 1, 7, 1000])
async def test_a_stream_brings_all_rows_in_parts(database: Database, rows: int) -> None:
    async with database.write() as connection:
        await connection.execute(FILL, [{"id": f"{n:04}", "pieces": n} for n in range(rows)])
    async with database.read() as connection:
        assert [row.pieces async for row in connection.stream(ALL, at_once=7)] == list(range(rows))
        async for row in connection.stream(ALL, at_once=7):
            assert row.pieces == 0
            break
        assert await connection.scalar("SELECT count(*) FROM stock") == rows


async def test_both_ways_share_the_transaction(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(FILL, {"id": "tea", "pieces": 1})
        assert (await connection.execute(select(Stock.id))).scalars().all() == ["tea"]
        await connection.execute(insert(Stock), [{"id": "cup", "pieces": 2}, {"id": "milk", "pieces": 3}])
        assert await connection.scalar(text("SELECT pieces FROM stock WHERE id = :id"), {"id": "milk"}) == 3
        assert (await connection.execute(ALL)).scalars() == ["cup", "milk", "tea"]
    async with database.read() as connection:
        assert (await connection.execute(ALL)).scalars() == ["cup", "milk", "tea"]


async def test_both_ways_are_rolled_back(database: Database) -> None:
    async def fail() -> None:
        async with database.write() as connection:
            await connection.execute(FILL, {"id": "tea", "pieces": 1})
            await connection.execute(insert(Stock).values(id="cup", pieces=2))
            raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            await fail()
    async with database.read() as connection:
        assert (await connection.execute(ALL)).all() == []


async def test_a_session_commits_its_objects(database: Database) -> None:
    async with database.session() as session:
        session.add_all([Stock(id="tea", pieces=1), kept := Stock(id="cup", pieces=2)])
    assert kept.pieces == 2
    async with database.session() as session:
        tea = await session.get_one(Stock, "tea")
        tea.pieces += 1
    async with database.read() as connection:
        assert (await connection.execute(ALL)).all() == [("cup", 2), ("tea", 2)]


async def test_a_session_that_fails_leaves_nothing(database: Database) -> None:
    async def fail() -> None:
        async with database.session() as session:
            session.add(Stock(id="tea", pieces=1))
            await session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    await fill(database)

    async def add_twice() -> None:
        async with database.session() as session:
            session.add(Stock(id="tea", pieces=1))

    with pytest.raises(UniqueViolated):
        await add_twice()
    async with database.read() as connection:
        assert (await connection.execute(ALL)).scalars() == ["cup", "milk", "tea"]


FAMILY = Migration(
    1,
    "tables",
    (
        "CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, age INTEGER CHECK (age >= 0))",
        "CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES parent)",
        "INSERT INTO parent VALUES (1, 'Ada', 36)",
    ),
)


@pytest.mark.parametrize("way", [str, text], ids=["plain", "sqlalchemy"])
@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("INSERT INTO parent VALUES (1, 'Eve', 1)", UniqueViolated),
        ("INSERT INTO parent VALUES (2, 'Ada', 1)", UniqueViolated),
        ("INSERT INTO parent VALUES (2, NULL, 1)", NotNullViolated),
        ("INSERT INTO parent VALUES (2, 'Eve', -1)", CheckViolated),
        ("INSERT INTO child VALUES (1, 7)", ForeignKeyViolated),
        ("INSERT INTO nothing VALUES (1)", StatementFailed),
        ("INSERT INTO parent VALUES (2, 'Eve', 1, 4)", StatementFailed),
        ("SELEC 1", StatementFailed),
    ],
)
async def test_a_refused_statement_says_why_either_way(
    place: Place, way: Any, statement: str, kind: type[StatementFailed]
) -> None:
    database = await open_database(place, "family", (FAMILY,))

    async def run(connection: Connection) -> None:
        await connection.execute(way(statement))

    async with database.write() as connection:
        with pytest.raises(StatementFailed) as caught:
            await run(connection)
        # The transaction goes on without it.
        await connection.execute("INSERT INTO parent VALUES (3, 'Bob', 4)")
    assert type(caught.value) is kind
    assert issubclass(kind, ConstraintViolated) == caught.value.code.endswith("_violated")
    assert (caught.value.capability, caught.value.statement, caught.value.may_be_repeated) == (
        "family",
        statement,
        False,
    )
    assert caught.value.reason
    async with database.read() as connection:
        assert (await connection.execute("SELECT id FROM parent")).scalars() == [1, 3]
    await database.close()


@pytest.mark.parametrize("value", [2**64, object(), {"a": 1}], ids=["too large", "an object", "a dict"])
async def test_a_value_that_cannot_be_kept_is_named(database: Database, value: object) -> None:
    with pytest.raises(StatementFailed) as caught:
        async with database.write() as connection:
            await connection.execute(FILL, {"id": "tea", "pieces": value})
    assert "INSERT" in caught.value.what
    assert caught.value.reason


async def test_a_missing_value_is_named(database: Database) -> None:
    with pytest.raises(StatementFailed, match="pieces"):
        async with database.write() as connection:
            await connection.execute(FILL, {"id": "tea"})


async def test_a_full_disk_says_so_and_leaves_nothing(sqlite: Database) -> None:
    async with sqlite.write() as connection:
        # As little room as the sqlite has now.
        pages = await connection.scalar("PRAGMA page_count")
        await connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DiskFull) as caught:
        async with sqlite.write() as connection:
            await connection.execute(FILL, [{"id": f"{n:0500}", "pieces": n} for n in range(100)])
    assert (caught.value.may_be_repeated, caught.value.is_passing) == (False, True)
    async with sqlite.read() as connection:
        assert (await connection.execute(ALL)).all() == []


async def test_files_that_may_not_grow_are_named_as_the_cause(tmp_path: Path) -> None:
    # In a process of its own, since the limit holds for all of its files.
    program = (
        "import asyncio, pathlib, resource, signal, sys\n"
        "from plures.data import open_database, StorageFailed\n"
        "async def main():\n"
        "    database = await open_database(pathlib.Path(sys.argv[1]), 'inventory')\n"
        "    async with database.write() as connection:\n"
        "        await connection.execute('CREATE TABLE stock (id TEXT)')\n"
        "    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))\n"
        "    try:\n"
        "        async with database.write() as connection:\n"
        "            await connection.execute('INSERT INTO stock VALUES (:id)', {'id': 'x' * 3_000_000})\n"
        "    except StorageFailed as error:\n"
        "        print(error.code, 'ulimit -f' in error.fix)\n"
        "    async with database.read() as connection:\n"
        "        print(await connection.scalar('SELECT count(*) FROM stock'))\n"
        "    await database.close()\n"
        "asyncio.run(main())\n"
    )
    other = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, str(tmp_path)), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await other.communicate()
    assert said.decode().split() == ["data.storage_failed", "True", "0"]


async def test_a_lock_of_another_program_is_named(sqlite: Database, tmp_path: Path) -> None:
    async with sqlite.write() as connection:
        await connection.execute("PRAGMA busy_timeout = 50")
    program = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('BEGIN IMMEDIATE'); print('held', flush=True); input()"
    other = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, str(tmp_path / "inventory.sqlite3")),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert other.stdout
    await other.stdout.readline()
    with pytest.raises(DatabaseBusy) as caught:
        async with sqlite.write() as connection:
            await connection.execute(FILL, {"id": "tea", "pieces": 1})
    await other.communicate(b"\n")
    assert caught.value.may_be_repeated
    await fill(sqlite)


def test_plain_sql_does_not_import_sqlalchemy(tmp_path: Path) -> None:
    program = """
import asyncio, sys
from pathlib import Path
from plures.data import Migration, open_database

async def main():
    database = await open_database(Path(sys.argv[1]), "stock", [Migration(1, "stock", ("CREATE TABLE stock (id TEXT)",))])
    async with database.write() as connection:
        await connection.execute("INSERT INTO stock VALUES (:id)", {"id": "tea"})
    async with database.read() as connection:
        print(await connection.scalar("SELECT id FROM stock"), "sqlalchemy" in sys.modules)
    await database.close()

asyncio.run(main())
"""
    finished = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert finished.stdout == "tea False\n"
