"""A database that Alembic's own command line has made or changed goes on with what it has not run."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from plures.data import AlembicMigrations, Database, Folder, open_database

from .writing import revision, table, written


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    found = written(tmp_path / "scripts")
    revision(found, "a1", None, table("a"))
    revision(found, "b2", "a1", table("b"))
    with (found / "versions" / "b2.py").open("a") as file:
        file.write('\n\ndef downgrade():\n    op.drop_table("b")\n')
    return found


def by_hand(scripts: Path, database: Path, verb: str, revision: str) -> None:
    config = Config(attributes={})
    config.set_main_option("script_location", str(scripts))
    config.set_main_option("path_separator", "os")
    engine = create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        getattr(command, verb)(config, revision)
    engine.dispose()


async def opened(folder: Path, scripts: Path) -> Database:
    return await open_database(Folder(folder), "ledger", AlembicMigrations(scripts))


async def test_what_it_has_run_is_not_run_again(tmp_path: Path, scripts: Path) -> None:
    file = tmp_path / "ledger.sqlite3"
    by_hand(scripts, file, "upgrade", "a1")
    await (await opened(tmp_path, scripts)).close()
    by_hand(scripts, file, "downgrade", "a1")
    database = await opened(tmp_path, scripts)
    async with database.write() as connection:
        await connection.execute("INSERT INTO b VALUES (1)")
        assert await connection.scalar("SELECT version_num FROM alembic_version") == "b2"
    await database.close()


async def test_what_is_stamped_counts_as_run(tmp_path: Path, scripts: Path) -> None:
    by_hand(scripts, tmp_path / "ledger.sqlite3", "stamp", "a1")
    database = await opened(tmp_path, scripts)
    async with database.read() as connection:
        assert await connection.scalar("SELECT count(*) FROM sqlite_master WHERE name IN ('a', 'b')") == 1
    await database.close()
