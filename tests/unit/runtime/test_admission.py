"""What a replica takes on: as much as it finishes, the more critical first, and nothing whose time is over."""

import asyncio
from random import Random
from time import monotonic

import pytest

from plures import DeadlineExceeded, Outcome
from plures.contract import Criticality
from plures.errors import Overloaded
from plures.runtime import CallContext, Gate, Policy, Pressure
from plures.runtime.admission import AdaptiveLimit, Usual

CRITICAL, NORMAL, SHEDDABLE = Criticality.CRITICAL, Criticality.NORMAL, Criticality.SHEDDABLE


def context(criticality: Criticality = NORMAL, within_s: float = 10.0) -> CallContext:
    return CallContext(monotonic() + within_s, 1, criticality=criticality)


def gate(**policy: float) -> Gate:
    figures = {"least": 2, "most": 4, "queue_s": 5.0} | policy
    return Gate(Policy(**figures), Pressure(Random(1)))  # type: ignore[arg-type]


async def let_in(some: Gate, *, times: int, criticality: Criticality = NORMAL) -> int:
    count = 0
    while count < times and some.enter("x", criticality) is not None:
        count += 1
    return count


async def test_the_more_critical_a_call_the_more_of_the_limit_it_may_fill() -> None:
    assert [await let_in(gate(most=20), times=100, criticality=each) for each in (SHEDDABLE, NORMAL, CRITICAL)] == [
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
    assert some.inside == 3


async def test_what_waits_too_long_is_refused_as_not_sent() -> None:
    some = gate(queue_s=0.01)
    await let_in(some, times=4, criticality=CRITICAL)
    with pytest.raises(Overloaded, match="as many calls as it can work on") as refused:
        await some.wait("/shop.v1.Shop/Buy", context())
    assert (refused.value.operation, refused.value.outcome) == ("shop.v1.Shop/Buy", Outcome.NOT_SENT)
    assert (some.refused, some.inside) == (1, 4)


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
    assert some.inside == 0
    # Cancelled in the same turn in which it was let in.
    await let_in(some, times=4, criticality=CRITICAL)
    waiting = asyncio.create_task(some.wait("x", context()))
    await asyncio.sleep(0)
    some.leave("x", None)
    some.leave("x", None)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert some.inside == 2


def simulated(
    limit: AdaptiveLimit, *, fits: int, wanted: int, seconds: float, usual: Usual, now: float = 100.0
) -> float:
    """So many calls at once want in, and beyond `fits` of them each takes longer. The moment when it ends."""
    end = now + seconds
    while now < end:
        at_once = min(wanted, int(limit.value))
        took_s = 0.01 * max(1.0, at_once / fits)
        for _ in range(at_once):
            limit.observe(usual, took_s, now, at_once)
        now += took_s
    return now


def test_the_limit_shrinks_when_calls_wait_for_each_other() -> None:
    limit, usual = AdaptiveLimit(4, 200), Usual()
    now = simulated(limit, fits=10, wanted=5, seconds=5, usual=usual)
    assert limit.value == 200
    now = simulated(limit, fits=10, wanted=150, seconds=60, usual=usual, now=now)
    # Up to twice the usual time is tolerated.
    assert 10 <= limit.value <= 45
    simulated(limit, fits=1000, wanted=500, seconds=30, usual=usual, now=now)
    assert limit.value == 200


def test_calls_that_always_took_long_are_no_sign_of_load() -> None:
    limit, usual = AdaptiveLimit(4, 200), Usual()
    now = 100.0
    for _ in range(100):
        for _ in range(150):
            limit.observe(usual, 10.0, now, 150)
        now += 10
    assert limit.value == 200


def test_an_unusual_call_here_and_there_does_not_count() -> None:
    limit, random = AdaptiveLimit(4, 200), Random(3)
    usual = {"quick": Usual(), "slow": Usual()}
    now = 100.0
    for _ in range(20_000):
        name = random.choice(["quick", "slow"])
        limit.observe(usual[name], 0.001 if name == "quick" else random.uniform(0.1, 0.3), now, 150)
        now += 0.002
    assert limit.value > 150


def test_a_usual_of_busy_times_is_forgotten_in_quiet_ones() -> None:
    limit, usual = AdaptiveLimit(4, 200), Usual()
    now = simulated(limit, fits=1, wanted=200, seconds=60, usual=usual)
    simulated(limit, fits=1000, wanted=10, seconds=60, usual=usual, now=now)
    # Within what is tolerated.
    assert usual.seconds < 0.02


def pressed(turns: list[float]) -> Pressure:
    pressure, now = Pressure(Random(1)), 100.0
    for took_s in turns:
        now += took_s
        pressure.observe(took_s, now)
    return pressure


def test_a_process_that_keeps_up_refuses_nothing() -> None:
    assert pressed([0.005] * 100).level == 0


def test_one_long_turn_is_no_overload() -> None:
    assert pressed([0.005, 2.0, 0.005]).level == 0


def test_long_turns_in_a_row_are() -> None:
    pressure = pressed([0.1] * 20)
    assert 0 < pressure.level <= 3
    drawn = [pressure.refuses(NORMAL) for _ in range(1000)]
    assert any(drawn)


def test_sheddable_requests_are_refused_first_and_critical_ones_last() -> None:
    pressure = Pressure(Random(1))

    def share(criticality: Criticality) -> float:
        return sum(pressure.refuses(criticality) for _ in range(2000)) / 2000

    pressure.level = 0.3
    assert share(SHEDDABLE) == pytest.approx(0.6, abs=0.05)
    assert share(NORMAL) == pytest.approx(0.3, abs=0.05)
    assert share(CRITICAL) == 0
    pressure.level = 2.5
    assert share(NORMAL) == 1
    assert share(CRITICAL) == pytest.approx(0.5, abs=0.05)


def test_when_it_keeps_up_again_it_takes_all_again_soon() -> None:
    pressure = pressed([0.2] * 40)
    assert pressure.level > 1
    now = 1000.0
    pressure.observe(0.001, now)
    for _ in range(100):
        now += 0.02
        pressure.observe(0.001, now)
    assert pressure.level < 0.02


async def test_a_few_calls_enter_whatever_the_pressure() -> None:
    pressure = Pressure(Random(1))
    pressure.level = 3.0
    some = Gate(Policy(least=4), pressure)
    assert await let_in(some, times=4) == 4
    with pytest.raises(Overloaded, match="more to do than it can"):
        some.enter("x", NORMAL)


async def test_requests_that_begin_in_one_turn_count_although_each_has_ended_before_the_next() -> None:
    pressure = Pressure(Random(1))
    pressure.level = 1.0
    some = Gate(Policy(least=4), pressure)
    for _ in range(4):
        assert some.enter("x", NORMAL) is not None
        some.leave("x", None)
    with pytest.raises(Overloaded):
        some.enter("x", NORMAL)
    await asyncio.sleep(0.001)
    assert some.enter("x", NORMAL) is not None


async def test_names_from_outside_take_no_more_room_than_a_few() -> None:
    some = gate(most=200)
    for n in range(2000):
        entered = some.enter(f"GET /{n}", CRITICAL)
        some.leave(f"GET /{n}", entered)
    assert len(some.usual) <= 257


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
