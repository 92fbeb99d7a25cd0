"""Tables of an application's own database become a capability's, with their rows, and go back: SQLite and PostgreSQL, both ways."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from plures.data import Database, DatabaseMoved, Folder, Migration, Place, copies, open_database
from plures.errors import InvalidInput

from .homes import APPLICATION, MIGRATIONS, Home, adopt, asyncpg, owners, quiet, rows_in, take_back


async def test_rows_come_in_and_go_back(home: Home, own: Place, tmp_path: Path) -> None:
    adopted = await adopt(home, own, tmp_path)
    assert (adopted.tables, adopted.new) == ({"invites": 2, "mails": 1}, ("later",))
    assert await rows_in(own, "SELECT id, email, member_id FROM invites ORDER BY id") == [
        (1, "a@example", 1),
        (2, "b@example", None),
    ]
    assert await home.rows("SELECT count(*) FROM plures_kept_invites") == [(0,)]
    # Who deletes a member is not kept from it by a row that has moved.
    await home.run("INSERT INTO members VALUES (2, 'bert')", "DELETE FROM members WHERE id = 2")
    database = await open_database(own, "invites", MIGRATIONS)
    async with database.write() as connection:
        number = await connection.scalar("INSERT INTO invites (email) VALUES ('c@example') RETURNING id")
    await database.close()
    # The number of the row that was deleted before is not given again.
    assert number == 4
    back = await take_back(home, own, tmp_path)
    assert back.tables == {"invites": 3, "mails": 1}
    assert await home.rows("SELECT id, email FROM invites ORDER BY id") == [
        (1, "a@example"),
        (2, "b@example"),
        (4, "c@example"),
    ]
    assert await home.rows("SELECT id, invite_id FROM mails") == [(7, 2)]
    await home.run("INSERT INTO invites (email) VALUES ('d@example')", "DELETE FROM members WHERE id = 1")
    assert await home.rows("SELECT id, email FROM invites ORDER BY id") == [
        (2, "b@example"),
        (4, "c@example"),
        (5, "d@example"),
    ]
    with pytest.raises(DatabaseMoved, match="taken back"):
        await rows_in(own, "SELECT 1")


async def test_again_after_it_was_taken_back(home: Home, tmp_path: Path) -> None:
    own = Folder(tmp_path / "own")
    await adopt(home, own, tmp_path)
    await take_back(home, own, tmp_path)
    await home.run("DELETE FROM mails")
    assert (await adopt(home, own, tmp_path)).tables == {"invites": 2, "mails": 0}
    assert await rows_in(own, "SELECT count(*) FROM mails") == [(0,)]


async def test_a_look_changes_nothing_and_tells_all_that_breaks(home: Home, tmp_path: Path) -> None:
    own = Folder(tmp_path / "own")
    trigger = (
        "CREATE TRIGGER noted AFTER INSERT ON mails BEGIN SELECT 1; END"
        if isinstance(home.place, Path)
        else "CREATE TRIGGER noted BEFORE UPDATE ON mails FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"
    )
    await home.run(
        "CREATE TABLE seats (id INTEGER PRIMARY KEY, invite INTEGER REFERENCES invites (id) ON DELETE SET NULL)",
        "CREATE VIEW open_invites AS SELECT email FROM invites WHERE member_id IS NULL",
        trigger,
    )
    adopted = await adopt(home, own, tmp_path, is_dry=True)
    assert adopted.tables == {"invites": 2, "mails": 1}
    assert not own.path.exists()
    whats = {each.violation.what: each.is_accepted for each in adopted.breaks}
    assert whats == {
        "its member_id refers to members, which stays: the database will not check it any more (nor act by ON DELETE CASCADE)": True,
        "seats.invite refers to it, and a reference cannot leave its database (nor act by ON DELETE SET NULL)": False,
        "view open_invites reads it, and would find no rows": False,
        "trigger noted has to do with it, and does not move along": False,
    }
    for accepts, count in ((False, 4), (True, 3)):
        with pytest.raises(InvalidInput) as caught:
            await adopt(home, own, tmp_path, without_references=accepts)
        assert len(caught.value.violations) == count
    assert await home.rows("SELECT count(*) FROM invites") == [(2,)]
    assert not own.path.exists()


@pytest.mark.usefixtures("impatient")
async def test_other_writers_keep_it_from_moving(home: Home, tmp_path: Path) -> None:
    own = Folder(tmp_path / "own")
    if isinstance(home.place, Path):
        with closing(sqlite3.connect(home.place, isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            with pytest.raises(copies.CannotAdopt, match="other programs write"):
                await adopt(home, own, tmp_path)
    else:
        writer = await asyncpg.connect(home.place.url, server_settings={"search_path": f'"{home.place.schema}"'})
        transaction = writer.transaction()
        try:
            await transaction.start()
            await writer.execute("INSERT INTO invites (email) VALUES ('late@example')")
            with pytest.raises(copies.CannotAdopt, match="other programs write"):
                await adopt(home, own, tmp_path)
            await transaction.rollback()
        finally:
            await writer.close()
    # No application begins with an empty database meanwhile.
    with pytest.raises(DatabaseMoved, match="has not ended"):
        await rows_in(own, "SELECT 1")
    assert (await adopt(home, own, tmp_path)).tables == {"invites": 2, "mails": 1}


class _Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("moment", ["retire", "mark"])
async def test_killed_between_the_commits(
    home: Home, tmp_path: Path, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Folder(tmp_path / "own")
    from plures.data.copies.adopting import adoption as module

    marks: list[object] = []

    async def die(*given: object) -> None:
        # The first mark is the one that keeps applications out.
        if moment == "mark" and not marks:
            marks.append(given)
            await mark(*given)  # type: ignore[arg-type]
            return
        raise _Killed

    mark = module.mark
    with monkeypatch.context() as patched:
        patched.setattr(module, moment, die)
        with pytest.raises(_Killed):
            await adopt(home, own, tmp_path)
    with pytest.raises(DatabaseMoved, match="has not ended"):
        await rows_in(own, "SELECT 1")
    assert (await adopt(home, own, tmp_path)).tables == {"invites": 2, "mails": 1}
    assert await rows_in(own, "SELECT count(*) FROM invites") == [(2,)]
    assert await home.rows("SELECT count(*) FROM plures_kept_invites") == [(0,)]


async def test_what_does_not_fit_is_refused(home: Home, tmp_path: Path) -> None:
    own = Folder(tmp_path / "own")
    await home.run("ALTER TABLE invites ADD COLUMN note TEXT")
    with pytest.raises(InvalidInput, match="migrations of the capability make: note in the application alone"):
        await adopt(home, own, tmp_path)
    other = (Migration(1, "other", ("CREATE TABLE strange (id INTEGER PRIMARY KEY)",)),)
    with pytest.raises(copies.CannotAdopt, match="none of the tables"):
        await copies.adopt(owners(tmp_path, other), "invites", home.outside, copies.End(own), quiet)
    with pytest.raises(copies.CannotAdopt, match="notes no table"):
        await take_back(home, own, tmp_path)


async def test_rows_that_refer_to_what_is_gone_do_not_go_back(home: Home, tmp_path: Path) -> None:
    own = Folder(tmp_path / "own")
    await adopt(home, own, tmp_path)
    await home.run("DELETE FROM members WHERE id = 1")
    with pytest.raises((InvalidInput, copies.CannotAdopt), match="gone"):
        await take_back(home, own, tmp_path)
    assert await home.rows("SELECT count(*) FROM plures_kept_invites") == [(0,)]
    # The application may start, and correct them.
    database = await open_database(own, "invites", MIGRATIONS)
    async with database.write() as connection:
        await connection.execute("UPDATE invites SET member_id = NULL")
    await database.close()
    assert (await take_back(home, own, tmp_path)).tables == {"invites": 2, "mails": 1}


async def test_a_table_that_was_made_anew_meanwhile(home: Home, tmp_path: Path) -> None:
    """By `create_all`, since the application still maps it."""
    own = Folder(tmp_path / "own")
    await adopt(home, own, tmp_path)
    await home.run("CREATE TABLE invites (id INTEGER PRIMARY KEY)", "INSERT INTO invites VALUES (1)")
    with pytest.raises(InvalidInput, match="was made in the application's own database since, and has rows"):
        await take_back(home, own, tmp_path)
    await home.run("DELETE FROM invites")
    assert (await take_back(home, own, tmp_path)).tables == {"invites": 2, "mails": 1}
    assert await home.rows("SELECT count(email) FROM invites") == [(2,)]


async def test_a_kept_table_that_a_migration_dropped(home: Home, tmp_path: Path) -> None:
    """Alembic's autogenerate drops what the application does not map."""
    own = Folder(tmp_path / "own")
    await adopt(home, own, tmp_path)
    await home.run("DROP TABLE plures_kept_mails")
    with pytest.raises(InvalidInput, match="plures_kept_mails, as which it is kept there, is gone") as caught:
        await take_back(home, own, tmp_path)
    assert len(caught.value.violations) == 1
    await home.run("CREATE TABLE plures_kept_mails (id INTEGER PRIMARY KEY, invite_id INTEGER NOT NULL)")
    assert (await take_back(home, own, tmp_path)).tables == {"invites": 2, "mails": 1}
    assert await home.rows("SELECT * FROM mails") == [(7, 2)]


async def test_tables_that_came_later_have_no_home(home: Home, tmp_path: Path) -> None:
    own = Folder(tmp_path / "own")
    await adopt(home, own, tmp_path)
    database: Database = await open_database(own, "invites", MIGRATIONS)
    async with database.write() as connection:
        await connection.execute("INSERT INTO later VALUES (1)")
    with pytest.raises(Exception, match="open"):
        await take_back(home, own, tmp_path)
    await database.close()
    with pytest.raises(InvalidInput, match="has no such table"):
        await take_back(home, own, tmp_path)
    assert await rows_in(own, "SELECT count(*) FROM invites") == [(2,)]


async def test_a_file_stays_in_the_mode_of_its_owner(tmp_path: Path) -> None:
    home = Home(tmp_path / "application.db")
    await home.run(APPLICATION.format(number="INTEGER PRIMARY KEY AUTOINCREMENT", reference=""))
    await adopt(home, Folder(tmp_path / "own"), tmp_path)
    assert await home.rows("PRAGMA journal_mode") == [("delete",)]
