"""A database with Alembic's scripts moves as others do: the scripts make its tables, the rows follow."""

from pathlib import Path

import pytest

from plures.data import AlembicMigrations, Folder, Place, RevisionUnknown, copies, open_database

from .writing import revision, table, written


def tell(_what: str, _done: int, _total: int | None) -> None: ...


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    found = written(tmp_path / "scripts")
    # What a revision writes is there in both places before the rows follow.
    revision(
        found, "a1", None, table("a", 'sa.Column("n", sa.Text)'), """op.execute("INSERT INTO a VALUES (1, 'x')")"""
    )
    revision(found, "b2", "a1", table("b", 'sa.Column("a", sa.Integer, sa.ForeignKey("a.id"))'))
    return found


async def moved(source: Place, target: Place, scripts: Path, data: Path) -> dict[str, int]:
    owners = copies.Owners("shop", data, {"ledger": ()}, scripts={"ledger": AlembicMigrations(scripts)})
    ends = copies.End(source, "here"), copies.End(target, "there")
    return (await copies.move(owners, "ledger", *ends, tell)).tables


@pytest.mark.parametrize("is_back", [False, True])
async def test_rows_and_revisions_arrive(place: Place, scripts: Path, tmp_path: Path, *, is_back: bool) -> None:
    ends = (place, Folder(tmp_path / "other"))
    source, target = ends[::-1] if is_back else ends
    database = await open_database(source, "ledger", AlembicMigrations(scripts))
    async with database.write() as connection:
        await connection.execute("UPDATE a SET n = 'y'")
        await connection.execute("INSERT INTO b VALUES (7, 1)")
    await database.close()
    counts = await moved(source, target, scripts, tmp_path)
    assert (counts["a"], counts["b"], counts["alembic_version"]) == (1, 1, 1)
    revision(scripts, "c3", "b2", table("c"))
    database = await open_database(target, "ledger", AlembicMigrations(scripts))
    async with database.read() as connection:
        assert await connection.scalar("SELECT n FROM a JOIN b ON b.a = a.id") == "y"
        assert await connection.scalar("SELECT version_num FROM alembic_version") == "c3"
    await database.close()


async def test_what_is_pending_runs_first(scripts: Path, tmp_path: Path) -> None:
    source, target = Folder(tmp_path / "here"), Folder(tmp_path / "there")
    await (await open_database(source, "ledger", AlembicMigrations(scripts))).close()
    revision(scripts, "c3", "b2", table("c"))
    with pytest.raises(copies.CannotMove, match=r"1 of its revisions have not run: c3 \(make c3\)"):
        await moved(source, target, scripts, tmp_path)
    for name in ("b2", "c3"):
        (scripts / "versions" / f"{name}.py").unlink()
    with pytest.raises(RevisionUnknown):
        await moved(source, target, scripts, tmp_path)
    revision(scripts, "b2", "a1", table("b", 'sa.Column("a", sa.Integer, sa.ForeignKey("a.id"))'))
    assert (await moved(source, target, scripts, tmp_path))["a"] == 1
