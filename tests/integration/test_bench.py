"""The benchmark runs, every rival answers the same, and the result has all that the document needs. No time is judged."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.calls.rival import MODULES
from bench.calls.suite import DIRECT, IN_PROCESS
from bench.checkout import suite as checkout
from bench.data import STORES
from bench.document import render
from bench.events import suite as events
from bench.results import TIMES, Column, Result, Row, Section, Target, read, write
from bench.sagas import suite as sagas

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="processes are pinned to cores, which only Linux offers"
)
def test_the_quick_call_benchmark_measures_every_rival(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench", "calls", "--quick", "--rounds", "1", "--results", str(tmp_path)]
    subprocess.run(command, check=True, cwd=ROOT, timeout=300, stdout=subprocess.DEVNULL)

    result = read(tmp_path / "calls.quick.json")

    local, remote = result.sections
    assert [row.subject for row in local.rows] == [DIRECT, IN_PROCESS]
    assert [row.subject for row in remote.rows] == list(MODULES)
    assert all(figure > 0 for row in remote.rows for figure in row.figures.values())
    assert len(result.targets) == 6
    assert all(target.reached > 0 for target in result.targets)


def test_the_quick_data_benchmark_measures_both_stores_beside_their_drivers(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench", "data", "--quick", "--rounds", "1", "--results", str(tmp_path)]
    subprocess.run(command, check=True, cwd=ROOT, timeout=300, stdout=subprocess.DEVNULL)

    result = read(tmp_path / "data.quick.json")

    assert [tuple(row.subject for row in section.rows) for section in result.sections] == [*STORES.values()]
    figures = [row.figures for section in result.sections for row in section.rows]
    assert all(set(each) == {column.key for column in result.sections[0].columns} for each in figures)
    assert all(figure > 0 for each in figures for figure in each.values())
    assert [target.bound for target in result.targets] == ["at least", "at least"]


def test_the_quick_events_benchmark_measures_publishing_delivering_and_draining(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench", "events", "--quick", "--rounds", "1", "--results", str(tmp_path)]
    subprocess.run(command, check=True, cwd=ROOT, timeout=300, stdout=subprocess.DEVNULL)

    result = read(tmp_path / "events.quick.json")

    *publishing, delivered, drained = result.sections
    assert [tuple(row.subject for row in section.rows) for section in publishing] == [*events.STORES.values()]
    assert [row.subject for row in delivered.rows] == [ours for _, ours in events.STORES.values()]
    assert [row.subject for row in drained.rows] == ["drained"]
    assert all(row.figures[column.key] > 0 for each in result.sections for row in each.rows for column in each.columns)
    assert len(result.targets) == 10


def test_the_quick_sagas_benchmark_measures_both_stores_beside_dbos(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench", "sagas", "--quick", "--rounds", "1", "--results", str(tmp_path)]
    subprocess.run(command, check=True, cwd=ROOT, timeout=300, stdout=subprocess.DEVNULL)

    result = read(tmp_path / "sagas.quick.json")

    assert [section.title for section in result.sections] == [
        f"A saga, {steps}, {store}" for store in sagas.Store for steps in sagas.STEPS.values()
    ]
    for section in result.sections:
        assert [row.subject for row in section.rows] == [*sagas.SUBJECTS]
        assert all(row.figures["p50_ms"] > 0 and row.figures["per_s"] > 0 for row in section.rows)
    assert [target.bound for target in result.targets] == [*["at least"] * 4, *["at most"] * 2]


def test_the_quick_checkout_benchmark_measures_a_saga_beside_the_same_by_hand(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench", "checkout", "--quick", "--rounds", "1", "--results", str(tmp_path)]
    subprocess.run(command, check=True, cwd=ROOT, timeout=300, stdout=subprocess.DEVNULL)

    result = read(tmp_path / "checkout.quick.json")

    assert [section.title for section in result.sections] == [f"A checkout, {store}" for store in sagas.Store]
    for section in result.sections:
        assert [row.subject for row in section.rows] == [*checkout.SUBJECTS]
        assert all(row.figures["p50_ms"] > 0 and row.figures["cpu_ms"] > 0 for row in section.rows)
    assert [target.bound for target in result.targets] == ["at most"] * 4


def test_the_document_shows_figures_and_says_which_targets_are_missed(tmp_path: Path) -> None:
    rows = [Row("ours", {"calls_per_s": 12_345.6}, []), Row("theirs", {}, [])]
    section = Section("Calls", [Column("calls_per_s", "calls/s")], rows)
    targets = [Target("calls/s", "at least", 2.0, 3.0), Target("latency", "at most", 1.4, 1.5)]
    write(Result("calls", quick=False, rounds=5, seed=1, sections=[section], targets=targets), tmp_path)
    template = tmp_path / "template.md"
    template.write_text("{{calls}}\n\n{{shop}}\n\n{{targets}}\n\n{{machine}}\n")

    text = render(tmp_path, template=template, document=tmp_path / "performance.md").read_text()

    assert "| ours | 12,346 |" in text
    assert "| theirs | - |" in text
    assert "Not measured yet: `python -m bench shop`" in text
    assert f"| latency | at most 1.40 {TIMES} | 1.50 {TIMES} | **missed** |" in text
    assert f"| calls/s | at least 2.00 {TIMES} | 3.00 {TIMES} | met |" in text


def test_a_quick_result_never_replaces_a_full_one(tmp_path: Path) -> None:
    for quick in (False, True):
        write(Result("calls", quick=quick, rounds=1, seed=1, sections=[], targets=[]), tmp_path)

    assert not read(tmp_path / "calls.json").quick
