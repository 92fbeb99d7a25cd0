"""What a backup and a restore refuse, and that neither leaves half of its work: on a full disk, or when it is killed."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from plures.data import (
    DatabaseDamaged,
    DatabaseLocked,
    DatabaseNewer,
    Migration,
    MigrationChanged,
    RestoreUnfinished,
    copies,
    open_database,
)
from plures.errors import PluresError

from .in_files import PLACES, STOCK, fill, modes, owners, pieces, run, tell


def refusal(
    folder: Path, backup: Path, *chosen: str, replace: bool = False, by: copies.Owners | None = None
) -> PluresError:
    """What a restore raises; it leaves the folder as it was."""
    before = _contents(folder)
    with pytest.raises(PluresError) as caught:
        copies.restore(by or owners(folder), backup, chosen, tell, replace=replace)
    assert _contents(folder) == before
    return caught.value


def _contents(folder: Path) -> dict[str, bytes]:
    return (
        {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".lock"} if folder.exists() else {}
    )


async def test_a_backup_is_not_written_over(tmp_path: Path, backup: Path) -> None:
    with pytest.raises(copies.BackupExists):
        copies.back_up(owners(tmp_path / "first"), backup, tell)


async def test_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(copies.NothingToCopy):
        copies.back_up(owners(tmp_path / "none"), tmp_path / "backup", tell)
    assert modes(tmp_path).keys() == set()


async def test_data_is_not_replaced_unasked(tmp_path: Path, backup: Path) -> None:
    await fill(tmp_path / "first", pieces=9)
    error = refusal(tmp_path / "first", backup)
    assert isinstance(error, copies.DataExists)
    assert "inventory, orders" in error.why


async def test_a_running_application_keeps_its_data(tmp_path: Path, backup: Path) -> None:
    database = await open_database(tmp_path / "first", "orders", (STOCK,))
    error = refusal(tmp_path / "first", backup, replace=True)
    await database.close()
    assert isinstance(error, DatabaseLocked)
    assert error.holder == "this process itself"


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("orders.sqlite3", lambda content: content[:5000] + b"x" + content[5001:]),
        ("orders.sqlite3", lambda content: content[:-1]),
        ("orders.sqlite3", None),
        ("manifest.json", lambda content: content[:-20]),
        ("manifest.json", lambda content: b"\xff\xfe"),
        ("manifest.json", lambda content: content.replace(b"plures.backup.1", b"plures.backup.9")),
        ("manifest.json", lambda content: content.replace(b"orders.sqlite3", b"../first/orders.sqlite3")),
        ("manifest.json", None),
    ],
)
async def test_a_damaged_backup_is_refused_before_anything_changes(
    tmp_path: Path, backup: Path, file: str, change
) -> None:
    await fill(tmp_path / "first", pieces=9)
    if change is None:
        (backup / file).unlink()
    else:
        (backup / file).write_bytes(change((backup / file).read_bytes()))
    assert isinstance(refusal(tmp_path / "first", backup, replace=True), copies.BackupDamaged)
    assert await pieces(tmp_path / "first") == 9


async def test_a_backup_of_another_application_is_refused(tmp_path: Path, backup: Path) -> None:
    found = refusal(tmp_path / "new", backup, by=owners(tmp_path / "new", application="bakery"))
    assert isinstance(found, copies.BackupOfOther)
    found = refusal(tmp_path / "new", backup, by=copies.Owners("shop", tmp_path / "new", {"orders": (STOCK,)}))
    assert isinstance(found, copies.BackupOfOther)
    assert "no database of inventory" in found.why
    assert isinstance(refusal(tmp_path / "new", backup, "tax"), copies.BackupOfOther)


async def test_an_older_code_refuses_it_at_once(tmp_path: Path) -> None:
    await fill(tmp_path / "first", migrations=(STOCK, PLACES))
    copies.back_up(owners(tmp_path / "first", STOCK, PLACES), tmp_path / "backup", tell)
    assert isinstance(refusal(tmp_path / "new", tmp_path / "backup"), DatabaseNewer)
    changed = Migration(1, "stock table", ("CREATE TABLE stock (id TEXT)",))
    found = refusal(tmp_path / "new", tmp_path / "backup", by=owners(tmp_path / "new", changed, PLACES))
    assert isinstance(found, MigrationChanged)


async def test_a_damaged_database_is_not_backed_up(tmp_path: Path) -> None:
    await fill(tmp_path / "first")
    path = tmp_path / "first" / "inventory.sqlite3"
    content = bytearray(path.read_bytes())
    content[4096:8192] = b"\xa5" * 4096
    path.write_bytes(content)
    with pytest.raises(DatabaseDamaged):
        copies.back_up(owners(tmp_path / "first"), tmp_path / "backup", tell)
    assert modes(tmp_path).keys() == {"first"}


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """As on a full disk: longer files cannot be written."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_full_disk_leaves_nothing_of_a_backup(tmp_path: Path, backup: Path) -> None:
    with files_of_at_most(6000), pytest.raises(copies.CopyNotWritten):
        copies.back_up(owners(tmp_path / "first"), tmp_path / "second", tell)
    assert modes(tmp_path).keys() == {"backup", "first"}


async def test_a_full_disk_leaves_the_data_that_was_there(tmp_path: Path, backup: Path) -> None:
    await fill(tmp_path / "first", pieces=9)
    with files_of_at_most(6000):
        error = refusal(tmp_path / "first", backup, replace=True)
    assert isinstance(error, copies.CopyNotWritten)
    assert await pieces(tmp_path / "first") == 9


RESTORE = """
import os, signal, sys
from pathlib import Path
from plures.data import Migration, copies
folder, kill_at = Path(sys.argv[1]), int(sys.argv[2])
stock = Migration(1, "stock table", ("CREATE TABLE stock (id TEXT PRIMARY KEY, pieces INTEGER NOT NULL)",))
steps = 0
def step(event, arguments):
    global steps
    if event in ("os.rename", "os.remove", "os.utime", "open") and str(folder / "first") in str(arguments[0]):
        steps += 1
        if steps == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(step)
found = copies.Owners("shop", folder / "first", {"inventory": (stock,), "orders": (stock,)})
copies.restore(found, folder / "backup", (), lambda *_: None, replace=True)
print("done")
"""


async def test_a_restore_that_is_killed_at_any_step_leaves_the_old_data_or_is_run_again(
    tmp_path: Path, backup: Path
) -> None:
    seen: set[str] = set()
    for kill_at in range(1, 100):
        for capability in ("inventory", "orders"):
            await fill(tmp_path / "first", capability, pieces=9)
        finished = run(RESTORE, tmp_path, kill_at)
        try:
            found = {await pieces(tmp_path / "first"), await pieces(tmp_path / "first", "orders")}
        except RestoreUnfinished:
            copies.restore(owners(tmp_path / "first"), backup, (), tell, replace=True)
            found = {await pieces(tmp_path / "first"), await pieces(tmp_path / "first", "orders")}
            assert found == {3}
            seen.add("run again")
        else:
            assert found in ({9}, {3})
            seen.add("old" if found == {9} else "new")
        if finished.returncode == 0:
            break
        assert finished.returncode == -signal.SIGKILL, finished.stderr
    else:
        pytest.fail("it was never left to end")
    assert seen == {"old", "run again", "new"}
    assert not [name for name in modes(tmp_path / "first") if "restor" in name]
