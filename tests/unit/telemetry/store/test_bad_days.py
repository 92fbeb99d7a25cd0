"""What becomes of telemetry, and of nothing else, when the file, the disk, the clock or another process fails."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest

from plures.telemetry import Part, Telemetry
from plures.telemetry.store import ASIDE, KEPT_IN, Anchor, Bounds, LogLine, ProcessName, Store
from plures.telemetry.store.reading import Reading, TelemetryNewer

from .conftest import PLACE, Rows, request, run_to_end


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "plures.telemetry"]


def spans(rows: Rows) -> int:
    ((many,),) = rows("SELECT count(*) FROM spans")
    return int(many)


@pytest.mark.parametrize("begins", [b"no database at all", b"SQLite format 3\x00"])
def test_a_damaged_file_is_put_aside(
    begins: bytes, tmp_path: Path, telemetry: Telemetry, rows: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path, telemetry, ProcessName("shop", 1))
    (tmp_path / KEPT_IN).write_bytes(begins.ljust(8192, b"\xff"))
    request(telemetry)
    store.write()
    store.write()
    assert spans(rows) == 2
    assert (tmp_path / ASIDE).read_bytes().startswith(begins)
    (said,) = told(caplog)
    assert f"is damaged (file is not a database): it is {ASIDE} now" in said


def test_a_file_that_is_damaged_while_it_is_used(
    tmp_path: Path, store: Store, telemetry: Telemetry, rows: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    other_telemetry = Telemetry()
    other = Store(tmp_path, other_telemetry, ProcessName("other", 1))
    for _ in range(2_000):
        request(telemetry)
    store.write()
    other.write()
    with closing(sqlite3.connect(tmp_path / KEPT_IN)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with (tmp_path / KEPT_IN).open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096 * 40)
    for _ in range(3):
        request(telemetry, id_="ab" * 16)
        store.write()
        request(other_telemetry, id_="ab" * 16)
        other.write()
    # All processes go on in the new one, and it was begun anew once.
    assert sorted(rows("SELECT name FROM processes")) == [("other",), ("shop",)]
    assert spans(rows) >= 8
    assert len(told(caplog)) == 1


def test_a_file_of_another_kind_or_an_older_version_is_put_aside(
    tmp_path: Path, store: Store, telemetry: Telemetry, rows: Rows
) -> None:
    with closing(sqlite3.connect(tmp_path / KEPT_IN)) as connection:
        connection.execute("CREATE TABLE mine (a)")
    request(telemetry)
    store.write()
    store.write()
    assert spans(rows) == 2
    with closing(sqlite3.connect(tmp_path / ASIDE)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("mine",)]


def test_a_file_of_a_later_version_is_left_alone(
    tmp_path: Path, store: Store, telemetry: Telemetry, caplog: pytest.LogCaptureFixture
) -> None:
    Store(tmp_path, Telemetry(), ProcessName("later", 1)).write()
    with closing(sqlite3.connect(tmp_path / KEPT_IN)) as connection:
        connection.execute("PRAGMA user_version = 99")
    for _ in range(3):
        request(telemetry)
        store.write()
    (said,) = told(caplog)
    assert "a later version of Plures has made it; it is left alone" in said
    with pytest.raises(TelemetryNewer):
        Reading(tmp_path).processes()


def test_a_file_that_was_deleted_is_begun_anew(tmp_path: Path, store: Store, telemetry: Telemetry, rows: Rows) -> None:
    store.write()
    for each in tmp_path.iterdir():
        each.unlink()
    request(telemetry)
    store.write()
    assert spans(rows) == 2


def test_a_folder_that_cannot_be(
    tmp_path: Path, telemetry: Telemetry, rows: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "blocked"
    folder.write_text("a file where the folder should be")
    store = Store(folder, telemetry, ProcessName("shop", 1))
    for _ in range(3):
        request(telemetry)
        store.write()
    assert len(told(caplog)) == 1
    folder.unlink()
    store.write()
    assert len(Reading(folder).traces()) == 3


def test_a_process_that_holds_the_file_costs_no_more_than_what_does_not_fit(
    tmp_path: Path, store: Store, telemetry: Telemetry, rows: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    store.write()
    with closing(sqlite3.connect(tmp_path / KEPT_IN, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        request(telemetry)
        store.write(0)
        # That another process writes is no news.
        assert (store.lost, told(caplog)) == (0, [])
        for _ in range(3):
            for _ in range(5_000):
                request(telemetry)
            for _ in range(6_000):
                store.put_log(LogLine(store.now_us(), 20, "shop", "x"))
            store.write(0)
        lost = store.lost
        assert lost == (2 + 30_000 - 20_000) + (18_000 - 10_000)
        assert len(told(caplog)) == 1
        holder.execute("ROLLBACK")
    store.write()
    assert spans(rows) == 20_000
    assert rows("SELECT lost FROM processes") == [(lost,)]
    assert store.lost == lost


class Clocks:
    """Both clocks of a machine."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def world(self) -> float:
        return 1_900_000_000 + monotonic() + self.ahead_s


def test_what_is_old_goes(tmp_path: Path, telemetry: Telemetry, rows: Rows) -> None:
    clocks = Clocks()
    store = Store(
        tmp_path, telemetry, ProcessName("shop", 1), Bounds(64, hours=1), anchor=Anchor(clocks.world), count_s=0
    )
    request(telemetry)
    store.put_log(LogLine(store.now_us(), 20, "shop", "old"))
    store.put_gauge("loop.delay", 1)
    meter = telemetry.meter(PLACE)
    meter.begun = meter.ended = 1
    store.write()
    tables = ("traces", "spans", "steps", "logs", "points", "gauges")
    assert [rows(f"SELECT count(*) > 0 FROM {table}") for table in tables] == [[(1,)]] * len(tables)
    clocks.ahead_s += 3700
    store.write()
    assert [rows(f"SELECT count(*) FROM {table}") for table in tables] == [[(0,)]] * len(tables)


def test_clocks_that_jump(tmp_path: Path, telemetry: Telemetry, rows: Rows) -> None:
    clocks = Clocks()
    store = Store(tmp_path, telemetry, ProcessName("shop", 1), anchor=Anchor(clocks.world))
    request(telemetry)
    store.write()
    clocks.ahead_s -= 3600
    store.write()
    # It has begun after the jump, and the one before it before: each is where the clock was.
    request(telemetry, lasts_s=0)
    store.write()
    (before,), (after,) = rows("SELECT began FROM traces ORDER BY id")
    assert abs(before - after - 3600 * 1_000_000) < 60 * 1_000_000
    assert rows("SELECT count(*) FROM spans WHERE lasted < 0") == [(0,)]
    # Years ahead, noted while the clock was wrong, and gone when it is right.
    clocks.ahead_s += 10**9
    store.write()
    request(telemetry, lasts_s=0)
    store.write()
    clocks.ahead_s -= 10**9
    store.write()
    assert all(began < 2_000_000_000 * 1_000_000 for (began,) in rows("SELECT began FROM traces"))


DIES = """
import os, signal, sys
from pathlib import Path
from plures.telemetry import Telemetry, Trace, Subject, SpanKind, Noted
from plures.telemetry.store import ProcessName, Store
from plures.telemetry.store.writing import Writing
telemetry = Telemetry()
store = Store(Path(sys.argv[1]), telemetry, ProcessName("dies", 1))
subject = Subject(SpanKind.SERVER, "a/B", "a")
def note(many):
    for _ in range(many):
        trace = Trace(kept_for="drawn")
        trace.note(Noted(subject, trace.next_span(), 0, 1.0, 2.0))
        telemetry.recorder.close(trace)
note(100)
store.write()
traces = Writing._traces
def dies(self, rows):
    traces(self, rows[:50])
    print("in a transaction", flush=True)
    os.kill(os.getpid(), signal.SIGSTOP)
Writing._traces = dies
note(100)
store.write()
"""


def test_a_process_that_is_stopped_in_a_transaction_and_killed(
    tmp_path: Path, store: Store, telemetry: Telemetry, rows: Rows
) -> None:
    with subprocess.Popen([sys.executable, "-c", DIES, str(tmp_path)], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"in a transaction\n"
            request(telemetry)
            store.write(0)
            assert (spans(rows), store.lost) == (100, 0)
        finally:
            os.kill(process.pid, signal.SIGKILL)
    store.write()
    # What it had not committed is gone, and what waited meanwhile is kept.
    assert spans(rows) == 102
    alive = {process.name: process.is_alive for process in Reading(tmp_path).processes()}
    assert alive.keys() == {"shop", "dies"}


def test_the_last_that_is_written_is_short(tmp_path: Path, store: Store, telemetry: Telemetry, rows: Rows) -> None:
    store.write()
    request(telemetry)
    with closing(sqlite3.connect(tmp_path / KEPT_IN, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        store.start()
        began = monotonic()
        store.stop()
        # It does not wait for the holder.
        assert monotonic() - began < 30
        assert holder.in_transaction
        assert spans(rows) == 0
    run_to_end(store)


def test_what_receives_traces_may_fail(
    store: Store, telemetry: Telemetry, rows: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    got: list[int] = []

    def fails(parts: object) -> None:
        raise RuntimeError

    def counts(parts: list[Part]) -> None:
        got.append(len(parts))

    telemetry.sinks += [fails, counts]
    for _ in range(2):
        request(telemetry)
        store.write()
    assert (got, spans(rows), len(told(caplog))) == ([1, 1], 4, 1)
