"""What a plan says, from a store as processes write it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from plures.planning import (
    EDGE,
    NoPlan,
    NothingMeasured,
    NotRunning,
    Plan,
    PlanUnreadable,
    Target,
    keep,
    kept,
    predict,
    verify,
)
from plures.telemetry import NoTelemetry, Reading, TelemetryUnreadable

from .conftest import COST, ONE, SPLIT, Written


def planned(reading: Reading, written: Written, target: Target = SPLIT) -> Plan:
    return predict(reading, target, [ONE, SPLIT], COST, since=0, until=written.now)


def test_calls_become_remote_and_cost_time(written: Written, reading: Callable[[], Reading]) -> None:
    written.ran("main")
    plan = planned(reading(), written)
    assert plan.present == "monolith"
    assert {(each.caller, each.capability, each.becomes) for each in plan.edges} == {
        (EDGE, "search", "remote"),
        ("search", "stock", "remote"),
    }
    (route,) = plan.routes
    assert (route.remote_now, route.remote_then) == (0, 2)
    assert route.p50_us is not None
    assert route.p50_then_us is not None
    # Two calls, one within the other, at fewer than ten a second.
    assert route.p50_then_us - route.p50_us == pytest.approx(4_000, abs=50)
    assert plan.then.processes == 4
    assert plan.then.remote_per_request == pytest.approx(2)
    assert plan.then.cpu == pytest.approx(0.1 + 3 * 0.005 + plan.per_s * 2 * 0.001, rel=0.01)
    assert plan.then.memory_bytes == 100_000_000 + 3 * 50_000_000


def test_data_that_another_process_opens_is_told(written: Written, reading: Callable[[], Reading]) -> None:
    written.ran("main")
    moves = planned(reading(), written).moves
    assert [(each.store.capability, each.source, each.target, each.leaves) for each in moves] == [
        ("stock", "main", "stock", False),
        ("mail", "main", "shop", False),
    ]
    away = replace(SPLIT, replicas={"shop": 1, "search": 2}, elsewhere=("stock",))
    plan = planned(reading(), written, away)
    assert [each.leaves for each in plan.moves] == [True, False]
    assert any("stock: not of this application" in note for note in plan.notes)


def test_what_was_never_called_is_told(written: Written, reading: Callable[[], Reading]) -> None:
    written.ran("main")
    assert any(note.startswith("Never called in this time: mail.") for note in planned(reading(), written).notes)


def test_what_ran_before_a_deploy_is_left_out(written: Written, reading: Callable[[], Reading]) -> None:
    written.ran("old", many=6_000)
    written.stores["old"].stop()
    written.ahead_s += 20
    written.ran("main")
    plan = planned(reading(), written)
    assert plan.processes == ("main",)
    assert 0 < plan.requests <= 100


def test_a_process_that_joined_begins_the_time(written: Written, reading: Callable[[], Reading]) -> None:
    """`main` ran alone, and then beside another: what it did alone is of another topology."""
    written.ran("main", many=6_000)
    alone = written.now
    written.process("search")
    for _ in range(6):
        written.ran("main", many=10, steps=1)
        written.stores["search"].write()
    plan = planned(reading(), written)
    assert plan.processes == ("main", "search")
    assert plan.since >= alone - 10_000_000
    assert plan.present == ""
    assert any("plures.toml has no topology like that" in note for note in plan.notes)


def test_traces_that_were_kept_for_being_slow_predict_nothing(written: Written, reading: Callable[[], Reading]) -> None:
    written.ran("main")
    for _ in range(20):
        written.request(find_ms=500, kept_for="slow")
    written.stores["main"].write()
    (route,) = planned(reading(), written).routes
    assert route.p50_then_us is not None
    assert route.p50_then_us < 20_000


def test_a_request_that_never_ended_is_no_request(written: Written, reading: Callable[[], Reading]) -> None:
    written.process("main")
    for _ in range(50):
        written.request(has_root=False)
    written.ran("main")
    (route,) = planned(reading(), written).routes
    assert 0 < route.traces <= 30


def test_each_trace_counts_for_the_requests_of_its_kind(written: Written, reading: Callable[[], Reading]) -> None:
    """Few traces of what is frequent, many of what is rare."""
    written.ran("main", many=600)
    written.count(3, route="GET /rare")
    for _ in range(59):
        written.request(find_ms=900, route="GET /rare")
    written.ahead_s += 10
    written.stores["main"].write()
    plan = planned(reading(), written)
    assert plan.then.p50_us is not None
    assert plan.then.p50_us < 100_000


def test_kinds_of_requests_without_a_trace_are_told(written: Written, reading: Callable[[], Reading]) -> None:
    written.ran("main")
    written.count(50, route="GET /untraced")
    for _ in range(2):
        written.stores["main"].write()
        written.ahead_s += 10
    written.stores["main"].write()
    plan = planned(reading(), written)
    assert next(each for each in plan.routes if each.name == "GET /untraced").p50_then_us is None
    assert any("No trace was drawn of GET /untraced" in note for note in plan.notes)


def test_without_requests_there_is_no_plan(written: Written, reading: Callable[[], Reading], tmp_path: Path) -> None:
    with pytest.raises(NoTelemetry):
        planned(reading(), written)
    written.process("main").write()
    with pytest.raises(NothingMeasured) as raised:
        planned(reading(), written)
    assert "plures load" in raised.value.fix
    for each in tmp_path.glob("telemetry.db*"):
        each.write_bytes(b"no database" * 500)
    with pytest.raises(TelemetryUnreadable):
        planned(reading(), written)


def test_a_plan_is_compared_with_what_came_of_it(
    written: Written, reading: Callable[[], Reading], tmp_path: Path
) -> None:
    written.ran("main")
    plan = planned(reading(), written)
    keep(tmp_path, replace(plan, made=written.now))
    plan = kept(tmp_path, "split")
    written.ran("main")
    with pytest.raises(NothingMeasured):
        # It was there before the plan, and is not what was planned.
        verify(reading(), plan, written.now)
    written.ahead_s += 30
    for name in ("shop", "search", "stock"):
        written.process(name)
    for _ in range(6):
        written.ran("shop", many=60, steps=1, cpu=0.2)
        for name in ("search", "stock"):
            written.stores[name].put_gauge("cpu.share", 0.02)
            written.stores[name].write()
    found = verify(reading(), plan, written.now)
    figures = {each.name: each for each in found.figures}
    assert figures["processor time"].measured == pytest.approx(0.24, rel=0.05)
    assert figures["p50 of requests"].off is not None
    assert [each.name for each in found.routes] == ["GET /product"]


def test_another_topology_than_the_planned_one_is_told(written: Written, reading: Callable[[], Reading]) -> None:
    written.ran("main")
    plan = replace(planned(reading(), written), made=written.now)
    written.ahead_s += 30
    written.ran("other")
    with pytest.raises(NotRunning) as raised:
        verify(reading(), plan, written.now)
    assert "plures run --topology split" in raised.value.fix


def test_a_plan_that_is_damaged_or_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoPlan):
        kept(tmp_path, "split")
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "split.json").write_text("{")
    with pytest.raises(PlanUnreadable):
        kept(tmp_path, "split")
