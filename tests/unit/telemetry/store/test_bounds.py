"""The file stays within its bounds, and leaves the disk to the data of the application."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from plures.telemetry import Telemetry
from plures.telemetry.store import KEPT_IN, Bounds, LogLine, ProcessName, Store
from plures.telemetry.store.reading import Reading

from .conftest import request

MIB = 1024 * 1024
# So long that no trace is found by it: some hundred fill the file.
LONG = "x" * 12_000


def test_the_oldest_goes_where_the_file_is_full(tmp_path: Path, telemetry: Telemetry) -> None:
    store = Store(tmp_path, telemetry, ProcessName("shop", 1), Bounds(8))
    last = ""
    for number in range(16):
        for _ in range(60):
            last = request(telemetry, attributes=f'{{"order":"{number}","note":"{LONG}"}}').id
        for _ in range(30):
            store.put_log(LogLine(store.now_us(), 20, "shop", f"a line of the log {LONG[:4_000]}"))
        store.write()
    assert sum(each.stat().st_size for each in tmp_path.iterdir()) <= 8 * MIB
    reading = Reading(tmp_path)
    assert reading.traces(limit=1)[0].id == last
    assert reading.logs(limit=1)[0].id == 16 * 30
    with closing(sqlite3.connect(tmp_path / KEPT_IN)) as connection:
        # Twice as much was written as there is room for.
        assert connection.execute("SELECT count(*) FROM traces").fetchone()[0] < 16 * 60
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        # What belongs to a trace goes with it.
        for table in ("spans", "steps", "attributes"):
            orphans = f"SELECT count(*) FROM {table} WHERE trace NOT IN (SELECT id FROM traces)"
            assert connection.execute(orphans).fetchone() == (0,), table
        connection.execute("INSERT INTO logs_text (logs_text, rank) VALUES ('integrity-check', 1)")


def test_a_lower_bound_makes_the_file_smaller(tmp_path: Path, telemetry: Telemetry) -> None:
    store = Store(tmp_path, telemetry, ProcessName("shop", 1), Bounds(64))
    for _ in range(3):
        for _ in range(400):
            request(telemetry, attributes=f'{{"note":"{LONG}"}}')
        store.write()
    compact(tmp_path)
    assert (tmp_path / KEPT_IN).stat().st_size > 8 * MIB
    smaller = Store(tmp_path, Telemetry(), ProcessName("shop", 1), Bounds(8))
    for _ in range(30):
        smaller.write()
    compact(tmp_path)
    assert (tmp_path / KEPT_IN).stat().st_size <= 8 * MIB


def compact(folder: Path) -> None:
    """Have all in the file itself that is in its log."""
    with closing(sqlite3.connect(folder / KEPT_IN)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


NO_ROOM = """
import logging, resource, sys
from pathlib import Path
from plures.telemetry import Telemetry
from plures.telemetry.store import Bounds, ProcessName, Store
from plures.telemetry.store.reading import Reading
from tests.unit.telemetry.store.conftest import request

folder, way = Path(sys.argv[1]), sys.argv[2]
logging.basicConfig(format="%(message)s")
telemetry = Telemetry()
store = Store(folder, telemetry, ProcessName("shop", 1), Bounds(64))
store.write()
if way == "disk":
    # As much as there is, less what the store leaves.
    (folder / "of others").write_bytes(b"x" * 3_500_000)
else:
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, resource.RLIM_INFINITY))
for _ in range(80):
    for _ in range(20):
        request(telemetry, attributes='{"note":"%s"}' % ("x" * 2_000))
    store.write()
    if store.lost > 100:
        break
lost, kept = store.lost, len(Reading(folder).traces(limit=10_000))
assert 0 < lost and kept, (lost, kept)
if way == "disk":
    # The data of the application has room left.
    (folder / "order").write_bytes(b"x" * 100_000)
    (folder / "of others").unlink()
else:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
last = request(telemetry).id
for _ in range(12):
    store.write()
assert Reading(folder).traces(limit=1)[0].id == last
assert len(Reading(folder).traces(limit=10_000)) > kept
print("it goes on")
"""


ON_ITS_OWN_DISK = 'mount -t tmpfs -o size=6m none "$0" && exec "$@"'


@pytest.mark.parametrize("way", ["disk", "limit"])
def test_where_there_is_no_room_no_more_is_lost_than_does_not_fit(tmp_path: Path, way: str) -> None:
    """A disk that is full, and a limit that lets no file grow, as a quota does. Where no disk can be made, both are limits."""
    folder = tmp_path / "data"
    folder.mkdir()
    before: list[str] = []
    if way == "disk":
        before = ["unshare", "--mount", "--map-root-user", "sh", "-c", ON_ITS_OWN_DISK, str(folder)]
        can = (
            shutil.which("unshare")
            and not subprocess.run([*before, "true"], check=False, capture_output=True).returncode
        )
        way, before = ("disk", before) if can else ("limit", [])
    ran = subprocess.run(
        [*before, sys.executable, "-c", NO_ROOM, str(folder), way], check=False, capture_output=True, text=True
    )
    assert (ran.returncode, ran.stdout) == (0, "it goes on\n"), ran.stderr
    # It is said once, with its reason.
    assert ran.stderr.count("are not kept in") == 1, ran.stderr
    assert ("the disk is nearly full" in ran.stderr) == (way == "disk"), ran.stderr
