"""What the users of other breakers, budgets, balancers and limits reported as going wrong, tried on ours. ADR 27 names the reports."""

import asyncio
from contextlib import suppress

import pytest
from lab import Trouble

from plures.errors import CallError, Unavailable
from plures.runtime import Broken, Endpoints, Outgoing, Policy, Reply
from plures.runtime.admission import AdaptiveLimit
from plures.runtime.policy import RetryBudget
from plures.runtime.replicas import Endpoint

from .scripted import FINE, OVERLOADED, Callers, Scripted
from .test_breakers import Clock, answer, drawn, fail, replicas
from .test_hedging import Slow
from .test_hedging import client as hedging
from .test_retry_budget import Clock as BudgetClock
from .test_retry_budget import taken

CALL = Outgoing("/", 1000, 1, b"")
INTERNAL = Reply(500, b'{"code":"internal","message":"no disk"}')


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def budget_clock(monkeypatch: pytest.MonkeyPatch) -> BudgetClock:
    clock = BudgetClock()
    monkeypatch.setattr("plures.runtime.policy.budget.monotonic", clock)
    return clock


def test_a_day_without_failures_saves_up_no_budget(budget_clock: BudgetClock) -> None:
    budget = RetryBudget(Policy())
    for _ in range(20_000):
        budget.earn()
        budget_clock.now += 0.01
    # A tenth of the 1,000 calls of ten seconds, and one a second.
    assert 100 <= budget.left <= 120
    assert 100 <= taken(budget) <= 120


def test_a_burst_after_a_quiet_hour_earns_its_share(budget_clock: BudgetClock) -> None:
    budget = RetryBudget(Policy())
    budget_clock.now += 3600
    for _ in range(1000):
        budget.earn()
    assert 100 <= taken(budget) <= 110


def test_a_probe_without_an_end_keeps_the_replica_out_no_longer(clock: Clock) -> None:
    endpoints, by_url = replicas("a", "b")
    fail(endpoints, by_url["a"])
    for _ in range(20):
        clock.now = by_url["a"].ejected_until
        # Its caller goes away, so that the probe tells nothing.
        assert endpoints.choose(()) is by_url["a"]
        assert drawn(endpoints) == {"b"}
    assert by_url["a"].ejected_until - clock.now <= 1.5
    answer(by_url["a"], clock, 0.01)
    assert not by_url["a"].ejections


def test_what_failed_before_the_probe_says_nothing_of_it(clock: Clock) -> None:
    endpoints, by_url = replicas("a", "b")
    fail(endpoints, by_url["a"], 50)
    assert by_url["a"].ejections == 1


def test_when_the_others_go_those_that_were_left_out_are_called(clock: Clock) -> None:
    endpoints, by_url = replicas(*"abcd")
    for url in "ab":
        fail(endpoints, by_url[url])
    endpoints.update("ab")
    assert drawn(endpoints) == {"a", "b"}
    endpoints.update("a")
    assert drawn(endpoints) == {"a"}


def test_a_replica_that_comes_back_is_a_new_one(clock: Clock) -> None:
    endpoints, by_url = replicas("a", "b")
    fail(endpoints, by_url["a"])
    endpoints.update("b")
    endpoints.update("ab")
    assert [each.ejections for each in endpoints.known] == [0, 0]


def share_of(
    endpoints: Endpoints, by_url: dict[str, Endpoint], clock: Clock, took: dict[str, tuple[float, bool]]
) -> float:
    """The share of `a` in a thousand calls, one every ten milliseconds."""
    count = 0
    for _ in range(1000):
        endpoint = endpoints.choose(())
        assert endpoint is not None
        count += endpoint is by_url["a"]
        seconds, is_fine = took[endpoint.url]
        begun = endpoint.begin(CALL)
        clock.now += seconds
        if is_fine:
            endpoint.answered(begun)
        else:
            endpoint.erred(begun)
        endpoint.end(CALL)
        clock.now += 0.01
    return count / 1000


def test_a_replica_that_fails_fast_does_not_draw_all_calls(clock: Clock) -> None:
    endpoints, by_url = replicas("a", "b")
    assert share_of(endpoints, by_url, clock, {"a": (0.001, False), "b": (0.1, True)}) < 0.1
    # Failures of an operation that fails everywhere leave the load where it was.
    assert 0.3 < share_of(endpoints, by_url, clock, {"a": (0.01, False), "b": (0.01, False)}) < 0.7


class Quick(Scripted):
    """All but `bad` take a moment."""

    async def unary(self, url: str, outgoing: Outgoing) -> Reply:
        if url != "bad":
            await asyncio.sleep(0.005)
        return await super().unary(url, outgoing)


async def test_a_replica_whose_needs_fail_is_not_the_one_that_is_asked(client: Callers) -> None:
    for said in (INTERNAL, OVERLOADED):
        transport = Quick(bad=said, good=FINE)
        caller = client(Trouble, transport, "bad", "good")
        for _ in range(100):
            with suppress(CallError):
                await caller.add(1)
        assert transport.asked.count("bad") < 40


async def test_a_slow_replica_is_known_as_slow_though_its_answers_are_never_waited_for() -> None:
    transport = Slow(slow=FINE, quick=FINE)
    hedged = hedging(transport, "slow", "quick")
    for _ in range(30):
        await hedged.number()
    # Asked once or twice, by chance, and no more.
    assert transport.asked.count("slow") <= 3


async def test_a_hedge_that_may_not_be_sent_does_not_hold_up_the_failure() -> None:
    transport = Scripted(a=Broken("cut"), b=Broken("cut"))
    call = hedging(transport, "a", "b", policy=Policy(retry_budget=0)).number()
    async with asyncio.timeout(5):
        with pytest.raises(Unavailable):
            await call
    assert len(transport.asked) == 1


def test_a_limit_that_has_shrunk_grows_again() -> None:
    limit, now = AdaptiveLimit(4, 200), 0.0

    def busy(took_s: float, periods: int) -> None:
        nonlocal now
        for _ in range(periods):
            inside = int(limit.value)
            for _ in range(inside):
                limit.observe(took_s, now, inside)
            now += 0.11

    busy(0.01, 100)
    busy(0.5, 300)
    lowest = limit.value
    assert lowest < 20
    busy(0.01, 600)
    assert limit.value == 200


def test_a_limit_stays_within_its_bounds_however_slow_all_becomes() -> None:
    limit, now = AdaptiveLimit(4, 200), 0.0
    for took_s in (0.001, 5.0, 5.0, 0.0, 30.0):
        for _ in range(500):
            limit.observe(took_s, now, int(limit.value))
            now += 0.11
            assert 4 <= limit.value <= 200
