"""`plures top`: what is called, by capability and operation."""

import json
from collections.abc import Callable
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import Result

from plures.cli.telemetry.telling import fitted, lasting, lines_of, one_line
from plures.cli.telemetry.telling.tables import Column
from plures.cli.telemetry.top.rates import read_rates
from plures.cli.telemetry.top.table import lines_of_top
from plures.telemetry import Reading, Subject
from tests.unit.cli.telemetry.conftest import FIND, GET, SERVED, Written

Run = Callable[..., Result]


def call(written: Written, process: str, subject: Subject, *, took_s: float, code: str = "", ends: bool = True) -> None:
    made: Any = SimpleNamespace(
        trace=None, span=0, parent_span=0, began=monotonic() - took_s, code=code, id="", root=None
    )
    meter = written.telemetry[process].meter(subject)
    meter.begin(made)
    if ends:
        meter.end(made)


@pytest.fixture
def busy(written: Written) -> Written:
    for _ in range(30):
        call(written, "edge", FIND, took_s=0.05)
        call(written, "search", SERVED, took_s=0.04)
    call(written, "search", SERVED, took_s=0.4, code="unavailable")
    call(written, "search", SERVED, took_s=0.4, ends=False)
    call(written, "search", GET, took_s=0.001, code="OutOfStock")
    written.stores["search"].put_gauge("cpu.share", 0.3, "search")
    written.stores["edge"].put_gauge("cpu.share", 0.1, "search")
    written.write()
    return written


def test_each_call_is_counted_once_where_the_work_is_done(plures: Run, busy: Written) -> None:
    told = json.loads(plures("top", "--json", "--data", str(busy.folder)).stdout)
    rows = {(each["capability"], each["operation"]): each for each in told["rows"]}
    assert [*rows] == [("search", None), ("search", "search/Find"), ("stock", None), ("stock", "stock/Get")]
    search = rows["search", "search/Find"]
    assert (search["calls"], search["faults"], search["in_flight"]) == (31, 1, 1)
    assert search["p50_us"] == pytest.approx(40_000, rel=0.2)
    assert search["p99_us"] > 300_000
    assert rows["stock", None]["faults"] == 0, "a declared error is an answer"
    # Both processes do work of it.
    assert rows["search", None]["cpu"] == pytest.approx(0.4)
    assert told["replicas"] == 2


def test_one_snapshot_without_a_terminal(plures: Run, busy: Written) -> None:
    lines = plures("top", "--data", str(busy.folder)).stdout.splitlines()
    assert "2 replicas" in lines[0]
    assert lines[2].split() == [
        "capability",
        "operation",
        "calls/s",
        "faults",
        "p50",
        "p99",
        "in",
        "flight",
        "CPU",
        "database",
    ]
    assert lines[3].split()[0] == "search"
    assert lines[3].endswith("40 %")
    assert plures("top", "--once", "--sort", "p50", "--data", str(busy.folder)).exit_code == 0


def test_what_is_left_after_the_application_has_stopped(plures: Run, busy: Written) -> None:
    for each in busy.stores.values():
        each.start()
        each.stop()
    said = plures("top", "--once", "--data", str(busy.folder)).stdout
    assert "nothing runs; the last of it" in said
    assert "search/Find" in said


def test_it_fits_the_terminal(busy: Written) -> None:
    rates = read_rates(Reading(busy.folder), 60)
    lines = lines_of_top(rates, "calls", 70, 5)
    assert len(lines) == 5
    assert lines[-1] == "… 3 more"
    assert all(len(line) <= 80 for line in lines)


def test_a_table_gives_way_where_it_may() -> None:
    columns = (Column("what", gives=True), Column("many", is_number=True))
    lines = lines_of(columns, [("界" * 30, "1"), ("short", "1,000")], 30)
    assert lines == [
        "what                      many",
        "界界界界界界界界界界界…      1",
        "short                    1,000",
    ]
    assert lines_of(columns, [("x" * 500, "1")], None)[1] == f"{'x' * 500}     1", "in a pipe all is there"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb", r"a\tb"),
        ("\x00\x1b\x7f\x85", r"\x00\x1b\x7f\x85"),
        ("\ud800", r"\ud800"),
        ("é界🙂", "é界🙂"),
        ("a\u200fb", r"a\u200fb"),
    ],
)
def test_what_is_no_letter_for_a_terminal(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_cut_to_cells() -> None:
    assert [fitted("界界界", cells) for cells in (6, 5, 4, 1, 0)] == ["界界界", "界界…", "界…", "…", ""]


@pytest.mark.parametrize(
    ("microseconds", "shown"),
    [(0, "0 µs"), (999.6, "1.00 ms"), (1_240, "1.24 ms"), (99_960, "100 ms"), (999_600, "1.00 s"), (59_990_000, "1 min 0 s"), (200e6, "3 min 20 s")],
)  # fmt: skip
def test_times(microseconds: float, shown: str) -> None:
    assert lasting(microseconds) == shown
