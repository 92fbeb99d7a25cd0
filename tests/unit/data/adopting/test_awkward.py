"""Tables as applications have them: odd names, cycles of references, rows without a key, generated and numbered columns, types of their own."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from plures.data import Folder, Migration, Place, Server, Statement, copies, open_database
from plures.errors import InvalidInput
from tests.postgres import Postgres

from .homes import APPLICATION, Home, adopt, asyncpg, owners, quiet, rows_in, take_back

IN_FILE: Final = (
    """CREATE TABLE "Order" (
        "order id" INTEGER PRIMARY KEY, "user" TEXT NOT NULL DEFAULT 'x' COLLATE NOCASE, "select" TEXT CHECK (length("select") < 9),
        parent INTEGER REFERENCES "Order" ("order id"), total INTEGER, twice INTEGER GENERATED ALWAYS AS (total * 2) STORED,
        line INTEGER REFERENCES "order line" (id)
    )""",
    """CREATE TABLE "order line" (
        id INTEGER PRIMARY KEY AUTOINCREMENT, "Order" INTEGER REFERENCES "Order" ("order id"), state TEXT
    )""",
    "CREATE TABLE nokey (a TEXT, b REAL, c BLOB)",
    "CREATE TABLE pair (b INTEGER, a TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID",
)
ON_SERVER: Final = (
    "CREATE TYPE state AS ENUM ('open', 'done')",
    """CREATE TABLE "Order" (
        "order id" INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "user" TEXT COLLATE "C" NOT NULL DEFAULT 'x',
        "select" TEXT CHECK (length("select") < 9), parent INTEGER REFERENCES "Order" ("order id"), total INTEGER,
        twice INTEGER GENERATED ALWAYS AS (total * 2) STORED, line INTEGER
    )""",
    """CREATE TABLE "order line" (
        id SERIAL PRIMARY KEY, "Order" INTEGER REFERENCES "Order" ("order id") DEFERRABLE INITIALLY DEFERRED, state state
    )""",
    'ALTER TABLE "Order" ADD FOREIGN KEY (line) REFERENCES "order line" (id)',
    "CREATE TABLE nokey (a TEXT, b DOUBLE PRECISION, c BYTEA)",
    "CREATE TABLE pair (b INTEGER, a TEXT, PRIMARY KEY (a, b))",
)
BOTH: Final = ('CREATE UNIQUE INDEX "One of them" ON "Order" (lower("user")) WHERE total > 5',)
ROWS: Final = (
    "INSERT INTO \"Order\" (\"user\", \"select\", total) VALUES ('Anna', 's', 10), ('bert', NULL, 20)",
    "INSERT INTO \"order line\" (\"Order\", state) VALUES (1, 'open'), (2, 'done')",
    'DELETE FROM "order line" WHERE id = 2',
    'UPDATE "Order" SET line = 1, parent = 2 WHERE "order id" = 1',
    'UPDATE "Order" SET parent = 1 WHERE "order id" = 2',
    "INSERT INTO nokey VALUES ('x', 1.5, {blob}), ('x', 1.5, {blob}), (NULL, NULL, NULL)",
    "INSERT INTO pair VALUES (1, 'z'), (2, 'a')",
)
TABLES: Final = ("Order", "order line", "nokey", "pair")
MIGRATIONS: Final = (
    Migration(
        1,
        "as they are",
        (
            *(Statement(sqlite=one, postgresql=None) for one in IN_FILE),
            *(Statement(sqlite=None, postgresql=one) for one in ON_SERVER),
            *BOTH,
        ),
    ),
)
INSERTS: Final = (
    "INSERT INTO \"order line\" (state) VALUES ('open')",
    'INSERT INTO "Order" ("user", total) VALUES (\'{name}\', 3)',
)


async def _all_rows(home: Home) -> dict[str, list[Any]]:
    return {table: sorted(await home.rows(f'SELECT * FROM "{table}"'), key=repr) for table in TABLES}


async def test_all_of_it_comes_in_and_goes_back(home: Home, own: Place, tmp_path: Path) -> None:
    is_file = isinstance(home.place, Path)
    blob = "x'00ff'" if is_file else r"'\x00ff'"
    await home.run(*(IN_FILE if is_file else ON_SERVER), *BOTH, *(one.format(blob=blob) for one in ROWS))
    before = await _all_rows(home)
    ways = owners(tmp_path, MIGRATIONS), "invites", home.outside, copies.End(own), quiet
    assert (await copies.adopt(*ways)).tables == {"Order": 2, "nokey": 3, "order line": 1, "pair": 2}
    database = await open_database(own, "invites", MIGRATIONS)
    async with database.write() as connection:
        for insert in INSERTS:
            await connection.execute(insert.format(name="new"))
        found = list(
            await connection.execute('SELECT max(id), (SELECT max("order id") FROM "Order") FROM "order line"')
        )
    await database.close()
    assert [tuple(row) for row in found] == [(3, 3)]
    await copies.take_back(*ways)
    after = await _all_rows(home)
    assert {name: [row for row in rows if row in after[name]] for name, rows in before.items()} == before
    assert [len(after[name]) - len(before[name]) for name in TABLES] == [1, 1, 0, 0]
    # What the tables were is still what they are: numbers, generated columns, checks, references.
    for insert in INSERTS:
        await home.run(insert.format(name="newer"))
    assert await home.rows('SELECT max(id) FROM "order line"') == [(4,)]
    assert await home.rows('SELECT max("order id"), max(twice) FROM "Order"') == [(4, 40)]
    for wrong in (
        'UPDATE "Order" SET "select" = \'much too long\'',
        'UPDATE "order line" SET "Order" = 99',
        'UPDATE "Order" SET "user" = \'BERT\', total = 9 WHERE "order id" = 1',
    ):
        with pytest.raises((sqlite3.IntegrityError, asyncpg.IntegrityConstraintViolationError)):
            await home.run(wrong)


async def test_names_that_are_cut_stay_two(home: Home, tmp_path: Path) -> None:
    names = ["a" * 55 + end for end in ("one", "two")]
    tables = tuple(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY)" for name in names)
    await home.run(*tables, f"INSERT INTO {names[0]} VALUES (1)")
    ways = (
        owners(tmp_path, (Migration(1, "long", tables),)),
        "invites",
        home.outside,
        copies.End(Folder(tmp_path / "own")),
    )
    assert (await copies.adopt(*ways, quiet)).tables == {names[0]: 1, names[1]: 0}
    await copies.take_back(*ways, quiet)
    assert await home.rows(f"SELECT id FROM {names[0]}") == [(1,)]


async def test_migrations_that_only_a_server_understands(home: Home, own: Place, tmp_path: Path) -> None:
    if isinstance(home.place, Path) or not isinstance(own, Server):
        return
    text = "CREATE TABLE docs (id UUID PRIMARY KEY, body JSONB NOT NULL DEFAULT '{{}}'::jsonb, tags TEXT[], at TIMESTAMPTZ DEFAULT now())"
    text = text.format()
    migrations = (Migration(1, "docs", (text,)),)
    await home.run(text, "INSERT INTO docs VALUES (gen_random_uuid(), '{\"a\": 1}', '{x,y}')")
    rows = await home.rows("SELECT * FROM docs")
    ways = owners(tmp_path, migrations), "invites", home.outside, copies.End(own), quiet
    with pytest.raises(copies.CannotAdopt, match="Run `plures data migrate invites` first"):
        await copies.adopt(*ways)
    await (await open_database(own, "invites", migrations)).close()
    assert (await copies.adopt(*ways)).tables == {"docs": 1}
    await copies.take_back(*ways)
    assert await home.rows("SELECT * FROM docs") == rows


async def test_who_must_own_the_tables_and_see_all_rows(postgres: Postgres, tmp_path: Path) -> None:
    """Rows that a policy hides would not be copied, and would be gone with the others."""
    place = await postgres.schema()
    home = Home(place)
    role = f'"{place.schema} role"'
    await home.run(
        APPLICATION.format(number="SERIAL PRIMARY KEY", reference=""),
        f"CREATE ROLE {role} LOGIN",
        f'GRANT ALL ON SCHEMA "{place.schema}" TO {role}',
        f"ALTER TABLE invites OWNER TO {role}",
        "ALTER TABLE invites ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE invites FORCE ROW LEVEL SECURITY",
        "CREATE POLICY first ON invites USING (id = 1)",
        "CREATE TABLE kids (more INTEGER) INHERITS (mails)",
    )
    their_url = place.url.replace("postgres:@", f"{role.strip(chr(34)).replace(' ', '%20')}@")
    theirs = Home(Server(their_url, place.schema))
    await home.run(f'GRANT ALL ON ALL TABLES IN SCHEMA "{place.schema}" TO {role}')
    with pytest.raises(InvalidInput) as caught:
        await adopt(theirs, Folder(tmp_path / "own"), tmp_path)
    name = role.strip('"')
    assert {str(each.what) for each in caught.value.violations} == {
        "kids inherits from mails, so that rows of one are rows of the other as well",
        f"the role {name} does not own it, and may not rename it",
        f"a policy hides rows of it from the role {name}, and these would be lost",
    }
    await home.run(f"DROP OWNED BY {role} CASCADE", f"DROP ROLE {role}")


async def test_a_view_that_is_broken_is_told_before(tmp_path: Path) -> None:
    home = Home(tmp_path / "application.db")
    await home.run(
        APPLICATION.format(number="INTEGER PRIMARY KEY AUTOINCREMENT", reference=""),
        "CREATE TABLE gone (a); CREATE VIEW broken AS SELECT a FROM gone; DROP TABLE gone",
    )
    with pytest.raises(InvalidInput, match="a view reads what is not there"):
        await adopt(home, Folder(tmp_path / "own"), tmp_path)


async def test_what_the_own_table_refuses_is_told_of_it(tmp_path: Path) -> None:
    home = Home(tmp_path / "application.db")
    await home.run("CREATE TABLE x (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO x VALUES (1, 'same'), (2, 'same')")
    strict = (Migration(1, "x", ("CREATE TABLE x (id INTEGER PRIMARY KEY, v TEXT UNIQUE)",)),)
    with pytest.raises(copies.CannotAdopt, match=r"its own database refused .*UNIQUE constraint failed: x\.v"):
        await copies.adopt(
            owners(tmp_path, strict), "invites", home.outside, copies.End(Folder(tmp_path / "own")), quiet
        )
    assert await home.rows("SELECT count(*) FROM x") == [(2,)]


async def test_an_application_that_writes_on_loses_no_row(home: Home, tmp_path: Path) -> None:
    own, written, more = Folder(tmp_path / "own"), [0], asyncio.Event()

    async def write() -> None:
        """As a program that nothing told of this: each row that it was told is there is there, until its table is gone."""
        while True:
            try:
                await asyncio.to_thread(
                    asyncio.run, home.run(f"INSERT INTO invites (email) VALUES ('{written[0]}@later')")
                )
            except (sqlite3.OperationalError, asyncpg.UndefinedTableError) as error:
                if "invites" in str(error):
                    return
                continue
            written[0] += 1
            more.set()

    writer = asyncio.create_task(write())
    await more.wait()
    if isinstance(home.place, Path):
        with closing(sqlite3.connect(home.place)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
    adopted = await adopt(home, own, tmp_path)
    await writer
    assert adopted.tables["invites"] == 2 + written[0]
    assert await rows_in(own, "SELECT count(*) FROM invites") == [(2 + written[0],)]
    await take_back(home, own, tmp_path)
    assert await home.rows("SELECT count(*) FROM invites") == [(2 + written[0],)]


async def test_what_a_killed_program_had_begun_is_taken_back(tmp_path: Path) -> None:
    """Its journal lies beside the file, and a connection that may only read can do nothing with it."""
    running, killed = tmp_path / "running.db", tmp_path / "killed.db"
    await Home(running).run(APPLICATION.format(number="INTEGER PRIMARY KEY AUTOINCREMENT", reference=""))
    with closing(sqlite3.connect(running, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 2")
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO members VALUES (?, ?)", [(number, "x" * 900) for number in range(2, 99)])
        for suffix in ("", "-journal"):
            killed.with_name(killed.name + suffix).write_bytes(running.with_name(running.name + suffix).read_bytes())
    home = Home(killed)
    adopted = await adopt(home, Folder(tmp_path / "own"), tmp_path, is_dry=True)
    assert adopted.tables == {"invites": 2, "mails": 1}
    assert await home.rows("SELECT count(*) FROM members") == [(1,)]
