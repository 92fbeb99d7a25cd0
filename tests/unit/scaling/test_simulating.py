"""The simulation: queues as the theory has them, a clairvoyant that is hard to beat, and what the decision costs beside it."""

import pytest

from plures.scaling import Targets
from plures.simulation import (
    Load,
    LoadUnreadable,
    Workload,
    clairvoyant,
    decided,
    load_of_csv,
    plan,
    play,
    ramp,
)

FLAT = Load(((0.0, 40.0), (300.0, 40.0)))


def test_one_replica_waits_as_a_queue_of_one_server_does() -> None:
    outcome = play(FLAT, Workload(cpu_s=0.0125), lambda _: 1, 1)
    # Half busy: work that is drawn from an exponential distribution takes twice as long with its wait, and 4.6 times that in one of a hundred.
    assert outcome.p50_s == pytest.approx(0.025 * 0.693, rel=0.1)
    assert outcome.p99_s == pytest.approx(0.025 * 4.6, rel=0.15)
    assert outcome.replica_seconds == 300


def test_what_a_call_waits_for_others_is_added() -> None:
    computing = play(FLAT, Workload(cpu_s=0.0125), lambda _: 1, 1)
    waiting = play(FLAT, Workload(cpu_s=0.0125, wait_s=1.0), lambda _: 1, 1)
    assert waiting.p50_s == pytest.approx(computing.p50_s + 1.0)


def test_replicas_that_start_cost_and_do_not_answer() -> None:
    outcome = play(Load(((0.0, 1.0), (10.0, 1.0))), Workload(starts_in_s=5.0), lambda _: 3, 1)
    assert [step.replicas for step in outcome.steps] == [1, *[3] * 9]
    assert [step.ready for step in outcome.steps] == [*[1] * 6, *[3] * 4]
    assert outcome.replica_seconds == 28


def test_stopping_answers_what_was_begun() -> None:
    outcome = play(FLAT, Workload(cpu_s=0.02, wait_s=5.0), lambda sample: 1 if sample.at_s > 10 else 4, 4)
    assert outcome.calls == pytest.approx(12_000, rel=0.05)
    assert outcome.replica_seconds > 4 * 11 + 289


def test_what_is_stopped_and_started_again_at_once_is_a_flap() -> None:
    outcome = play(FLAT, Workload(), lambda sample: 2 if int(sample.at_s) % 10 else 1, 2)
    assert outcome.flaps == 29
    assert outcome.changes == 59


def test_the_sale_is_met_near_the_fewest_replicas_that_would_do() -> None:
    """Ten times the load within a minute, as the sale of the marketplace has it: three replicas, then more than twenty."""
    load = Load(((0.0, 100.0), (40.0, 100.0), (100.0, 1000.0), (160.0, 1000.0)))
    workload = Workload(cpu_s=0.02, starts_in_s=2.0)
    targets = Targets(2, 100, cpu=0.95, cool_down_s=20)
    best, outcome = clairvoyant(load, workload, targets, 0.3), play(load, workload, decided(targets), 2)
    assert best is not None
    assert best.p99_s <= 0.3
    assert outcome.p99_s <= 0.3
    assert outcome.replica_seconds <= 1.2 * best.replica_seconds
    assert outcome.flaps == 0


def test_the_cheapest_settings_that_are_fast_enough_are_chosen() -> None:
    found = plan(ramp(40, 3, 10, before_s=10, stays_s=20), Workload(), Targets(1, 9), 0.3)
    assert [each.targets.cpu for each in found.tried] == [0.75, 0.95, 0.925, 0.9, 0.8, 0.7]
    fitting = [each for each in found.tried if each.fits]
    assert found.chosen is min(fitting, key=lambda each: each.outcome.replica_seconds)
    assert all(each.outcome.p99_s <= 0.3 for each in fitting)


def test_no_setting_helps_where_max_is_too_few() -> None:
    found = plan(Load(((0.0, 200.0), (20.0, 200.0))), Workload(), Targets(1, 2), 0.3)
    assert found.best is None
    assert found.chosen is None


def test_the_same_seed_plays_the_same() -> None:
    assert play(FLAT, Workload(), lambda _: 2, 2) == play(FLAT, Workload(), lambda _: 2, 2)


def test_a_recorded_load() -> None:
    load = load_of_csv(["second,rate", "100,20", "", "160,200"], "day.csv")
    assert load == Load(((0.0, 20.0), (60.0, 200.0)))
    assert [load.at(second) for second in (-1, 0, 30, 60, 90)] == [20, 20, 110, 200, 200]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([], "it has fewer than two lines"),
        (["0,1"], "it has fewer than two lines"),
        (["0,1", "x,2"], "line 2 is no pair of numbers: x,2"),
        (["0,1", "2"], "line 2 is no pair of numbers: 2"),
        (["0,1", "2,-3"], "line 2 is not possible: 2,-3"),
        (["0,1", "2,nan"], "line 2 is not possible: 2,nan"),
        (["5,1", "5,2"], "5 comes after 5"),
        (["0,0", "9,0"], "nothing ever arrives"),
    ],
    ids=["empty", "one", "word", "single", "negative", "nan", "back", "nothing"],
)
def test_a_file_that_is_no_load(lines: list[str], reason: str) -> None:
    with pytest.raises(LoadUnreadable, match=reason):
        load_of_csv(lines, "day.csv")
