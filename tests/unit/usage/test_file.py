"""What is kept of usage: counts of several processes in one file, over restarts, and several machines together."""

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from plures.usage import CallerKind, Counted, Span, Tallies, UsageFile, UsageUnreadable, Use, Used, merged

FIND = Use("shop.search.v1", "Find", "cart", CallerKind.CAPABILITY)
EDGE = Use("shop.search.v1", "Find", "the edge", CallerKind.EDGE)


def test_nothing_is_kept_before_something_is_counted(tmp_path: Path) -> None:
    assert UsageFile(tmp_path / "not there").read() == Counted()
    assert not (tmp_path / "not there").exists()


def test_counts_add_up_and_the_beginning_stays(tmp_path: Path) -> None:
    file = UsageFile(tmp_path / "data")
    file.add(["shop.search.v1"], {FIND: 3}, 100.0)
    UsageFile(tmp_path / "data").add(["shop.search.v1", "shop.search.v2"], {FIND: 2, EDGE: 1}, 200.0)
    assert file.read() == Counted(
        {"shop.search.v1": Span(100.0, 200.0), "shop.search.v2": Span(200.0, 200.0)},
        {FIND: Used(5, 100.0, 200.0), EDGE: Used(1, 200.0, 200.0)},
    )


def test_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = UsageFile(tmp_path)
    file.add(["shop.search.v1"], {FIND: 1}, 1.0)
    assert [stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()] == [0o600]


def test_a_clock_that_goes_back_takes_nothing_back(tmp_path: Path) -> None:
    file = UsageFile(tmp_path)
    file.add(["shop.search.v1"], {FIND: 1}, 200.0)
    file.add(["shop.search.v1"], {FIND: 1}, 150.0)
    kept = file.read()
    assert (kept.contracts["shop.search.v1"].until, kept.uses[FIND]) == (200.0, Used(2, 200.0, 200.0))


def test_processes_write_at_once_and_none_is_lost(tmp_path: Path) -> None:
    text = (
        "from pathlib import Path; import sys\n"
        "from plures.usage import CallerKind, UsageFile, Use\n"
        "use = Use('shop.search.v1', 'Find', 'cart', CallerKind.CAPABILITY)\n"
        "for second in range(40): UsageFile(Path(sys.argv[1])).add(['shop.search.v1'], {use: 1}, float(second))\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", text, str(tmp_path)]) for _ in range(3)]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0, 0]
    assert UsageFile(tmp_path).read().uses == {FIND: Used(120, 0.0, 39.0)}


def test_a_file_whose_first_writer_has_only_just_begun_is_empty(tmp_path: Path) -> None:
    UsageFile(tmp_path).path.touch()
    assert UsageFile(tmp_path).read() == Counted()


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    file = UsageFile(tmp_path)
    file.path.write_bytes(b"no database at all, but a text that is long enough to be taken for one" * 20)
    with pytest.raises(UsageUnreadable, match="Cannot read") as caught:
        file.read()
    assert caught.value.code == "usage.unreadable"


def test_a_kind_of_a_later_version_is_told(tmp_path: Path) -> None:
    file = UsageFile(tmp_path)
    file.add([], {FIND: 1}, 1.0)
    with sqlite3.connect(file.path) as connection:
        connection.execute("UPDATE uses SET kind = 'robot'")
    connection.close()
    with pytest.raises(UsageUnreadable, match="robot"):
        file.read()


def test_machines_are_counted_together() -> None:
    one = Counted({"a.b.v1": Span(100.0, 900.0), "a.c.v1": Span(1.0, 2.0)}, {FIND: Used(3, 100.0, 300.0)})
    other = Counted({"a.b.v1": Span(200.0, 800.0)}, {FIND: Used(4, 50.0, 250.0), EDGE: Used(1, 1.0, 1.0)})
    assert merged([one, other]) == Counted(
        # Where the second one did not count yet, nothing is known of its calls.
        {"a.b.v1": Span(200.0, 800.0), "a.c.v1": Span(1.0, 2.0)},
        {FIND: Used(7, 50.0, 300.0), EDGE: Used(1, 1.0, 1.0)},
    )


def test_clients_are_asked_how_far_they_are() -> None:
    tallies, calls = Tallies(), [0, 0]
    for number in range(2):
        tallies.add(FIND, lambda number=number: calls[number])  # type: ignore[misc]
    assert tallies.totals() == {}
    calls[:] = 2, 3
    assert [tallies.arrived(EDGE), tallies.arrived(EDGE)] == [True, False]
    assert tallies.totals() == {FIND: 5, EDGE: 2}
