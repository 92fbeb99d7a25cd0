"""An env.py that does not use the connection it is given is noticed before a revision runs, and told what to write."""

import gc
import re
from pathlib import Path

import pytest
from alembic.config import Config

from plures.data import AlembicMigrations, EnvironmentUnfit, Folder, Place, open_database

from .writing import ENV, revision, table, written

TEMPLATES = Path(Config().get_template_directory())
RUN = "with context.begin_transaction():\n    context.run_migrations()\n"
CONFIGURED = 'from alembic import context\nshared = context.config.attributes["connection"]\n'


def own_engine(url: str) -> str:
    return (
        "import sqlalchemy\nfrom alembic import context\n"
        f"with sqlalchemy.create_engine({url!r}, poolclass=sqlalchemy.NullPool).connect() as connection:\n"
        "    context.configure(connection=connection)\n    with context.begin_transaction():\n        context.run_migrations()\n"
    )


async def refused(place: Place, scripts: Path, **options: str) -> EnvironmentUnfit:
    revision(scripts, "a1", None, table("a"))
    with pytest.raises(EnvironmentUnfit) as caught:
        await open_database(place, "ledger", AlembicMigrations(scripts, **options))
    assert str(scripts / "env.py") in caught.value.why
    assert 'context.configure(connection=context.config.attributes["connection"]' in caught.value.fix
    return caught.value


async def test_an_engine_of_its_own_and_what_that_leads_to_stays_untouched(place: Place, tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite3"
    error = await refused(place, written(tmp_path / "scripts", own_engine(f"sqlite:///{other}")))
    assert "it uses a connection of its own" in error.why
    # SQLite makes the file when it is looked at.
    assert other.read_bytes() == b""


@pytest.mark.parametrize(
    ("env", "why"),
    [
        (own_engine("sqlite:////nowhere/else/x.sqlite3"), "OperationalError: .*unable to open database file"),
        ("", "it ran no migrations"),
        (f"{CONFIGURED}context.configure(connection=shared)\n", "it ran no migrations"),
        ("from alembic import context\ncontext.configure(url='sqlite://')\n" + RUN, "AssertionError"),
        (f"{CONFIGURED}context.configure(connection=shared, version_table='mine')\n{RUN}", 'version_table="mine"'),
        (f"{CONFIGURED}context.configure(connection=shared, version_table_schema='x')\n{RUN}", "leave it out"),
        (f"{CONFIGURED}context.configure(connection=shared)\n{RUN}shared.commit()\n", "it ends the transaction"),
        (f"{CONFIGURED}context.configure(connection=shared)\n{RUN}shared.close()\n", "it closed the connection"),
        (
            f"{CONFIGURED}with shared:\n    context.configure(connection=shared)\n    context.run_migrations()\n",
            "closed",
        ),
        (f"{CONFIGURED}1 / 0\n", r"ZeroDivisionError: division by zero \(.*env.py, line 3\)"),
        (f"{CONFIGURED}context.configure(connection=shared.engine)\n", "Connection instance"),
        ("from alembic import context\ncontext.config.attributes['database']", "KeyError: 'database'"),
    ],
)
async def test_an_env_py_that_does_not_fit(place: Place, tmp_path: Path, env: str, why: str) -> None:
    assert re.search(why, (await refused(place, written(tmp_path / "scripts", env))).why)


@pytest.mark.parametrize("name", ["generic", "async"])
@pytest.mark.filterwarnings("ignore:coroutine 'run_async_migrations' was never awaited")
async def test_what_alembic_writes_is_refused_as_it_is(place: Place, tmp_path: Path, name: str) -> None:
    error = await refused(place, written(tmp_path / "scripts", (TEMPLATES / name / "env.py").read_text()))
    assert "env.py, line " in error.why
    # The traceback holds what was not awaited.
    error.__cause__ = error.__traceback__ = None
    gc.collect()


async def test_a_table_of_another_name(place: Place, tmp_path: Path) -> None:
    env = ENV.replace('"connection"]', '"connection"], version_table="my versions"')
    scripts = written(tmp_path / "scripts", env)
    revision(scripts, "a1", None, table("a"))
    for _ in range(2):
        database = await open_database(place, "ledger", AlembicMigrations(scripts, "my versions"))
        async with database.read() as connection:
            assert await connection.scalar('SELECT version_num FROM "my versions"') == "a1"
        await database.close()


async def test_env_py_is_not_run_where_nothing_is_pending(tmp_path: Path) -> None:
    scripts = written(tmp_path / "scripts")
    revision(scripts, "a1", None, table("a"))
    migrations = AlembicMigrations(scripts)
    await (await open_database(Folder(tmp_path), "ledger", migrations)).close()
    (scripts / "env.py").write_text("1 / 0")
    await (await open_database(Folder(tmp_path), "ledger", migrations)).close()
