"""The decision: what it never does, whatever it is told, and what it does about each trouble that others' autoscalers met."""

from collections.abc import Callable, Iterable
from math import inf, nan
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plures.scaling import Memory, Sample, Targets, decide

SEARCH = Targets(min=2, max=20, cpu=0.5, in_flight=50, cool_down_s=60)
figures = st.none() | st.floats(allow_nan=True, allow_infinity=True)
samples = st.builds(
    Sample,
    at_s=st.floats(-100, 1000) | st.just(nan),
    wanted=st.integers(-3, 500),
    ready=st.integers(-1, 500),
    silent=st.integers(0, 5),
    arrived=figures,
    finished=figures,
    cpu=figures,
    in_flight=figures,
    starts_in_s=st.floats(),
)


def sample(at_s: float, wanted: int, cpu: float, rate: float = 100, **more: object) -> Sample:
    told: dict[str, object] = {"ready": wanted, "in_flight": 1.0, "finished": rate} | more
    return Sample(at_s, wanted, arrived=rate, cpu=cpu, **told)  # pyright: ignore[reportArgumentType]


def after(
    course: Iterable[float], *, targets: Targets = SEARCH, begin: int = 2, seen: Callable[[int], object] = id
) -> list[int]:
    """How many replicas there are after each second, when so many processors are needed in it and replicas are ready at once."""
    memory, many, found = Memory(), begin, list[int]()
    for at, cpu in enumerate(course):
        decision = decide(targets, memory, sample(float(at), many, cpu, rate=cpu * 100))
        memory, many = decision.memory, decision.replicas
        found.append(many)
        seen(many)
    return found


@given(st.lists(samples, max_size=12), st.integers(-2, 30), st.integers(-2, 30))
def test_whatever_it_is_told_it_stays_within_bounds(told: list[Sample], least: int, most: int) -> None:
    memory = Memory()
    for each in told:
        decision = decide(Targets(least, most), memory, each)
        memory = decision.memory
        assert min(max(least, 0), max(most, 0)) <= decision.replicas <= max(most, 0)


@settings(max_examples=50)
@given(st.lists(st.floats(0, 15), min_size=1, max_size=40), st.floats(1, 5))
def test_more_of_the_same_load_never_gets_fewer(course: list[float], times: float) -> None:
    few = after(course)
    many = after([each * times for each in course])
    assert all(one <= other for one, other in zip(few, many, strict=True))


@settings(max_examples=25)
@given(st.floats(0, 9.9), st.integers(2, 20))
def test_a_constant_load_changes_the_number_in_one_direction_alone(cpu: float, begin: int) -> None:
    found = after([cpu] * 150, begin=begin)
    steps = [later - earlier for earlier, later in zip([begin, *found], found, strict=False)]
    assert not (any(step > 0 for step in steps) and any(step < 0 for step in steps))
    assert found[-1] * 0.5 >= cpu
    assert len(set(found[110:])) == 1


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("rate", [30, 400])
def test_chance_does_not_make_it_flap(rate: int, seed: int) -> None:
    random = Random(seed)
    memory, many, turns, last = Memory(), 4, 0, 0
    for at in range(900):
        # Visitors who know nothing of each other, ten milliseconds to a hundredth of a processor each.
        came = max(0.0, random.gauss(rate, rate**0.5))
        work = came * 1.5 / rate * random.uniform(0.97, 1.03)
        decision = decide(SEARCH, memory, sample(float(at), many, work, rate=came))
        step = decision.replicas - many
        if step:
            turns += last < 0 < step
            last = step
        memory, many = decision.memory, decision.replicas
    assert turns == 0


def test_it_grows_at_once_and_shrinks_after_the_cool_down() -> None:
    found = after([1.0] * 20 + [4.0] * 40 + [1.0] * 100)
    assert found[19] == 2
    assert max(found[20:26]) >= 8
    # What was enough was eight until the second 60: for a minute after, nothing is stopped.
    assert min(found[60:118]) >= 8
    assert found[-1] == 3


def test_a_ramp_is_met_ahead() -> None:
    slow = Targets(1, 100, cpu=0.5)
    memory, many = Memory(), 4
    for at in range(20):
        cpu = 2.0 + max(0, at - 12) * 0.5
        told = sample(float(at), many, cpu, rate=cpu * 1000, starts_in_s=10)
        decision = decide(slow, memory, told)
        memory, many = decision.memory, decision.replicas
    # 5.5 processors are needed now, eleven replicas; in ten seconds, 10.5.
    assert many >= 20


def test_what_is_wanted_counts_and_not_what_is_ready() -> None:
    """While replicas start, they are not started once more."""
    first = decide(SEARCH, Memory(), sample(0.0, 2, 2.0))
    assert first.replicas == 4
    again = decide(SEARCH, first.memory, sample(1.0, 4, 2.0, ready=2))
    assert again.replicas == 4
    assert again.why == ""


def test_replicas_that_start_slowly_are_not_started_without_end() -> None:
    memory, many = Memory(), 2
    for at in range(30):
        decision = decide(Targets(2, 1000, cpu=0.5), memory, sample(float(at), many, 100.0, ready=2))
        memory, many = decision.memory, decision.replicas
    assert many == 8


@pytest.mark.parametrize("figure", ["arrived", "finished", "cpu", "in_flight"])
@pytest.mark.parametrize("nonsense", [None, nan, inf, -1.0], ids=["none", "nan", "inf", "negative"])
def test_what_was_not_measured_changes_nothing(figure: str, nonsense: float | None) -> None:
    told = {"arrived": 10.0, "finished": 10.0, "cpu": 0.0, "in_flight": 0.0, figure: nonsense}
    before = Memory(enough=((-100.0, 2),))
    decision = decide(SEARCH, before, Sample(0.0, 9, 9, **told))  # pyright: ignore[reportArgumentType]
    assert decision.replicas == 9
    assert decision.memory == before


def test_without_a_replica_that_answers_nothing_changes() -> None:
    assert decide(SEARCH, Memory(), sample(0.0, 9, 0.0, ready=0)).replicas == 9
    assert decide(SEARCH, Memory(), sample(0.0, 9, 0.0, ready=3, silent=3)).replicas == 9


def test_a_clock_that_goes_back_changes_nothing() -> None:
    seen = decide(SEARCH, Memory(), sample(10.0, 5, 0.1))
    assert decide(SEARCH, seen.memory, sample(10.0, 5, 9.0)).replicas == 5
    assert decide(SEARCH, seen.memory, sample(3.0, 5, 9.0)).memory == seen.memory


def test_what_has_just_begun_to_look_stops_nothing() -> None:
    """A supervisor that starts again beside a process with nine replicas knows nothing of the last minute."""
    found = after([0.1] * 61, begin=9)
    assert found[:60] == [9] * 60
    assert found[60] == 2


def test_silent_replicas_count_as_busy_when_others_would_be_stopped() -> None:
    memory, many = Memory(), 9
    for at in range(100):
        decision = decide(SEARCH, memory, sample(float(at), many, 0.1, silent=4))
        memory, many = decision.memory, decision.replicas
    assert many == 5


@pytest.mark.parametrize(("wanted", "expected", "why"), [(50, 20, "max is 20"), (0, 2, "min is 2")])
def test_bounds_that_have_changed_are_kept_at_once(wanted: int, expected: int, why: str) -> None:
    decision = decide(SEARCH, Memory(), Sample(0.0, wanted, wanted))
    assert (decision.replicas, decision.why) == (expected, why)


def test_where_min_is_above_max_max_wins() -> None:
    assert decide(Targets(min=5, max=3), Memory(), sample(0.0, 4, 0.1)).replicas == 3


def test_calls_that_wait_without_computing_count_too() -> None:
    memory, many = Memory(), 2
    for at in range(10):
        decision = decide(SEARCH, memory, sample(float(at), many, 0.1, in_flight=300.0))
        memory, many = decision.memory, decision.replicas
    assert many == 6


def test_work_of_which_nothing_has_ended_counts_by_what_it_takes() -> None:
    assert decide(SEARCH, Memory(), sample(0.0, 2, 2.0, rate=0.0)).replicas == 4


def test_it_says_why() -> None:
    decision = decide(SEARCH, Memory(), sample(0.0, 2, 2.0))
    assert (
        decision.why
        == "the work takes 2.00 processors, 1 calls in flight, and each should have 0.5 of one and at most 50 calls"
    )
