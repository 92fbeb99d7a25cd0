"""How often a client may send calls once more: a share of its calls, and a few besides."""

import pytest
from lab import Trouble

from plures import Unavailable
from plures.runtime import NotSent, Policy
from plures.runtime.policy import RetryBudget

from .scripted import Callers, Scripted, failure

BUDGET = "plures.runtime.policy.budget.monotonic"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(BUDGET, clock)
    return clock


def taken(budget: RetryBudget, most: int = 10_000) -> int:
    count = 0
    while count < most and budget.take():
        count += 1
    return count


def test_a_client_that_has_called_nothing_yet_has_some(clock: Clock) -> None:
    assert taken(RetryBudget(Policy())) == 10


def test_one_a_second_comes_back(clock: Clock) -> None:
    budget = RetryBudget(Policy())
    taken(budget)
    clock.now += 3
    assert taken(budget) in {2, 3}
    clock.now += 1000
    assert taken(budget) == 10


def test_each_call_earns_its_share(clock: Clock) -> None:
    budget = RetryBudget(Policy(retry_budget=0.2))
    taken(budget)
    for _ in range(100):
        budget.earn()
    assert taken(budget) == 20


def test_what_was_earned_fades(clock: Clock) -> None:
    budget = RetryBudget(Policy())
    for _ in range(10_000):
        budget.earn()
    assert budget.take()
    clock.now += 100
    assert taken(budget) == 10


def test_without_a_budget_nothing_is_repeated(clock: Clock) -> None:
    assert taken(RetryBudget(Policy(retry_budget=0))) == 0


@pytest.mark.parametrize("calls", [400])
async def test_a_dead_callee_is_asked_little_more_than_usual(client: Callers, calls: int) -> None:
    transport = Scripted(dead=NotSent("refused"))
    caller = client(Trouble, transport, "dead")
    for _ in range(calls):
        assert type(await failure(caller.add(1))) is Unavailable
    # A tenth of the calls, ten to begin with, and one a second.
    assert calls < len(transport.asked) <= calls * 1.1 + 10 + 5
