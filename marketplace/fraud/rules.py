"""What makes an attempt to pay suspicious: pure rules over the attempt and the customer's recent ones.

They compare no attempts of different customers, because in a test marketplace all customers pay with the same few cards.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import prod
from typing import Final

from marketplace.fraud.contract import PaymentAttempt, Risk, Verdict

REVIEW_FROM: Final = 0.5
REJECT_FROM: Final = 0.9

# Limits, each with the probability of fraud that it stands for by itself. The first one reached counts.
# Amounts are minor units.
_AMOUNTS: Final = ((200_000, 0.6), (50_000, 0.3))
_PIECES: Final = ((200, 0.4), (60, 0.2))
_ATTEMPTS: Final = ((10, 0.6), (4, 0.3))
_CARDS: Final = ((5, 0.95), (3, 0.6))
_NEW_COUNTRY: Final = 0.4


@dataclass(frozen=True, slots=True)
class Seen:
    """An earlier attempt of the same customer."""

    card_fingerprint: str
    country: str
    at: datetime


def judge(attempt: PaymentAttempt, recent: Sequence[Seen]) -> Risk:
    """The risk of an attempt after the customer's recent ones.

    We take signals as independent: two that are each wrong half of the time are both wrong a quarter of the time.
    """
    signals = tuple(_signals(attempt, recent))
    score = round(1 - prod((1 - probability for _, probability in signals), start=1.0), 4)
    return Risk(score, _verdict(score), tuple(name for name, _ in signals))


def _verdict(score: float) -> Verdict:
    if score >= REJECT_FROM:
        return Verdict.REJECT
    return Verdict.REVIEW if score >= REVIEW_FROM else Verdict.ACCEPT


def _signals(attempt: PaymentAttempt, recent: Sequence[Seen]) -> Iterator[tuple[str, float]]:
    yield from _reached("high amount", attempt.amount.amount, _AMOUNTS)
    yield from _reached("many pieces", attempt.pieces, _PIECES)
    if recent:
        yield from _reached("many attempts", len(recent) + 1, _ATTEMPTS)
        yield from _reached(
            "many cards", len({attempt.card_fingerprint, *(s.card_fingerprint for s in recent)}), _CARDS
        )
        if all(seen.country != attempt.country for seen in recent):
            yield "new country", _NEW_COUNTRY


def _reached(name: str, value: int, limits: Sequence[tuple[int, float]]) -> Iterator[tuple[str, float]]:
    for limit, probability in limits:
        if value >= limit:
            yield name, probability
            return
