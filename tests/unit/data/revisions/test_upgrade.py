"""Alembic's scripts run on a capability's own database, as numbered migrations do: each revision once, whole or not at all."""

import asyncio
import logging
from pathlib import Path

import pytest

from plures.data import (
    AlembicMigrations,
    Database,
    Dialect,
    MigrationFailed,
    Place,
    RevisionUnknown,
    ScriptsUnusable,
    Server,
    SeveralHeads,
    open_database,
)

from .writing import revision, table, written

TABLES = {
    Dialect.SQLITE: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'plures%' ORDER BY name",
    Dialect.POSTGRESQL: "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() "
    "AND tablename NOT LIKE 'plures%' ORDER BY tablename",
}


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    return written(tmp_path / "scripts")


async def opened(place: Place, scripts: Path, capability: str = "ledger") -> Database:
    return await open_database(place, capability, AlembicMigrations(scripts))


async def left(place: Place, scripts: Path) -> tuple[list[str], list[str]]:
    """The tables after opening, and the heads that Alembic remembers."""
    database = await opened(place, scripts)
    async with database.read() as connection:
        tables = (await connection.execute(TABLES[database.dialect])).scalars()
        heads = (await connection.execute("SELECT version_num FROM alembic_version ORDER BY 1")).scalars()
    await database.close()
    return [name for name in tables if name != "alembic_version"], heads


async def test_what_is_pending_runs_and_nothing_twice(place: Place, scripts: Path) -> None:
    revision(scripts, "a1", None, table("a"))
    revision(scripts, "b2", "a1", table("b"), 'op.execute("INSERT INTO b VALUES (7)")')
    assert await left(place, scripts) == (["a", "b"], ["b2"])
    revision(scripts, "c3", "b2", 'op.execute("UPDATE b SET id = id * 6")', table("c"))
    for _ in range(2):
        assert await left(place, scripts) == (["a", "b", "c"], ["c3"])
    database = await opened(place, scripts)
    async with database.read() as connection:
        assert await connection.scalar("SELECT id FROM b") == 42
    await database.close()


async def test_scripts_without_a_revision_make_no_table(place: Place, scripts: Path) -> None:
    await (await opened(place, scripts)).close()


async def test_a_revision_that_fails_leaves_those_before_it(place: Place, scripts: Path) -> None:
    revision(scripts, "a1", None, table("a"))
    revision(scripts, "b2", "a1", table("gone"), 'op.execute("INSERT INTO missing VALUES (1)")')
    revision(scripts, "c3", "b2", table("c"))
    with pytest.raises(MigrationFailed) as caught:
        await left(place, scripts)
    assert "Migration b2 (make b2) of capability 'ledger' failed at 'INSERT INTO missing" in caught.value.what
    assert "missing" in caught.value.why
    assert f"({scripts / 'versions' / 'b2.py'}, line " in caught.value.why
    revision(scripts, "b2", "a1", "{}['missing']")
    with pytest.raises(MigrationFailed, match=r"failed at 'upgrade': KeyError: 'missing' \(.*b2.py, line 13\)"):
        await left(place, scripts)
    revision(scripts, "b2", "a1", table("b"))
    assert await left(place, scripts) == (["a", "b", "c"], ["c3"])


async def test_a_database_newer_than_the_code_is_left_alone(place: Place, scripts: Path, tmp_path: Path) -> None:
    revision(scripts, "a1", None, table("a"))
    older = written(tmp_path / "older")
    revision(older, "a1", None, table("a"))
    revision(scripts, "b2", "a1", table("b"))
    await left(place, scripts)
    with pytest.raises(RevisionUnknown, match="it is at revision b2, which this code does not have"):
        await left(place, older)
    # Alembic would take a part of a name for the whole.
    revision(older, "b22", "a1", table("other"))
    with pytest.raises(RevisionUnknown):
        await left(place, older)


async def test_two_heads_are_refused_until_they_are_merged(place: Place, scripts: Path) -> None:
    revision(scripts, "a1", None, table("a"))
    await left(place, scripts)
    revision(scripts, "mine", "a1", table("mine"))
    revision(scripts, "yours", "a1", table("yours"))
    with pytest.raises(SeveralHeads) as caught:
        await left(place, scripts)
    assert sorted(caught.value.heads.split(", ")) == ["mine", "yours"]
    assert "alembic merge heads" in caught.value.fix
    revision(scripts, "both", ("mine", "yours"))
    assert await left(place, scripts) == (["a", "mine", "yours"], ["both"])


async def test_branches_with_labels_of_their_own_run_beside_one_another(place: Place, scripts: Path) -> None:
    revision(scripts, "a1", None, table("a"), branch_labels=("shared",))
    revision(scripts, "x1", None, table("x"), branch_labels=("extra",), depends_on="a1")
    assert await left(place, scripts) == (["a", "x"], ["x1"])
    revision(scripts, "a2", "a1", table("aa"))
    assert await left(place, scripts) == (["a", "aa", "x"], ["a2", "x1"])
    revision(scripts, "a3", "a1", table("fork"))
    with pytest.raises(SeveralHeads, match=r"a2 \(shared\)"):
        await left(place, scripts)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("def upgrade(:", r"SyntaxError: .*\(bad.py, line 1\)"),
        ("import nothing_like_it", "ModuleNotFoundError"),
        ("revision = 'bad'\ndown_revision = 'removed'\ndef upgrade(): pass", "removed"),
        ("raise SystemError('by hand')", "SystemError: by hand"),
    ],
)
@pytest.mark.filterwarnings("ignore:Revision removed")
async def test_scripts_that_cannot_be_read(tmp_path: Path, scripts: Path, text: str, why: str) -> None:
    (scripts / "versions" / "bad.py").write_text(text)
    with pytest.raises(ScriptsUnusable, match=why):
        await open_database(tmp_path / "data", "ledger", AlembicMigrations(scripts))


async def test_replicas_that_start_at_once_run_each_revision_once(
    request: pytest.FixtureRequest, scripts: Path
) -> None:
    place: Server = await request.getfixturevalue("postgres").schema()
    revision(scripts, "a1", None, table("a"), 'op.execute("SELECT pg_sleep(0.1)")')
    revision(scripts, "b2", "a1", 'op.execute("INSERT INTO a VALUES (1)")')
    databases = await asyncio.gather(*(opened(place, scripts) for _ in range(4)))
    for database in databases:
        await database.close()


async def test_capabilities_that_start_at_once_do_not_mix_their_scripts(
    request: pytest.FixtureRequest, place: Place, tmp_path: Path
) -> None:
    names = ("one", "two", "three")
    places = dict.fromkeys(names, place)
    for name in names:
        if isinstance(place, Server):
            places[name] = await request.getfixturevalue("postgres").schema()
        own = written(tmp_path / "all" / name)
        revision(own, f"{name}1", None, table(name))
        revision(own, f"{name}2", f"{name}1", f'op.execute("INSERT INTO {name} VALUES (1)")')
    databases = await asyncio.gather(*(opened(places[n], tmp_path / "all" / n, n) for n in names))
    for database in databases:
        await database.close()


async def test_sqlite_rebuilds_a_table_without_losing_what_refers_to_it(tmp_path: Path, scripts: Path) -> None:
    """Dropping the old table would delete its rows, and by ON DELETE CASCADE those of others."""
    cascade = 'sa.Column("a", sa.Integer, sa.ForeignKey("a.id", ondelete="CASCADE"))'
    revision(scripts, "a1", None, table("a", 'sa.Column("n", sa.Text)'), table("b", cascade))
    filled = ("""op.execute("INSERT INTO a VALUES (1, 'x')")""", 'op.execute("INSERT INTO b VALUES (1, 1)")')
    revision(scripts, "b2", "a1", *filled)
    changed = ('with op.batch_alter_table("a") as batch:', '    batch.alter_column("n", type_=sa.String(20))')
    revision(scripts, "c3", "b2", *changed)
    database = await open_database(tmp_path / "data", "ledger", AlembicMigrations(scripts))
    async with database.write() as connection:
        assert await connection.scalar("SELECT count(*) FROM b") == 1
        # And they act again.
        await connection.execute("DELETE FROM a")
        assert await connection.scalar("SELECT count(*) FROM b") == 0
        await connection.execute("INSERT INTO a VALUES (1, 'x')")
        await connection.execute("INSERT INTO b VALUES (1, 1)")
    await database.close()
    revision(scripts, "d4", "c3", 'op.execute("DELETE FROM a")')
    with pytest.raises(MigrationFailed, match="a row of table b refers to no row of a"):
        await open_database(tmp_path / "data", "ledger", AlembicMigrations(scripts))


async def test_a_revision_that_drops_the_tables_of_the_platform_is_refused(place: Place, scripts: Path) -> None:
    """As `alembic revision --autogenerate` writes it: it takes tables that it does not know for removed ones."""
    revision(scripts, "a1", None, 'op.drop_table("plures_commands")')
    with pytest.raises(MigrationFailed, match=r"it drops plures_commands.*include_name"):
        await opened(place, scripts)


async def test_a_value_that_a_revision_adds_to_a_type_may_be_used_by_the_next(
    request: pytest.FixtureRequest, scripts: Path
) -> None:
    """In one transaction with it PostgreSQL would refuse that."""
    place: Server = await request.getfixturevalue("postgres").schema()
    revision(scripts, "a1", None, table("a", 'sa.Column("mood", sa.Enum("glad", name="mood"))'))
    revision(scripts, "b2", "a1", """op.execute("ALTER TYPE mood ADD VALUE 'sad'")""")
    revision(scripts, "c3", "b2", """op.execute("INSERT INTO a VALUES (1, 'sad')")""")
    assert await left(place, scripts) == (["a"], ["c3"])


async def test_a_revision_that_commits_in_between_is_refused(place: Place, scripts: Path) -> None:
    revision(scripts, "a1", None, table("a"))
    concurrently = (
        "with op.get_context().autocommit_block():",
        '    op.execute("CREATE INDEX CONCURRENTLY i ON a (id)")',
    )
    revision(scripts, "b2", "a1", *concurrently)
    with pytest.raises(MigrationFailed, match=r"b2 .*it commits in between \(autocommit_block\)"):
        await opened(place, scripts)


async def test_a_file_of_configuration_may_name_the_folder(place: Place, scripts: Path) -> None:
    """The loggers of the application stay as they are, whatever the file says of logging."""
    (scripts / "env.py").write_text(
        "from logging.config import fileConfig\nfrom alembic import context\n"
        "if context.config.config_file_name is not None:\n    fileConfig(context.config.config_file_name)\n"
        "assert context.config.get_main_option('mine') == 'yes'\n" + (scripts / "env.py").read_text()
    )
    revision(scripts, "a1", None, table("a"))
    (scripts / "versions").rename(scripts.parent / "elsewhere")
    ini = scripts.parent / "alembic.ini"
    ini.write_text(
        "[alembic]\nscript_location = scripts\nversion_locations = %(here)s/elsewhere\npath_separator = os\n"
        "prepend_sys_path = .\nmine = yes\n[loggers]\nkeys = root\n[handlers]\nkeys =\n[formatters]\nkeys =\n"
        "[logger_root]\nlevel = ERROR\nhandlers =\n"
    )
    logger = logging.getLogger("of.the.application")
    assert await left(place, ini) == (["a"], ["a1"])
    assert not logger.disabled
    assert logging.getLogger().level != logging.ERROR
