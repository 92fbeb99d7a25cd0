"""What is counted: right to a hundredth, and bounded."""

from random import Random

import pytest

from plures.load import Counts, Latencies
from plures.load.counting import MOST_STEPS, Slow, Timeline, note


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99, 0.999, 1.0])
def test_percentiles_are_right_to_a_hundredth(share: float) -> None:
    random = Random(1)
    values = sorted(random.lognormvariate(-4, 1.5) for _ in range(20_000))
    latencies = Latencies()
    for each in values:
        latencies.add(each)
    assert latencies.quantile(share) == pytest.approx(values[min(len(values) - 1, int(share * len(values)))], rel=0.012)
    assert (latencies.most_s, latencies.count) == (values[-1], len(values))
    assert len(latencies.buckets) < 1_500


def test_nothing_has_no_percentile_and_one_value_is_all_of_them() -> None:
    latencies = Latencies()
    assert latencies.quantile(0.5) is None
    latencies.add(0.25)
    assert {latencies.quantile(share) for share in (0.0, 0.5, 1.0)} == {0.25}
    # A clock that seems to go back, and no time at all.
    latencies.add(-1.0)
    latencies.add(0.0)
    assert latencies.count == 3


def test_both_together_are_what_one_would_have_counted() -> None:
    one, other, both = Latencies(), Latencies(), Latencies()
    for number in range(1, 100):
        (one if number % 3 else other).add(number / 100)
        both.add(number / 100)
    one.join(other)
    one.join(Latencies())
    assert one.buckets == both.buckets
    assert (one.count, one.least_s, one.most_s) == (both.count, both.least_s, both.most_s)


def test_names_with_numbers_in_them_do_not_fill_the_memory() -> None:
    counts = Counts(1)
    for number in range(MOST_STEPS * 3):
        step = counts.step("look", f"GET /products/{number}")
        counts.succeeded(step, Slow(number / 1_000, "look", "", ""), 0.5)
        note(step.failed, f"order {number} is gone")
    steps = counts.journey("look").steps
    assert len(steps) == MOST_STEPS + 1
    assert steps["(others)"].done == 2 * MOST_STEPS
    assert len(steps["(others)"].failed) == 31
    assert sum(steps["(others)"].failed.values()) == 2 * MOST_STEPS
    assert sorted(each.took_s for each in counts.slowest) == [number / 1_000 for number in range(590, 600)]


@pytest.mark.parametrize(("seconds", "slot_s"), [(0.1, 1), (60, 1), (36_000, 150)])
def test_a_long_load_has_no_more_slots_than_a_short_one(seconds: float, slot_s: float) -> None:
    timeline = Timeline(seconds)
    assert timeline.slot_s == slot_s
    for second in range(0, int(seconds) + 2, max(1, int(seconds) // 500)):
        timeline.at(second).done += 1
    timeline.at(1e9).done += 1
    assert len(timeline.slots) <= 481
