"""When a new version goes on, is watched longer, or is halted."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plures.canary import Figures, Limits, Memory, Sample, Verdict, decide
from plures.canary.chances import chance, heaped, quantile

LIMITS = Limits(enough=500, watch_s=60)
FAST, SLOW = 0.01, 0.08


def figures(calls: int, faults: int = 0, slow: int = 0) -> Figures:
    return Figures(calls, faults, {FAST: calls - slow, SLOW: slow})


def sample(new: Figures, *old: Figures, for_s: float = 60, silent: int = 0) -> Sample:
    return Sample(for_s, (new,), old or (figures(5000),), silent)


def verdict(new: Figures, *old: Figures, for_s: float = 60) -> Verdict:
    return decide(LIMITS, Memory(), sample(new, *old, for_s=for_s)).verdict


def test_what_is_alike_goes_on_after_enough_calls_and_time() -> None:
    assert verdict(figures(499)) is Verdict.WAIT
    assert verdict(figures(500), for_s=59) is Verdict.WAIT
    assert verdict(figures(500), figures(499)) is Verdict.WAIT
    assert verdict(figures(500)) is Verdict.GO_ON


def test_what_fails_is_halted_before_there_are_enough_calls() -> None:
    found = decide(LIMITS, Memory(), sample(figures(20, faults=10), figures(200), for_s=5))
    assert found.verdict is Verdict.HALT
    assert found.why.startswith("50.0% of 20 calls failed, 0.0% of 200 at the old version (by chance: ")


def test_without_calls_nothing_is_known_good_or_bad() -> None:
    """Neither is a canary without visitors rolled back, nor does it go on."""
    for new, old in ((0, 5000), (19, 5000), (5000, 0), (0, 0)):
        for for_s in (1, 10_000):
            assert verdict(figures(new), figures(old), for_s=for_s) is Verdict.WAIT
    # All of three calls failed: that may be one visitor.
    assert verdict(figures(3, faults=3), for_s=10_000) is Verdict.WAIT


def test_one_fault_is_no_reason_to_halt() -> None:
    found = decide(LIMITS, Memory(), sample(figures(20, faults=1), figures(180)))
    assert found.verdict is Verdict.WAIT
    assert verdict(figures(500, faults=5)) is Verdict.GO_ON


def test_faults_that_both_have_are_no_fault_of_the_new_one() -> None:
    assert verdict(figures(500, faults=150), figures(5000, faults=1500)) is Verdict.GO_ON


def test_what_looks_worse_and_may_be_chance_is_watched_longer_and_not_for_ever() -> None:
    doubtful = decide(LIMITS, Memory(), sample(figures(500, faults=9), figures(500, faults=3)))
    assert (doubtful.verdict, doubtful.why.endswith("which may be chance")) == (Verdict.WAIT, True)
    assert verdict(figures(2000, faults=30), figures(2000, faults=26)) is Verdict.GO_ON


def test_it_must_be_worse_than_the_worst_old_replica() -> None:
    """Faults in heaps hit one replica: where an old one has had such a heap, a heap at the new one says nothing."""
    new = figures(500, faults=30)
    assert verdict(new, figures(500), figures(500)) is Verdict.HALT
    assert verdict(new, figures(500), figures(500, faults=30)) is Verdict.GO_ON
    # One that has just begun is no measure.
    assert verdict(new, figures(500), figures(500), figures(10, faults=1)) is Verdict.HALT


@pytest.mark.parametrize(
    ("new", "halted"),
    [(figures(500, slow=300), True), (figures(500, slow=5), False), (figures(500, slow=20), True)],
    ids=["half of all", "as before", "one of twenty-five"],
)
def test_what_is_slower_is_halted(new: Figures, halted: bool) -> None:
    assert (verdict(new, figures(5000, slow=40)) is Verdict.HALT) is halted


def test_versions_are_compared_again_only_when_there_are_many_more_calls() -> None:
    """Looking at every call would find something in the end."""
    memory = decide(LIMITS, Memory(), sample(figures(100))).memory
    assert (memory.looks, memory.calls) == (1, 100)
    soon = decide(LIMITS, memory, sample(figures(149, faults=40)))
    assert (soon.verdict, soon.memory.looks) == (Verdict.WAIT, 1)
    assert decide(LIMITS, memory, sample(figures(150, faults=40))).verdict is Verdict.HALT


def test_each_look_asks_for_more() -> None:
    same = sample(figures(600, faults=14), figures(6000, faults=40))
    assert decide(LIMITS, Memory(), same).verdict is Verdict.HALT
    assert decide(LIMITS, Memory(looks=20, calls=100), same).verdict is Verdict.WAIT


def test_a_replica_that_is_gone_halts_without_any_call() -> None:
    memory = Memory()
    for _ in range(2):
        found = decide(LIMITS, memory, sample(figures(0), silent=1))
        memory = found.memory
        assert found.verdict is Verdict.WAIT
    assert decide(LIMITS, memory, sample(figures(0), silent=1)).verdict is Verdict.HALT
    assert decide(LIMITS, memory, sample(figures(0))).memory.silent == 0


@pytest.mark.parametrize(
    "new",
    [Figures(10, 11), Figures(-1), Figures(10, -1), Figures(50, 0, {FAST: -1}), figures(99)],
    ids=["more faults than calls", "fewer than none", "fewer faults than none", "a count below none", "backwards"],
)
def test_figures_that_cannot_be_say_nothing(new: Figures) -> None:
    assert decide(LIMITS, Memory(looks=1, calls=100), sample(new)).verdict is Verdict.WAIT


@given(st.integers(0, 30), st.integers(1, 60), st.integers(0, 60), st.integers(1, 60))
def test_chances_are_those_of_counting(new_hits: int, new: int, old_hits: int, old: int) -> None:
    new_hits, old_hits = min(new_hits, new), min(old_hits, old)
    hits = new_hits + old_hits
    ways = sum(
        comb(new, each) * comb(old, hits - each) for each in range(new_hits, min(new, hits) + 1) if hits - each <= old
    )
    assert chance(new_hits, new, old_hits, old) == pytest.approx(ways / comb(new + old, hits), rel=1e-9)


def test_faults_that_come_together_count_once() -> None:
    assert heaped([10, 10, 10, 10], [1000] * 4) == 1
    assert heaped([0, 0, 40, 0], [1000] * 4) == pytest.approx(40, rel=0.02)
    # Of three replicas, and of nine faults, nothing is known.
    assert heaped([0, 40, 0], [1000] * 3) == heaped([9, 0, 0, 0], [1000] * 4) == 1
    # Each hits a thousand calls of one of them: one more heap at the new version is nothing new.
    heaps = [figures(1000, faults=40 if number == 1 else 0) for number in range(6)]
    assert verdict(figures(1000, faults=60), *heaps) is not Verdict.HALT
    assert verdict(figures(1000, faults=60), *(figures(1000, faults=7) for _ in range(6))) is Verdict.HALT


def test_a_quantile_lies_between_two_bounds() -> None:
    assert quantile({1.0: 0, 2.0: 100, 4.0: 0}, 0.5) == pytest.approx(2**0.5)
    assert quantile({}, 0.5) == 0
    assert quantile({1.0: 1, float("inf"): 99}, 0.5) == 1.0
