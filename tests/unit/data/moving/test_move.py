"""`move`: every row arrives once, whatever ends it half-way, and no application uses the wrong end."""

import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from plures.data import (
    DatabaseLocked,
    DatabaseMoved,
    DatabaseNewer,
    Folder,
    Migration,
    StatementFailed,
    check_migrations,
    copies,
    inspect_database,
    open_database,
)

ORDERS = Migration(
    1,
    "orders",
    (
        "CREATE TABLE line (id INTEGER PRIMARY KEY AUTOINCREMENT, placed TEXT NOT NULL REFERENCES placed (id), price REAL, raw BLOB)",
        "CREATE TABLE placed (id TEXT PRIMARY KEY, before TEXT REFERENCES placed (id), lines INTEGER NOT NULL DEFAULT 0)",
        "CREATE TABLE note (said TEXT)",
        "CREATE TRIGGER counted AFTER INSERT ON line BEGIN UPDATE placed SET lines = lines + 1 WHERE id = new.placed; END",
        "INSERT INTO note VALUES ('of the migration')",
    ),
)
MORE = Migration(2, "more", ("CREATE TABLE more (id TEXT)",))
ROWS = 12_000


def tell(_what: str, _done: int, _total: int | None) -> None: ...


def end(folder: Path) -> copies.End:
    return copies.End(Folder(folder))


async def move(owned: copies.Owners, folder: Path) -> copies.Moved:
    return await copies.move(owned, "orders", end(owned.data), end(folder), tell)


def owners(folder: Path, *migrations: Migration) -> copies.Owners:
    return copies.Owners("shop", folder, {"orders": migrations or (ORDERS,)})


@pytest.fixture
async def first(tmp_path: Path) -> Path:
    """Rows of all kinds: references forwards and to itself, a trigger, equal rows without a key."""
    assert check_migrations("orders", (ORDERS,)) == ()
    database = await open_database(tmp_path / "first", "orders", (ORDERS,))
    async with database.write() as connection:
        await connection.execute("PRAGMA defer_foreign_keys = ON")
        await connection.execute(
            "INSERT INTO placed (id, before) VALUES (:id, :before)",
            [{"id": f"ö{n}", "before": f"ö{n + 1}" if n < 99 else None} for n in range(100)],
        )
        await connection.execute(
            "INSERT INTO line (placed, price, raw) VALUES (:placed, :price, :raw)",
            [{"placed": f"ö{n % 100}", "price": n / 7, "raw": bytes([n % 256])} for n in range(ROWS)],
        )
        await connection.execute("INSERT INTO note VALUES (:said)", [{"said": None}, {"said": "a"}, {"said": "a"}])
        await connection.execute("DELETE FROM line WHERE id = :last", {"last": ROWS})
    await database.close()
    return tmp_path / "first"


COUNTS = {"plures_commands": 0, "line": ROWS - 1, "note": 4, "placed": 100}


async def contents(folder: Path) -> list[object]:
    """All rows, what the trigger does, and which number the next row gets."""
    database = await open_database(folder, "orders", (ORDERS,))
    try:
        async with database.read() as connection:
            found: list[object] = [
                [tuple(row) for row in await connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")]
                for table in ("line", "placed", "note AS a JOIN (SELECT 1)")
            ]
            found.append((await connection.execute("PRAGMA foreign_key_check")).all())
            found.append([tuple(row) for row in await connection.execute("SELECT * FROM sqlite_sequence")])
            return [*found, await connection.scalar("SELECT sql FROM sqlite_master WHERE type = 'trigger'")]
    finally:
        await database.close()


async def test_all_of_it_moves_and_moves_back(tmp_path: Path, first: Path) -> None:
    before = await contents(first)
    moved = await move(owners(first), tmp_path / "second")
    assert (moved.tables, moved.resumed) == (COUNTS, 0)
    assert await contents(tmp_path / "second") == before
    with pytest.raises(DatabaseMoved) as caught:
        await contents(first)
    assert f"moved to {tmp_path / 'second'}" in caught.value.why

    database = await open_database(tmp_path / "second", "orders", (ORDERS,))
    async with database.write() as connection:
        await connection.execute("UPDATE line SET price = 0 WHERE id = 7")
    await database.close()
    before = await contents(tmp_path / "second")
    back = await move(owners(tmp_path / "second"), first)
    assert back.tables == COUNTS
    assert await contents(first) == before


async def test_the_state_of_what_was_moved_says_so(tmp_path: Path, first: Path) -> None:
    await move(owners(first), tmp_path / "second")
    state = await inspect_database(first, "orders", (ORDERS,))
    assert isinstance(state.failure, DatabaseMoved)
    assert (state.unknown, state.pending, state.refusal) == ((), (), None)
    assert (await inspect_database(tmp_path / "second", "orders", (ORDERS,))).failure is None


async def test_what_was_moved_is_not_moved_again(tmp_path: Path, first: Path) -> None:
    await move(owners(first), tmp_path / "second")
    for folder in ("second", "third"):
        with pytest.raises(copies.CannotMove):
            await move(owners(first), tmp_path / folder)
    assert len(await contents(tmp_path / "second")) == 6


async def test_a_running_application_keeps_its_database(tmp_path: Path, first: Path) -> None:
    database = await open_database(first, "orders", (ORDERS,))
    with pytest.raises(DatabaseLocked, match="this process itself has it open"):
        await move(owners(first), tmp_path / "second")
    await database.close()
    assert sorted(path.name for path in [tmp_path / "first", tmp_path / "second"] if path.exists()) == ["first"]


async def test_a_database_with_rows_is_not_written_over(tmp_path: Path, first: Path) -> None:
    database = await open_database(tmp_path / "second", "orders", (ORDERS,))
    await database.close()
    with pytest.raises(copies.CannotMove, match="note"):
        await move(owners(first), tmp_path / "second")
    assert len(await contents(tmp_path / "second")) == len(await contents(first)) == 6


async def test_bad_places_and_names(tmp_path: Path, first: Path) -> None:
    with pytest.raises(copies.CannotMove):
        await move(owners(first), first)
    with pytest.raises(copies.UnknownCapability):
        await copies.move(owners(first), "ordres", end(first), end(tmp_path / "second"), tell)
    with pytest.raises(copies.NothingToCopy):
        await move(owners(tmp_path / "none"), tmp_path / "second")


async def test_versions(tmp_path: Path, first: Path) -> None:
    """A newer code moves the database as it is, and migrates it when it starts; an older one does not touch it."""
    await move(owners(first, ORDERS, MORE), tmp_path / "second")
    assert (await contents(tmp_path / "second"))[3] == []
    database = await open_database(tmp_path / "second", "orders", (ORDERS, MORE))
    await database.close()
    with pytest.raises(DatabaseNewer):
        await move(owners(tmp_path / "second"), tmp_path / "third")


async def test_a_full_disk_leaves_the_database_where_it_is(tmp_path: Path, first: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, before[1]))
    try:
        with pytest.raises(StatementFailed):
            await move(owners(first), tmp_path / "second")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    whole = await contents(first)
    await move(owners(first), tmp_path / "second")
    assert await contents(tmp_path / "second") == whole


MOVE = """
import asyncio, os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from test_move import move, owners
from plures.data.sqlite.driver import DriverConnection
folder, kill_at, commits = Path(sys.argv[1]), int(sys.argv[2]), 0
commit = DriverConnection._commit
def counted(self):
    global commits
    commits += 1
    if commits == kill_at:
        os.kill(os.getpid(), signal.SIGKILL)
    commit(self)
DriverConnection._commit = counted
asyncio.run(move(owners(folder / "first"), folder / "second"))
"""


def killed_move(folder: Path, kill_at: int) -> int:
    command = [sys.executable, "-c", MOVE, str(folder), str(kill_at), str(Path(__file__).parent)]
    return subprocess.run(command, check=False, timeout=60).returncode


async def test_a_move_that_is_killed_again_and_again_goes_on(tmp_path: Path, first: Path) -> None:
    before = await contents(first)
    for kill_at in (4, 7, 10, 12):
        assert killed_move(tmp_path, kill_at) == -signal.SIGKILL
    moved = await move(owners(first), tmp_path / "second")
    assert moved.tables == COUNTS
    assert moved.resumed >= 10_000
    assert await contents(tmp_path / "second") == before


@pytest.mark.parametrize("kill_at", [9, 14, 15, 16])
async def test_no_end_of_a_killed_move_is_used_by_mistake(tmp_path: Path, first: Path, kill_at: int) -> None:
    before = await contents(first)
    status = killed_move(tmp_path, kill_at)
    usable = []
    for folder in (first, tmp_path / "second"):
        try:
            assert await contents(folder) == before
            usable.append(folder.name)
        except DatabaseMoved:
            pass
    assert len(usable) <= 1
    if status:
        await move(owners(first), tmp_path / "second")
    assert await contents(tmp_path / "second") == before


async def test_rows_that_changed_between_two_attempts_are_copied_again(tmp_path: Path, first: Path) -> None:
    assert killed_move(tmp_path, 12) == -signal.SIGKILL
    database = await open_database(first, "orders", (ORDERS,))
    async with database.write() as connection:
        await connection.execute("UPDATE line SET price = -1 WHERE id < 4")
        await connection.execute("DELETE FROM note")
    await database.close()
    before = await contents(first)
    await move(owners(first), tmp_path / "second")
    assert await contents(tmp_path / "second") == before
