"""What a replica takes on: as much as it finishes, the more critical first, and nothing whose time is over."""

import asyncio
from random import Random
from time import monotonic

import pytest

from plures import DeadlineExceeded, Outcome
from plures.contract import Criticality
from plures.errors import Overloaded
from plures.runtime import CallContext, Capacity, Gate, Policy
from plures.runtime.admission import AdaptiveLimit
from plures.runtime.admission.capacity import ENOUGH, late_by_itself

CRITICAL, NORMAL, SHEDDABLE = Criticality.CRITICAL, Criticality.NORMAL, Criticality.SHEDDABLE


def context(criticality: Criticality = NORMAL, within_s: float = 10.0) -> CallContext:
    return CallContext(monotonic() + within_s, 1, criticality=criticality)


def gate(**policy: float) -> Gate:
    figures = {"least_at_once": 2, "most_at_once": 4, "queue_s": 5.0} | policy
    return Gate(Policy(**figures), Capacity(int(figures["least_at_once"])))  # type: ignore[arg-type]


async def let_in(some: Gate, *, times: int, criticality: Criticality = NORMAL) -> int:
    count = 0
    while count < times and some.enter("x", criticality) is not None:
        count += 1
    return count


async def test_the_more_critical_a_call_the_more_of_the_limit_it_may_fill() -> None:
    assert [
        await let_in(gate(most_at_once=20), times=100, criticality=each) for each in (SHEDDABLE, NORMAL, CRITICAL)
    ] == [
        12,
        17,
        20,
    ]


async def test_one_that_waits_enters_when_another_one_leaves_and_critical_ones_first() -> None:
    some = gate()
    assert await let_in(some, times=9, criticality=CRITICAL) == 4
    order: list[str] = []

    async def wait(criticality: Criticality) -> None:
        await some.wait("x", context(criticality))
        order.append(criticality.value)

    waiting = [asyncio.create_task(wait(each)) for each in (SHEDDABLE, NORMAL, CRITICAL)]
    await asyncio.sleep(0)
    for _ in range(4):
        some.leave("x", None)
        await asyncio.sleep(0.001)
    await asyncio.gather(*waiting)
    assert order[0] == "critical"
    assert sorted(order) == ["critical", "normal", "sheddable"]
    assert some.lanes["x"].inside == 3


async def test_what_waits_too_long_is_refused_as_not_sent() -> None:
    some = gate(queue_s=0.01)
    for _ in range(4):
        some.enter("/shop.v1.Shop/Buy", CRITICAL)
    with pytest.raises(Overloaded, match="as much to do as it can") as refused:
        await some.wait("/shop.v1.Shop/Buy", context())
    assert (refused.value.operation, refused.value.outcome) == ("shop.v1.Shop/Buy", Outcome.NOT_SENT)
    assert (some.refused, some.lanes["/shop.v1.Shop/Buy"].inside) == (1, 4)


async def test_what_waits_beyond_its_deadline_never_starts() -> None:
    some = gate()
    await let_in(some, times=4, criticality=CRITICAL)
    with pytest.raises(DeadlineExceeded) as late:
        await some.wait("x", context(within_s=0.01))
    assert late.value.outcome is Outcome.NOT_SENT


async def test_one_that_gives_up_waiting_leaves_its_place_to_others() -> None:
    some = gate()
    await let_in(some, times=4, criticality=CRITICAL)
    waiting = asyncio.create_task(some.wait("x", context()))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    for _ in range(4):
        some.leave("x", None)
    assert some.lanes["x"].inside == 0
    # Cancelled in the same turn in which it was let in.
    await let_in(some, times=4, criticality=CRITICAL)
    waiting = asyncio.create_task(some.wait("x", context()))
    await asyncio.sleep(0)
    some.leave("x", None)
    some.leave("x", None)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert some.lanes["x"].inside == 2


def simulated(limit: AdaptiveLimit, *, fits: int, wanted: int, seconds: float, now: float = 100.0) -> float:
    """So many calls at once want in, and beyond `fits` of them each takes longer. The moment when it ends."""
    end = now + seconds
    while now < end:
        at_once = min(wanted, int(limit.value))
        took_s = 0.01 * max(1.0, at_once / fits)
        for _ in range(at_once):
            limit.observe(took_s, now, at_once)
        now += took_s
    return now


def test_the_limit_shrinks_when_calls_wait_for_each_other() -> None:
    limit = AdaptiveLimit(4, 200)
    now = simulated(limit, fits=10, wanted=5, seconds=5)
    assert limit.value == 200
    now = simulated(limit, fits=10, wanted=150, seconds=60, now=now)
    # Up to twice the usual time is tolerated.
    assert 10 <= limit.value <= 45
    simulated(limit, fits=1000, wanted=500, seconds=30, now=now)
    assert limit.value == 200


def test_calls_that_always_took_long_are_no_sign_of_load() -> None:
    limit = AdaptiveLimit(4, 200)
    now = 100.0
    for _ in range(100):
        for _ in range(150):
            limit.observe(10.0, now, 150)
        now += 10
    assert limit.value == 200


def test_calls_of_very_different_length_are_no_sign_of_load() -> None:
    limit, random = AdaptiveLimit(4, 200), Random(3)
    now = 100.0
    for _ in range(20_000):
        limit.observe(random.choice([0.001, random.uniform(0.1, 0.3)]), now, 150)
        now += 0.002
    assert limit.value > 150


def test_slow_calls_of_which_there_are_few_are_no_sign_of_load() -> None:
    limit, random = AdaptiveLimit(4, 200), Random(3)
    now = 100.0
    for _ in range(2_000):
        now += 0.1
        limit.observe(random.choice([0.001, 0.5]), now, 8)
    assert limit.value == 200


async def test_a_slow_kind_of_calls_does_not_fill_the_places_of_others() -> None:
    some = gate()
    assert await let_in(some, times=9, criticality=CRITICAL) == 4
    assert some.enter("y", NORMAL) is not None


def test_a_usual_of_busy_times_is_forgotten_in_quiet_ones() -> None:
    limit = AdaptiveLimit(4, 200)
    now = simulated(limit, fits=1, wanted=200, seconds=60)
    simulated(limit, fits=1000, wanted=10, seconds=60, now=now)
    # Within what is tolerated.
    assert limit.usual_s < 0.02


def busy(capacity: Capacity, late_s: float, *, looks: int) -> None:
    """A process with as many calls inside as it has places, whose turns come so late."""
    for _ in range(looks):
        capacity.inside = int(capacity.places)
        capacity.observe(late_s)


def test_a_process_whose_turns_come_late_has_fewer_places_and_some_in_any_case() -> None:
    capacity = Capacity(least=4)
    busy(capacity, 0.2, looks=5)
    assert 4 < capacity.places < 40
    busy(capacity, 0.2, looks=100)
    assert capacity.places == 4


def test_calls_that_only_wait_for_others_get_places_as_they_come() -> None:
    capacity = Capacity(least=4)
    busy(capacity, 0.001, looks=10)
    assert capacity.places > 2000


def test_places_that_nothing_fills_do_not_become_more() -> None:
    capacity = Capacity(least=4)
    before = capacity.places
    for _ in range(100):
        capacity.observe(0.0)
    assert capacity.places == before


def test_one_long_turn_costs_less_than_a_third_of_the_places_and_they_come_back() -> None:
    capacity = Capacity(least=4)
    busy(capacity, 0.001, looks=1)
    before = capacity.places
    busy(capacity, 5.0, looks=1)
    assert 0.69 * before < capacity.places < before
    busy(capacity, 0.001, looks=1)
    assert capacity.places >= before


def test_pauses_of_the_process_leave_places_for_the_few_that_call_meanwhile() -> None:
    capacity = Capacity(least=4)
    for _ in range(50):
        # A certificate is made, or some connections shake hands, while four calls wait for a database.
        capacity.inside = 4
        capacity.observe(0.5, 1.0)
        capacity.observe(0.0, 0.1)
    assert capacity.has_place(NORMAL)
    capacity.inside = 8
    assert capacity.has_place(NORMAL)


def test_a_process_whose_turns_are_short_again_gets_back_enough_places_however_busy_its_machine_is() -> None:
    capacity = Capacity(least=4)
    busy(capacity, 0.2, looks=100)
    for _ in range(40):
        capacity.inside = 4
        capacity.observe(0.0, 1.0)
    assert capacity.places == ENOUGH


@pytest.mark.parametrize(
    ("passed_s", "computed_s", "late_s"),
    [
        (0.02, 0.0, 0),
        (0.02, 0.02, 0),
        (0.12, 0.12, 0.1),
        (0.12, 0.06, 0.05),
        (0.52, 0.001, 0.001),
        (0.01, 0.01, 0),
        (0, 0, 0),
    ],
    ids=["idle", "busy", "late", "half a core", "held up by others", "early", "no time"],
)
def test_what_others_on_the_machine_do_is_no_load_of_this_process(
    passed_s: float, computed_s: float, late_s: float
) -> None:
    assert late_by_itself(passed_s, computed_s) == pytest.approx(late_s, abs=1e-4)


async def test_it_looks_at_turns_only_while_there_is_work() -> None:
    capacity = Capacity(least=1)
    some = Gate(Policy(least_at_once=1), capacity)
    for _ in range(3):
        some.enter("x", CRITICAL)
    loop = asyncio.get_running_loop()
    before = capacity.places
    capacity.places = 3.0
    await asyncio.sleep(0.1)
    assert capacity.places > 3
    for _ in range(3):
        some.leave("x", None)
    await asyncio.sleep(0.1)
    capacity.places = before
    assert not any("Capacity._look" in repr(handle) for handle in getattr(loop, "_scheduled", []))


async def test_all_kinds_share_the_places_of_the_process() -> None:
    capacity = Capacity(least=2)
    capacity.places = 6.0
    one, other = Gate(Policy(least_at_once=2), capacity), Gate(Policy(least_at_once=2), capacity)
    assert await let_in(one, times=3, criticality=CRITICAL) == 3
    assert await let_in(other, times=9, criticality=CRITICAL) == 3
    # A call that left here makes room for one that waits there.
    waiting = asyncio.create_task(other.wait("x", context()))
    await asyncio.sleep(0)
    one.leave("x", None)
    one.leave("x", None)
    await waiting


async def test_names_from_outside_take_no_more_room_than_a_few() -> None:
    some = gate(most_at_once=200)
    for n in range(2000):
        entered = some.enter(f"GET /{n}", CRITICAL)
        some.leave(f"GET /{n}", entered)
    assert len(some.lanes) <= 257


@pytest.mark.parametrize(
    ("request_is", "operation_is", "call_is"),
    [
        (NORMAL, NORMAL, NORMAL), (NORMAL, CRITICAL, CRITICAL), (NORMAL, SHEDDABLE, SHEDDABLE),
        (CRITICAL, NORMAL, CRITICAL), (CRITICAL, SHEDDABLE, CRITICAL), (CRITICAL, CRITICAL, CRITICAL),
        (SHEDDABLE, NORMAL, SHEDDABLE), (SHEDDABLE, SHEDDABLE, SHEDDABLE), (SHEDDABLE, CRITICAL, CRITICAL),
    ],
)  # fmt: skip
def test_criticality_travels_with_the_request(
    request_is: Criticality, operation_is: Criticality, call_is: Criticality
) -> None:
    assert operation_is.within(request_is) is call_is
