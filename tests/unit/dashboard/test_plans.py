"""Plans that the command has kept, as the dashboard has them, and what came of them."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from plures.dashboard import About, Dashboard
from plures.planning import Plan, keep, predict
from plures.telemetry import Reading
from tests.unit.planning.conftest import COST, ONE, SPLIT, Written

ABOUT = About("shop", topologies=("monolith", "split", "sale"))


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return Written(tmp_path)


def asked(folder: Path, topology: str = "") -> Any:
    answered = Dashboard(folder, ABOUT).answer("/api/plan", f"topology={topology}".encode())
    assert answered.status == 200, answered.body
    return json.loads(answered.body)


def planned(folder: Path, written: Written) -> Plan:
    """A plan of `split`, made now."""
    plan = predict(Reading(folder), SPLIT, [ONE, SPLIT], COST, since=0, until=written.now)
    keep(folder, replace(plan, made=written.now))
    return replace(plan, made=written.now)


def test_without_a_plan_it_says_which_topologies_there_are(tmp_path: Path) -> None:
    for topology in ("", "sale", "nowhere"):
        told = asked(tmp_path, topology)
        assert [each["name"] for each in told["topologies"]] == ["monolith", "split", "sale"]
        assert told["topology"] == topology
        assert told["plan"] is told["unreadable"] is told["verified"] is told["not_verified"] is None


def test_a_plan_is_told_as_the_command_tells_it(tmp_path: Path, written: Written) -> None:
    written.ran("main")
    plan = planned(tmp_path, written)
    told = asked(tmp_path)
    assert told["topology"] == "split"
    assert msgspec.convert(told["plan"], Plan).edges == plan.edges
    assert told["plan"]["routes"][0]["p50_then_us"] > told["plan"]["routes"][0]["p50_us"]
    assert {each["name"]: bool(each["made"]) for each in told["topologies"]} == {
        "monolith": False,
        "split": True,
        "sale": False,
    }
    # What was planned does not run yet.
    assert told["verified"] is None
    assert told["not_verified"]["code"] == "plan.nothing_measured"
    written.ahead_s += 30
    written.ran("other")
    assert asked(tmp_path)["not_verified"]["code"] == "plan.not_running"
    assert asked(tmp_path, "sale")["plan"] is None


def test_what_came_of_a_plan_stands_beside_it(tmp_path: Path, written: Written) -> None:
    written.ran("main")
    planned(tmp_path, written)
    written.ahead_s += 30
    for name in ("shop", "search", "stock"):
        written.process(name)
    for _ in range(6):
        written.ran("shop", many=60, steps=1, cpu=0.2)
        for name in ("search", "stock"):
            written.stores[name].write()
    told = asked(tmp_path)
    assert told["not_verified"] is None
    figures = {each["name"]: each for each in told["verified"]["figures"]}
    assert figures["processes"]["before"] == 1
    assert figures["processes"]["off"] == pytest.approx(4 / 3 - 1)
    assert [each["name"] for each in told["verified"]["routes"]] == ["GET /product"]


def test_plans_outlive_topologies_and_telemetry(tmp_path: Path, written: Written) -> None:
    written.ran("main")
    plan = planned(tmp_path, written)
    keep(tmp_path, replace(plan, target="gone", made=plan.made - 1))
    for each in tmp_path.glob("telemetry.db*"):
        each.unlink()
    told = asked(tmp_path, "gone")
    assert told["topologies"][-1] == {"name": "gone", "made": plan.made - 1, "is_declared": False}
    assert told["plan"]["target"] == "gone"
    assert told["not_verified"]["code"].startswith("telemetry.")


def test_a_damaged_plan_is_told_and_no_other_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "split.json").write_text("{")
    (tmp_path / "secret.json").write_text("{")
    assert asked(tmp_path)["plan"] is None
    assert asked(tmp_path, "split")["unreadable"]
    assert asked(tmp_path, "..%2Fsecret")["unreadable"] is None
