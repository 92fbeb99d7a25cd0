"""`plures logs`: the lines of all processes, in order, none lost without a word."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from plures.cli.telemetry.logs import ordering
from plures.cli.telemetry.logs.following import Following, Sought
from plures.cli.telemetry.logs.ordering import InOrder
from plures.telemetry import KEPT_IN, LogRead, Reading
from tests.unit.cli.telemetry.conftest import REMOTE_ID, Written

Run = Callable[..., Result]
_ROUNDS = 20


@pytest.fixture
def logs(plures: Run, tmp_path: Path) -> Run:
    return lambda *arguments: plures("logs", *arguments, "--data", str(tmp_path))


def messages(lines: list[LogRead]) -> list[str]:
    return [line.message for line in lines]


def followed(following: Following, many: int) -> list[str]:
    """The next lines, so many of them."""
    found: list[str] = []
    for _ in range(_ROUNDS):
        found += messages(following.more())
        if len(found) >= many:
            break
    return found


def test_lines_of_several_processes_are_in_the_order_of_time(logs: Run, written: Written) -> None:
    for number in range(6):
        written.log(f"line {number}", ("edge", "search")[number % 2], ago_s=10 - number)
    written.write()
    lines = logs().stdout.splitlines()
    assert [line.rpartition("shop.search: ")[2] for line in lines] == [f"line {number}" for number in range(6)]
    assert " edge.1 " in lines[0]
    assert " search.1 " in lines[1]
    assert logs("--lines", "2").stdout.splitlines() == lines[-2:]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (["--process", "edge"], ["ready"]),
        (["--process", "search.1"], ["stock is low", "charge failed"]),
        (["--process", "search.2"], []),
        (["--level", "warning"], ["stock is low", "charge failed"]),
        (["--level", "critical"], []),
        (["--trace", REMOTE_ID], ["stock is low"]),
        (["--trace", "order 4711"], ["charge failed"]),
        (["--text", "low stock"], ["stock is low"]),
        (["--text", "4711"], ["charge failed"]),
        (["--text", '"; DROP TABLE logs'], []),
        (["--since", "2m"], ["ready", "stock is low", "charge failed"]),
        (["--since", "1s"], []),
    ],
)
def test_filters(logs: Run, written: Written, asked: list[str], found: list[str]) -> None:
    from plures.telemetry import trace_id_of

    written.log("ready", "edge", ago_s=60)
    written.log("stock is low", level=30, trace=REMOTE_ID, ago_s=50)
    written.log("charge failed", level=40, trace=trace_id_of("order 4711"), extra={"order": 4711}, ago_s=40)
    written.write()
    lines = [json.loads(line) for line in logs(*asked, "--json").stdout.splitlines()]
    assert [line["message"] for line in lines] == found


def test_lines_move_no_cursor_and_look_like_no_other_line(logs: Run, written: Written) -> None:
    written.log("\x1b[2Jone\rfake\nsecond\x9b31m\u202e", extra={"\x1b[A": "\x07\n"})
    written.write()
    first, second = logs().stdout.splitlines()
    assert first.endswith(r"shop.search: \x1b[2Jone\rfake \x1b[A=\x07\n")
    assert second == r"    second\x9b31m\u202e"


def test_following_goes_on_with_what_comes(written: Written) -> None:
    written.log("before")
    written.write()
    following = Following(Reading(written.folder), Sought())
    assert messages(following.latest(10, waits=True)) == ["before"]
    # The process that writes later has logged earlier.
    written.log("second", "edge", ago_s=3)
    written.stores["edge"].write()
    written.log("first", "search", ago_s=4)
    written.stores["search"].write()
    assert followed(following, 2) == ["first", "second"]
    assert following.more() == [], "none comes twice"


def test_following_waits_for_a_store_and_goes_on_with_a_new_one(written: Written, capsys: Any) -> None:
    following = Following(Reading(written.folder), Sought(level="warning"))
    assert following.latest(10, waits=True) == []
    assert "waits" in capsys.readouterr().err
    written.log("info")
    for number in range(3):
        written.log(f"old {number}", level=30)
    written.write()
    assert followed(following, 3) == ["old 0", "old 1", "old 2"]
    for each in written.folder.glob(f"{KEPT_IN}*"):
        each.unlink()
    # Its numbers begin anew.
    written.log("new", level=40)
    written.stores["search"].write()
    assert followed(following, 1) == ["new"]


def test_lines_that_are_deleted_before_they_could_be_read_are_told(written: Written, capsys: Any) -> None:
    import sqlite3

    written.log("seen")
    written.write()
    following = Following(Reading(written.folder), Sought())
    following.latest(10, waits=False)
    for number in range(5):
        written.log(f"line {number}")
    written.write()
    with closing(sqlite3.connect(written.folder / KEPT_IN)) as connection, connection:
        connection.execute("DELETE FROM logs WHERE id < 5")
    assert followed(following, 2) == ["line 3", "line 4"]
    assert "3 lines were deleted before they could be read" in capsys.readouterr().err


def test_what_could_not_be_written_is_told(written: Written, capsys: Any) -> None:
    written.log("one")
    written.write()
    following = Following(Reading(written.folder), Sought())
    following.latest(10, waits=False)
    following.more()
    written.stores["search"].lost = 7
    written.log("two")
    written.write()
    assert followed(following, 1) == ["two"]
    assert "7 lines or spans of search.1 could not be written" in capsys.readouterr().err


def lines_at(*moments: int) -> Iterator[LogRead]:
    for number, at in enumerate(moments, 1):
        yield LogRead(number, at, "edge.1", 20, "x", str(at), "", 0, "", "")


def test_a_clock_that_jumps_holds_nothing_up() -> None:
    order, late = InOrder(), ordering.LATE_US
    now = 10 * late
    order.put([*lines_at(now + 1000 * late, now - 2 * late, now)], now)
    assert messages(order.take(now)) == [str(now - 2 * late)]
    assert messages(order.take(now + late)) == [str(now), str(now + 1000 * late)]
    assert order.take(now + 9 * late) == []


def test_a_flood_is_given_before_it_fills_memory() -> None:
    order = InOrder()
    order.put([*lines_at(*range(30_000, 0, -1))], 0)
    assert [line.at for line in order.take(0)] == [*range(1, 30_001)]


def test_who_reads_no_more_ends_it_in_silence(written: Written) -> None:
    for number in range(3000):
        written.log(f"line {number} {'x' * 100}")
    written.write()
    command = [sys.executable, "-m", "plures", "logs", "--lines", "3000", "--data", str(written.folder)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": ""}
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert b"line 0" in process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 0


def test_where_there_is_no_line_it_says_what_to_do(logs: Run, written: Written) -> None:
    written.write()
    assert "No process has logged anything yet" in logs().stderr
    written.log("ready", "edge")
    written.write()
    nothing = logs("--text", "unheard", "--json")
    assert (nothing.stdout, nothing.exit_code) == ("", 0)
    assert "No line is as asked for" in nothing.stderr
    assert logs().stderr == ""
