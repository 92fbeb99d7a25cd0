from datetime import UTC, datetime, timedelta

import pytest

from marketplace.fraud.contract import PaymentAttempt, Risk, Verdict
from marketplace.fraud.rules import Seen, judge
from marketplace.fraud.service import WINDOW, FraudService, PaymentAttemptStore
from marketplace.pricing.contract import Money

NOON = datetime(2026, 11, 22, 12, 0, 0, 250_000, UTC)


def attempt(
    amount: int = 2_000, card: str = "card", country: str = "DE", pieces: int = 2, customer_id: str = "anna"
) -> PaymentAttempt:
    return PaymentAttempt(customer_id, Money(amount), card, country, pieces)


def seen(times: int, card: str = "card", country: str = "DE") -> list[Seen]:
    return [Seen(card, country, NOON)] * times


@pytest.mark.parametrize(
    ("tried", "recent", "signals", "verdict"),
    [
        (attempt(), [], (), Verdict.ACCEPT),
        (attempt(amount=49_999, pieces=59), seen(2), (), Verdict.ACCEPT),
        (attempt(amount=50_000), [], ("high amount",), Verdict.ACCEPT),
        (attempt(amount=200_000), [], ("high amount",), Verdict.REVIEW),
        (attempt(pieces=60), [], ("many pieces",), Verdict.ACCEPT),
        (attempt(), seen(3), ("many attempts",), Verdict.ACCEPT),
        (attempt(), seen(9), ("many attempts",), Verdict.REVIEW),
        (attempt(country="FR"), seen(1), ("new country",), Verdict.ACCEPT),
        (attempt(country="FR"), seen(1) + seen(1, country="FR"), (), Verdict.ACCEPT),
        (attempt(card="c3"), seen(1, "c1") + seen(1, "c2"), ("many cards",), Verdict.REVIEW),
        (
            attempt(card="c5"),
            [Seen(f"c{n}", "DE", NOON) for n in range(1, 5)],
            ("many attempts", "many cards"),
            Verdict.REJECT,
        ),
        (
            attempt(amount=200_000, country="US"),
            seen(9),
            ("high amount", "many attempts", "new country"),
            Verdict.REJECT,
        ),
    ],
)
def test_rules(tried: PaymentAttempt, recent: list[Seen], signals: tuple[str, ...], verdict: Verdict) -> None:
    risk = judge(tried, recent)
    assert risk.signals == signals
    assert risk.verdict is verdict
    assert 0 <= risk.score <= 1


def test_every_signal_raises_the_score() -> None:
    risks = [
        judge(attempt(), []),
        judge(attempt(pieces=60), []),
        judge(attempt(pieces=60, amount=50_000), []),
        judge(attempt(pieces=60, amount=50_000), seen(3)),
        judge(attempt(pieces=60, amount=50_000, country="US"), seen(3)),
    ]
    scores = [risk.score for risk in risks]
    assert scores == sorted(set(scores))


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fraud(store: PaymentAttemptStore, clock: Clock) -> FraudService:
    return FraudService(store, now=clock)


async def test_many_attempts_in_a_short_time_raise_the_risk(fraud: FraudService) -> None:
    risks = [await fraud.score(f"k{n}", attempt()) for n in range(10)]
    assert [risk.verdict for risk in risks] == [Verdict.ACCEPT] * 9 + [Verdict.REVIEW]
    assert risks[-1].signals == ("many attempts",)


async def test_a_key_counts_once_and_keeps_its_risk(fraud: FraudService) -> None:
    first = await fraud.score("k1", attempt(amount=200_000))
    for _ in range(20):
        assert await fraud.score("k1", attempt(amount=200_000)) == first
    assert await fraud.score("k2", attempt()) == Risk(0.0, Verdict.ACCEPT)


async def test_several_signals_survive_being_remembered(fraud: FraudService) -> None:
    first = await fraud.score("k1", attempt(amount=200_000, pieces=200))
    assert first.signals == ("high amount", "many pieces")
    assert await fraud.score("k1", attempt(amount=200_000, pieces=200)) == first


async def test_attempts_are_forgotten_after_a_while(fraud: FraudService, clock: Clock) -> None:
    for n in range(9):
        await fraud.score(f"k{n}", attempt())
    clock.now += WINDOW + timedelta(seconds=1)
    assert await fraud.score("later", attempt()) == Risk(0.0, Verdict.ACCEPT)


async def test_customers_do_not_spoil_each_others_score(fraud: FraudService) -> None:
    for n in range(30):
        await fraud.score(f"k{n}", attempt(customer_id=f"customer {n}"))
    assert await fraud.score("k", attempt()) == Risk(0.0, Verdict.ACCEPT)


async def test_trying_one_card_after_the_other_is_rejected(fraud: FraudService) -> None:
    verdicts = [(await fraud.score(f"k{n}", attempt(card=f"c{n}"))).verdict for n in range(5)]
    assert verdicts == [Verdict.ACCEPT, Verdict.ACCEPT, Verdict.REVIEW, Verdict.REVIEW, Verdict.REJECT]
