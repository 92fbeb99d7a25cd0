"""What is seen of a database with Alembic's scripts from outside."""

from pathlib import Path

import pytest

from plures.data import AlembicMigrations, DatabaseState, Place, SeveralHeads, inspect_database, open_database

from .writing import ENV, revision, table, written


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    return written(tmp_path / "scripts", ENV.replace('"connection"]', '"connection"], version_table="Mine"'))


async def seen(place: Place, scripts: Path) -> DatabaseState:
    return await inspect_database(place, "ledger", AlembicMigrations(scripts, "Mine"), thorough=True)


def versions(state: DatabaseState) -> tuple[list[int | str], list[int | str]]:
    return [one.version for one in state.applied], [one.version for one in state.pending]


async def test_what_has_run_and_what_is_pending(place: Place, scripts: Path) -> None:
    revision(scripts, "a1", None, table("a"))
    revision(scripts, "b2", "a1", table("b"))
    assert versions(await seen(place, scripts)) == ([], ["a1", "b2"])
    await (await open_database(place, "ledger", AlembicMigrations(scripts, "Mine"))).close()
    revision(scripts, "c3", "b2", table("c"))
    state = await seen(place, scripts)
    assert versions(state) == (["a1", "b2"], ["c3"])
    assert (state.problems, state.damage) == ((), ())
    assert str(state.pending[0]) == "c3 (make c3)"


async def test_what_the_code_does_not_have(place: Place, scripts: Path) -> None:
    revision(scripts, "a1", None, table("a"))
    await (await open_database(place, "ledger", AlembicMigrations(scripts, "Mine"))).close()
    (scripts / "versions" / "a1.py").unlink()
    revision(scripts, "other", None, table("a"))
    state = await seen(place, scripts)
    assert [problem.code for problem in state.problems] == ["data.alembic_revision_unknown"]
    assert [one.version for one in state.unknown] == ["a1"]


async def test_scripts_that_do_not_fit(place: Place, scripts: Path) -> None:
    revision(scripts, "a1", None)
    revision(scripts, "b1", None)
    state = await seen(place, scripts)
    assert isinstance(state.failure, SeveralHeads)
    assert versions(state) == ([], [])
