"""How a replica finds out that it can do no more, before its calls miss their deadlines."""

import asyncio
from pathlib import Path
from time import monotonic

import pytest

from plures.contract import Criticality
from plures.errors import Overloaded
from plures.runtime import CallContext, Capacity, Gate, Policy
from plures.runtime.admission import AdaptiveLimit
from plures.runtime.admission.capacity import ENOUGH
from plures.runtime.admission.waits import WaitForCpu

CRITICAL, NORMAL = Criticality.CRITICAL, Criticality.NORMAL


class Clock:
    """Time passes where a test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000.0
        monkeypatch.setattr("plures.runtime.admission.capacity.monotonic", lambda: self.now)
        monkeypatch.setattr("plures.runtime.admission.gate.monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def one_after_another(gate: Gate, clock: Clock, took_s: float, *, times: int = 200) -> None:
    """Calls of the usual length."""
    for _ in range(times):
        entered = gate.enter("x", CRITICAL)
        clock.now += took_s
        gate.leave("x", entered)


def crowd(gate: Gate, clock: Clock, took_s: float, *, is_fine: bool) -> None:
    """Many calls at once, all of which end after so long."""
    entered = [gate.enter("x", CRITICAL) for _ in range(60)]
    clock.now += took_s
    for each in entered:
        if each is not None:
            gate.leave("x", each, is_fine=is_fine)


@pytest.mark.parametrize(("took_s", "shrinks"), [(4.0, True), (0.001, False)], ids=["deadlines", "at once"])
async def test_failures_tell_of_too_much_where_they_took_long(clock: Clock, took_s: float, *, shrinks: bool) -> None:
    gate = Gate(Policy(), Capacity(4))
    one_after_another(gate, clock, 0.01)
    for _ in range(15):
        crowd(gate, clock, took_s, is_fine=False)
    assert (gate.lanes["x"].limit.value < 100) is shrinks


def test_calls_none_of_which_ends_tell_of_too_much_before_the_first_of_them_misses_its_deadline() -> None:
    limit, now = AdaptiveLimit(4, 200), 100.0
    for _ in range(20):
        limit.observe(0.01, now, 1)
        now += 0.01
    since = now
    while now < since + 2.0:
        now += 0.02
        limit.look(now, 150, since)
    assert limit.value < 100


def test_calls_that_are_long_by_nature_do_not() -> None:
    limit, now = AdaptiveLimit(4, 200), 100.0
    for _ in range(20):
        limit.observe(10.0, now, 100)
        now += 1.0
    since = now
    while now < since + 20.0:
        now += 0.02
        limit.look(now, 150, since)
    assert limit.value == 200


def test_those_of_which_nothing_is_known_do_not() -> None:
    limit = AdaptiveLimit(4, 200)
    for look in range(1000):
        limit.look(100.0 + look / 50, 150, 100.0)
    assert limit.value == 200


def saturated(capacity: Capacity, busy: float, *, looks: int) -> None:
    for _ in range(looks):
        capacity.inside = int(capacity.places)
        capacity.observe(0.001, busy)


def test_a_loop_that_always_has_something_to_do_gets_fewer_calls_and_enough_to_stay_busy() -> None:
    capacity = Capacity(least=4)
    before = capacity.places
    saturated(capacity, 1.0, looks=50)
    assert ENOUGH < capacity.places < before
    saturated(capacity, 1.0, looks=1000)
    assert capacity.places == ENOUGH


def test_one_that_has_time_left_gets_more_again() -> None:
    capacity = Capacity(least=4)
    saturated(capacity, 1.0, looks=1000)
    saturated(capacity, 0.2, looks=30)
    assert capacity.places > 200


def test_one_that_is_well_used_keeps_what_it_has() -> None:
    capacity = Capacity(least=4)
    saturated(capacity, 0.82, looks=100)
    before = capacity.places
    saturated(capacity, 0.82, looks=100)
    assert capacity.places == before


async def test_a_burst_waits_longer_than_a_queue_that_stands(clock: Clock) -> None:
    capacity = Capacity(1)
    capacity.places = 1.0
    gate = Gate(Policy(least_at_once=1, queue_s=10.0), capacity)
    gate.enter("x", CRITICAL)

    def refuses() -> bool:
        return gate.refuses(NORMAL)

    async def waits() -> None:
        with pytest.raises(Overloaded):
            await gate.wait("x", CallContext(clock.now + 60, 1, criticality=NORMAL))

    first = [asyncio.create_task(waits()) for _ in range(4)]
    await asyncio.sleep(0)
    # Another one leaves each second: the fourth of those that wait comes in after four.
    capacity._gap_s = 1.0
    assert not refuses()
    # As many wait as ever when the time of the first is over.
    clock.now += 10.0
    assert refuses()
    for each in first:
        each.cancel()
    await asyncio.gather(*first, return_exceptions=True)


def test_how_long_a_thread_has_waited_for_a_processor_only_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = WaitForCpu()
    before, until = waits.seconds(), monotonic() + 0.01
    while monotonic() < until:
        pass
    assert waits.seconds() >= before >= 0


def test_where_the_system_does_not_tell_it_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("plures.runtime.admission.waits._FILE", str(tmp_path / "none"))
    assert WaitForCpu().seconds() == 0.0
    (tmp_path / "odd").write_text("odd")
    monkeypatch.setattr("plures.runtime.admission.waits._FILE", str(tmp_path / "odd"))
    odd = WaitForCpu()
    assert odd.seconds() == odd.seconds() == 0.0
